// SPDX-License-Identifier: Apache-2.0
/* m3ipc vm-init, vm-end. */
#include <errno.h>
#include <getopt.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"

/* "1,2,5-7" */
static bool parse_nodes(const char *text, uint64_t map[NR_NODES / 64])
{
	const char *c = text;

	for (;;) {
		char *end;
		long first = strtol(c, &end, 10), last = first;

		if (end == c)
			break;
		if (*end == '-') {
			c = end + 1;
			last = strtol(c, &end, 10);
			if (end == c)
				break;
		}
		if (first < 0 || last >= NR_NODES || first > last)
			break;
		for (long node = first; node <= last; node++)
			map[node / 64] |= 1ULL << (node % 64);
		if (!*end)
			return true;
		if (*end != ',')
			break;
		c = end + 1;
	}
	misused("--nodes is a list of nodeids 0..%d such as 1,2,5-7, not '%s'", NR_NODES - 1, text);
	return false;
}

/* "user", "user:group", ":group"; names or numbers. */
static bool parse_owner(char *text, vm_usr_t *vm)
{
	char *group = strchr(text, ':');
	long number;

	if (group)
		*group++ = 0;
	if (*text >= '0' && *text <= '9') {
		if (!parse_number("uid", text, 0, 4294967294, &number))
			return false;
		vm->dc_uid = number;
		vm->dc_gid = number;
	} else {
		struct passwd *user = getpwnam(text);

		if (!user) {
			misused("there is no user '%s'", text);
			return false;
		}
		vm->dc_uid = user->pw_uid;
		vm->dc_gid = user->pw_gid;
	}
	if (group && *group >= '0' && *group <= '9') {
		if (!parse_number("gid", group, 0, 4294967294, &number))
			return false;
		vm->dc_gid = number;
	} else if (group) {
		struct group *entry = getgrnam(group);

		if (!entry) {
			misused("there is no group '%s'", group);
			return false;
		}
		vm->dc_gid = entry->gr_gid;
	}
	vm->dc_given |= M3_VM_OWNER;
	return true;
}

static bool parse_mode(const char *text, vm_usr_t *vm)
{
	char *end;
	unsigned long mode = strtoul(text, &end, 8);

	if (end == text || *end || mode > 0777) {
		misused("--mode is octal 0..777, not '%s'", text);
		return false;
	}
	vm->dc_mode = mode;
	vm->dc_given |= M3_VM_MODE;
	return true;
}

static bool parse_level(const char *text, vm_usr_t *vm)
{
	static const char *const levels[] = {"user", "server", "task", "system"};

	for (unsigned int i = 0; i < 4; i++) {
		if (strcmp(text, levels[i]))
			continue;
		vm->dc_level = i;
		vm->dc_given |= M3_VM_LEVEL;
		return true;
	}
	misused("--level is user, server, task or system, not '%s'", text);
	return false;
}

static bool parse_abi(const char *text, vm_usr_t *vm)
{
	if (strcmp(text, "32") && strcmp(text, "64")) {
		misused("--abi is 32 or 64, not '%s'", text);
		return false;
	}
	vm->dc_abi = *text == '3' ? M3_ABI_32 : M3_ABI_64;
	vm->dc_given |= M3_VM_ABI;
	return true;
}

static bool parse_limit(int option, const char *text, vm_usr_t *vm)
{
	static const struct {
		int option;
		const char *name;
		long low, high;
	} limits[] = {
		{'p', "--procs", 1, 16000},
		{'t', "--tasks", 0, 250},
		{'s', "--sysprocs", 0, 16250},
	};
	long number;

	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		if (limits[i].option != option)
			continue;
		if (!parse_number(limits[i].name, text, limits[i].low, limits[i].high, &number))
			return false;
		if (option == 'p')
			vm->dc_nr_procs = number;
		else if (option == 't')
			vm->dc_nr_tasks = number;
		else
			vm->dc_nr_sysprocs = number;
	}
	return true;
}

/* The defaults of limits that were not given, where one was. */
static void complete_limits(vm_usr_t *vm)
{
	drvs_usr_t drvs;

	if (vm->dc_nr_procs < 0 && vm->dc_nr_tasks < 0 && vm->dc_nr_sysprocs < 0) {
		vm->dc_nr_procs = vm->dc_nr_tasks = vm->dc_nr_sysprocs = 0;
		return;
	}
	if (mnx_getdrvsinfo(&drvs) < 0)
		drvs = (drvs_usr_t){.d_nr_procs = NR_PROCS,
				    .d_nr_tasks = NR_TASKS,
				    .d_nr_sysprocs = NR_SYS_PROCS};
	if (vm->dc_nr_procs < 0)
		vm->dc_nr_procs = drvs.d_nr_procs;
	if (vm->dc_nr_tasks < 0)
		vm->dc_nr_tasks = drvs.d_nr_tasks;
	if (vm->dc_nr_sysprocs < 0)
		vm->dc_nr_sysprocs = drvs.d_nr_sysprocs;
}

static bool parse_option(int option, char *text, vm_usr_t *vm)
{
	long number;

	switch (option) {
	case 'v':
		if (!parse_number("--vmid", text, 0, 65535, &number))
			return false;
		vm->dc_dcid = number;
		return true;
	case 'N':
		if (!*text || strlen(text) >= sizeof(vm->dc_name)) {
			misused("--name is 1..31 characters, not '%s'", text);
			return false;
		}
		strcpy(vm->dc_name, text);
		return true;
	case 'n':
		vm->dc_given |= M3_VM_NODEMAP;
		return parse_nodes(text, vm->dc_nodemap);
	case 'o':
		return parse_owner(text, vm);
	case 'm':
		return parse_mode(text, vm);
	case 'l':
		return parse_level(text, vm);
	case 'a':
		return parse_abi(text, vm);
	default:
		return parse_limit(option, text, vm);
	}
}

static int run_init(int argc, char **argv)
{
	static const struct option options[] = {
		{"vmid", required_argument, NULL, 'v'},	 {"name", required_argument, NULL, 'N'},
		{"nodes", required_argument, NULL, 'n'}, {"procs", required_argument, NULL, 'p'},
		{"tasks", required_argument, NULL, 't'}, {"sysprocs", required_argument, NULL, 's'},
		{"owner", required_argument, NULL, 'o'}, {"mode", required_argument, NULL, 'm'},
		{"level", required_argument, NULL, 'l'}, {"abi", required_argument, NULL, 'a'},
		{"help", no_argument, NULL, 'h'},	 {0},
	};
	vm_usr_t vm = {.dc_dcid = -1,
		       .dc_nr_procs = -1,
		       .dc_nr_tasks = -1,
		       .dc_nr_sysprocs = -1,
		       .dc_warn2proc = NONE,
		       .dc_given = M3_GIVEN};
	int option, result;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'h' || option == '?')
			return usage_exit(option);
		if (!parse_option(option, optarg, &vm))
			return EXIT_USAGE;
	}
	if (optind < argc)
		return misused("no argument is expected, got '%s'", argv[optind]);
	if (vm.dc_dcid < 0)
		return misused("--vmid is missing");
	if (!*vm.dc_name)
		return misused("--name is missing");
	complete_limits(&vm);
	result = mnx_vm_init(&vm);
	if (result < 0)
		return refused(result, "VM %s (vmid %d)", vm.dc_name, vm.dc_dcid);
	return EXIT_OK;
}

const struct command command_vm_init = {
	.name = "vm-init",
	.summary = "create a VM on this node",
	.help = "--vmid N --name NAME [OPTION]...\n\n"
		"Creates a VM on this node. vmids below 3072 need root.\n\n"
		"  --vmid N           0..65535\n"
		"  --name NAME        1..31 of A-Z a-z 0-9 . _ -\n"
		"  --nodes LIST       nodes it spans, such as 1,2,5-7 (default: this one)\n"
		"  --procs N          process numbers 0..N-1 (default 221)\n"
		"  --tasks N          process numbers -N..-1 (default 35)\n"
		"  --sysprocs N       system slots, tasks included (default 64)\n"
		"  --owner USER[:GROUP]  default: the caller\n"
		"  --mode OCTAL       who may see (4), manage (2), bind (1): default 750\n"
		"  --level LEVEL      of its processes: user, server (default), task, system\n"
		"  --abi 32|64        of the programs in it (default 64)\n",
	.run = run_init,
};

static int run_end(int argc, char **argv)
{
	static const struct option options[] = {{"help", no_argument, NULL, 'h'}, {0}};
	int option = getopt_long(argc, argv, "", options, NULL);
	int result, status;
	vm_usr_t vm;

	if (option != -1)
		return usage_exit(option);
	if (optind + 1 != argc)
		return misused("one VM is expected, by number or name");
	if (find_vm(argv[optind], &vm, &status) != OK)
		return status;
	result = mnx_vm_end(vm.dc_dcid);
	return result < 0 ? refused(result, "VM %s", vm.dc_name) : EXIT_OK;
}

const struct command command_vm_end = {
	.name = "vm-end",
	.summary = "end a VM on this node",
	.help = "VM\n\n"
		"Ends a VM, named by number or name: its processes get SIGPIPE and are unbound.\n",
	.run = run_end,
};
