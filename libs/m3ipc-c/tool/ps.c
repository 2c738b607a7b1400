// SPDX-License-Identifier: Apache-2.0
/* m3ipc ps. */
#include <getopt.h>
#include <stdio.h>

#include "command.h"

static void print_row(const vm_usr_t *vm, const proc_usr_t *proc)
{
	char endpoint[12], from[12], to[12], blocked[24] = "-";

	if (proc->p_blocked_ns)
		snprintf(blocked, sizeof(blocked), "%.1fs", proc->p_blocked_ns / 1e9);
	printf("%-16s %6d %10s %7d %5d %-10s %8s %8s %9s %10lu %10llu  %s\n", vm->dc_name,
	       proc->p_nr, endpoint_name(proc->p_endpoint, endpoint), proc->p_lpid, proc->p_nodeid,
	       state_name(proc), endpoint_name(proc->p_getfrom, from),
	       endpoint_name(proc->p_sendto, to), blocked, proc->p_lclsent + proc->p_rmtsent,
	       (unsigned long long)proc->p_received, proc->p_name);
}

static void print_json(const vm_usr_t *vm, const proc_usr_t *proc)
{
	static const char *const levels[] = {"user", "server", "task", "system"};

	printf("{\"vm\":");
	print_json_string(vm->dc_name);
	printf(",\"vmId\":%d,\"nr\":%d,\"endpoint\":", vm->dc_dcid, proc->p_nr);
	if (proc->p_endpoint == NONE)
		printf("null");
	else
		printf("%d", proc->p_endpoint);
	printf(",\"pid\":%d,\"tgid\":%d,\"nodeId\":%d,\"state\":\"%s\"", proc->p_lpid, proc->p_tgid,
	       proc->p_nodeid, state_name(proc));
	printf(",\"getFrom\":%d,\"sendTo\":%d,\"blockedNs\":%llu,\"sinceNs\":%llu", proc->p_getfrom,
	       proc->p_sendto, (unsigned long long)proc->p_blocked_ns,
	       (unsigned long long)proc->p_since_ns);
	printf(",\"sent\":%lu,\"sentRemote\":%lu,\"received\":%llu,\"copied\":%lu,\"copiedRemote\":%lu",
	       proc->p_lclsent, proc->p_rmtsent, (unsigned long long)proc->p_received,
	       proc->p_lclcopy, proc->p_rmtcopy);
	printf(",\"reserved\":%s,\"uid\":%d,\"level\":\"%s\",\"name\":",
	       proc->p_misc_flags & MIS_RESERVED ? "true" : "false", (int)proc->p_uid,
	       proc->p_level < 4 ? levels[proc->p_level] : "?");
	print_json_string(proc->p_name);
	putchar('}');
}

/* Prints the processes of a VM; returns OK or the error that ended it. */
static int list_vm(const vm_usr_t *vm, bool json, const char **separator)
{
	proc_usr_t proc;
	int nr = -vm->dc_nr_tasks;
	int result;

	while ((result = mnx_proc_next(vm->dc_dcid, nr, &proc)) == OK) {
		if (json) {
			fputs(*separator, stdout);
			print_json(vm, &proc);
			*separator = ",\n";
		} else {
			print_row(vm, &proc);
		}
		nr = proc.p_nr + 1;
	}
	/* No more, or the VM ended while we looked. */
	return result == EMOLBADPROC || result == EMOLDCNOTRUN ? OK : result;
}

static int list_all(bool json, const char **separator)
{
	vm_usr_t vm;
	int vmid = 0, result;

	while ((result = mnx_vm_next(vmid, &vm)) == OK) {
		result = list_vm(&vm, json, separator);
		if (result != OK)
			return result;
		vmid = vm.dc_dcid + 1;
	}
	return result == EMOLDCNOTRUN || result == EMOLBADDCID ? OK : result;
}

static int run_ps(int argc, char **argv)
{
	static const struct option options[] = {
		{"json", no_argument, NULL, 'j'},
		{"help", no_argument, NULL, 'h'},
		{0},
	};
	const char *separator = "";
	bool json = false;
	int option, result, status;
	vm_usr_t vm;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option != 'j')
			return usage_exit(option);
		json = true;
	}
	if (optind + 1 < argc)
		return misused("at most one VM is expected");
	if (optind < argc && find_vm(argv[optind], &vm, &status) != OK)
		return status;
	if (json)
		putchar('[');
	else
		printf("%-16s %6s %10s %7s %5s %-10s %8s %8s %9s %10s %10s  %s\n", "VM", "NR",
		       "ENDPOINT", "PID", "NODE", "STATE", "FROM", "TO", "BLOCKED", "SENT",
		       "RECEIVED", "NAME");
	result = optind < argc ? list_vm(&vm, json, &separator) : list_all(json, &separator);
	if (json)
		puts("]");
	return result < 0 ? refused(result, "processes") : EXIT_OK;
}

const struct command command_ps = {
	.name = "ps",
	.summary = "list the processes of a VM, or of all",
	.help = "[--json] [VM]\n\n"
		"Lists bound processes and reserved numbers on this node. FROM and TO say whom a\n"
		"blocked process waits for, BLOCKED since when.\n\n"
		"  --json   an array of objects\n",
	.run = run_ps,
};
