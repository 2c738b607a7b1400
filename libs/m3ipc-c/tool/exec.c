// SPDX-License-Identifier: Apache-2.0
/* m3ipc exec. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "trap.h"

struct plan {
	const char *vm;
	const char *nr;
	bool trap;
};

/* Enters the VM; false if it could not, and said why. */
static bool enter(const struct plan *plan)
{
	vm_usr_t vm;
	long nr;
	int status;

	if (!parse_number("--nr", plan->nr, -250, 15999, &nr))
		return false;
	if (find_vm(plan->vm, &vm, &status) != OK)
		return false;
	if (plan->trap && vm.dc_abi == M3_ABI_64) {
		fprintf(stderr,
			"m3ipc exec: --minix-trap: VM %s is for 64-bit programs, with messages of "
			"48 bytes; create one with 'm3ipc vm-init --abi 32'\n",
			vm.dc_name);
		return false;
	}
	return bind_self(&vm, nr, &status) > EMOLERRCODE;
}

/* Only a program that traps can bind itself. */
static bool is_complete(const struct plan *plan, int arguments)
{
	if (arguments == 0)
		misused("the command is missing");
	else if (!plan->vm && (plan->nr || !plan->trap))
		misused("--vm is missing");
	else if (!plan->nr && (plan->vm || !plan->trap))
		misused("--nr is missing");
	else
		return true;
	return false;
}

static int run_exec(int argc, char **argv)
{
	static const struct option options[] = {
		{"vm", required_argument, NULL, 'v'},
		{"nr", required_argument, NULL, 'n'},
		{"minix-trap", no_argument, NULL, 't'},
		{"help", no_argument, NULL, 'h'},
		{0},
	};
	struct plan plan = {0};
	int option, status;

	/* "+": options end at the first argument, the command's are its own. */
	while ((option = getopt_long(argc, argv, "+", options, NULL)) != -1) {
		if (option == 'v')
			plan.vm = optarg;
		else if (option == 'n')
			plan.nr = optarg;
		else if (option == 't')
			plan.trap = true;
		else
			return usage_exit(option) == EXIT_OK ? EXIT_OK : EXIT_NOT_BOUND;
	}
	if (!is_complete(&plan, argc - optind))
		return EXIT_NOT_BOUND;
	if (plan.trap && !prepare_trap(argv[optind]))
		return EXIT_NOT_BOUND;
	if (plan.vm && !enter(&plan))
		return EXIT_NOT_BOUND;
	execvp(argv[optind], argv + optind);
	status = errno == ENOENT ? EXIT_NOT_FOUND : EXIT_NOT_EXECUTABLE;
	fprintf(stderr, "m3ipc exec: cannot run %s: %s; check the path and its permissions\n",
		argv[optind], strerror(errno));
	return status;
}

const struct command command_exec = {
	.name = "exec",
	.summary = "enter a VM as a process number, then run a program there",
	.help = "--vm VM --nr N [--minix-trap] [--] COMMAND [ARGUMENT]...\n"
		"       m3ipc exec --minix-trap [--] COMMAND [ARGUMENT]...\n\n"
		"Binds this process in the VM (by number or name) as process number N, then\n"
		"becomes COMMAND, which stays bound until it ends.\n\n"
		"  --minix-trap  COMMAND is a 32-bit program that enters M3-IPC by MINIX's\n"
		"                interrupt vector; see m3ipc-minix-trap(7). It may bind itself:\n"
		"                then --vm and --nr are left out\n\n"
		"Exit status: COMMAND's own; 125 not bound (the reason is printed), 126 COMMAND\n"
		"cannot be run, 127 not found.\n",
	.run = run_exec,
};
