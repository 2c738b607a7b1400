// SPDX-License-Identifier: Apache-2.0
/* m3ipc exec. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "command.h"

static int run_exec(int argc, char **argv)
{
	static const struct option options[] = {
		{"vm", required_argument, NULL, 'v'},
		{"nr", required_argument, NULL, 'n'},
		{"help", no_argument, NULL, 'h'},
		{0},
	};
	const char *name = NULL, *number = NULL;
	vm_usr_t vm;
	long nr;
	int option, status;

	/* "+": options end at the first argument, the command's are its own. */
	while ((option = getopt_long(argc, argv, "+", options, NULL)) != -1) {
		if (option == 'v')
			name = optarg;
		else if (option == 'n')
			number = optarg;
		else
			return usage_exit(option) == EXIT_OK ? EXIT_OK : EXIT_NOT_BOUND;
	}
	if (!name || !number || optind == argc) {
		misused("%s is missing", !name ? "--vm" : !number ? "--nr" : "the command");
		return EXIT_NOT_BOUND;
	}
	if (!parse_number("--nr", number, -250, 15999, &nr))
		return EXIT_NOT_BOUND;
	if (find_vm(name, &vm, &status) != OK)
		return EXIT_NOT_BOUND;
	if (bind_self(&vm, nr, &status) <= EMOLERRCODE)
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
	.help = "--vm VM --nr N [--] COMMAND [ARGUMENT]...\n\n"
		"Binds this process in the VM (by number or name) as process number N, then\n"
		"becomes COMMAND, which stays bound until it ends.\n\n"
		"Exit status: COMMAND's own; 125 not bound (the reason is printed), 126 COMMAND\n"
		"cannot be run, 127 not found.\n",
	.run = run_exec,
};
