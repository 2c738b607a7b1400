// SPDX-License-Identifier: Apache-2.0
/* m3ipc status. */
#include <getopt.h>
#include <stdio.h>

#include "command.h"

static const char *source_name(int source)
{
	static const char *const names[] = {"none", "boot", "program", "tool", "agent"};

	return source >= 0 && source < 5 ? names[source] : "?";
}

static void print_uuid(const unsigned char uuid[16])
{
	for (int i = 0; i < 16; i++)
		printf("%s%02x", i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "", uuid[i]);
}

static void print_text(const m3_version_t *version, const drvs_usr_t *drvs, bool running)
{
	printf("module    %s, interface %u\n", version->release, version->abi);
	if (!running) {
		printf("DRVS      not initialised; run: m3ipc drvs-init --nodeid N%s\n",
		       drvs->d_boot_nodeid >= 0
			       ? " (the boot line has the nodeid: without --nodeid)"
			       : "");
		return;
	}
	printf("node      %d %s, nodeid from %s\n", drvs->d_nodeid, drvs->d_name,
	       source_name(drvs->d_source));
	printf("DRVS      ");
	print_uuid(drvs->d_uuid);
	printf("\nrunning   %d VMs, %d bound processes\n", drvs->d_vms, drvs->d_bound);
}

static void print_json(const m3_version_t *version, const drvs_usr_t *drvs, bool running)
{
	printf("{\"module\":{\"release\":");
	print_json_string(version->release);
	printf(",\"abi\":%u,\"features\":%llu},\"drvs\":{\"initialised\":%s", version->abi,
	       (unsigned long long)version->features, running ? "true" : "false");
	if (drvs->d_boot_nodeid >= 0)
		printf(",\"bootNodeId\":%d", drvs->d_boot_nodeid);
	if (running) {
		printf(",\"nodeId\":%d,\"nodeIdFrom\":\"%s\",\"name\":", drvs->d_nodeid,
		       source_name(drvs->d_source));
		print_json_string(drvs->d_name);
		printf(",\"uuid\":\"");
		print_uuid(drvs->d_uuid);
		printf("\",\"sinceNs\":%llu,\"vms\":%d,\"bound\":%d",
		       (unsigned long long)drvs->d_since_ns, drvs->d_vms, drvs->d_bound);
	}
	printf("},\"vms\":[");
}

static void print_vm(const vm_usr_t *vm)
{
	printf("%-6d %-16s %6d %6d..%-6d %5d:%-5d %04o  ", vm->dc_dcid, vm->dc_name, vm->dc_bound,
	       -vm->dc_nr_tasks, vm->dc_nr_procs - 1, (int)vm->dc_uid, (int)vm->dc_gid,
	       vm->dc_mode);
	print_nodes(vm->dc_nodemap);
	putchar('\n');
}

static void print_vm_json(const vm_usr_t *vm)
{
	const char *separator = "";

	printf("{\"vmId\":%d,\"name\":", vm->dc_dcid);
	print_json_string(vm->dc_name);
	printf(",\"procs\":%d,\"tasks\":%d,\"sysprocs\":%d,\"bound\":%u,\"reserved\":%u",
	       vm->dc_nr_procs, vm->dc_nr_tasks, vm->dc_nr_sysprocs, vm->dc_bound, vm->dc_reserved);
	printf(",\"uid\":%u,\"gid\":%u,\"mode\":\"%04o\",\"level\":%u,\"abi\":%d", vm->dc_uid,
	       vm->dc_gid, vm->dc_mode, vm->dc_level, vm->dc_abi == M3_ABI_32 ? 32 : 64);
	printf(",\"incarnation\":%llu,\"sinceNs\":%llu,\"messages\":%llu",
	       (unsigned long long)vm->dc_incarnation, (unsigned long long)vm->dc_since_ns,
	       (unsigned long long)vm->dc_messages);
	printf(",\"sent\":%llu,\"sentRemote\":%llu,\"copied\":%llu,\"copiedRemote\":%llu,\"tag\":\"",
	       (unsigned long long)vm->dc_lclsent, (unsigned long long)vm->dc_rmtsent,
	       (unsigned long long)vm->dc_lclcopy, (unsigned long long)vm->dc_rmtcopy);
	for (int i = 0; i < 16; i++)
		printf("%02x", vm->dc_tag[i]);
	printf("\",\"nodes\":[");
	for (int node = 0; node < NR_NODES; node++) {
		if (!(vm->dc_nodemap[node / 64] >> (node % 64) & 1))
			continue;
		printf("%s%d", separator, node);
		separator = ",";
	}
	printf("]}");
}

static int print_vms(bool json)
{
	vm_usr_t vm;
	int vmid = 0, result;
	bool first = true;

	while ((result = mnx_vm_next(vmid, &vm)) == OK) {
		if (json) {
			fputs(first ? "" : ",\n", stdout);
			print_vm_json(&vm);
		} else {
			if (first)
				printf("\n%-6s %-16s %6s %14s %5s:%-5s %-4s  %s\n", "VMID", "NAME",
				       "BOUND", "NUMBERS    ", "UID", "GID", "MODE", "NODES");
			print_vm(&vm);
		}
		first = false;
		vmid = vm.dc_dcid + 1;
	}
	return result == EMOLDCNOTRUN || result == EMOLBADDCID ? OK : result;
}

static int run_status(int argc, char **argv)
{
	static const struct option options[] = {
		{"json", no_argument, NULL, 'j'},
		{"help", no_argument, NULL, 'h'},
		{0},
	};
	m3_version_t version;
	drvs_usr_t drvs;
	bool json = false;
	int option, result;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option != 'j')
			return usage_exit(option);
		json = true;
	}
	if (optind < argc)
		return misused("no argument is expected, got '%s'", argv[optind]);
	result = mnx_getversion(&version);
	if (result < 0)
		return refused(result, "/dev/m3ipc");
	result = mnx_getdrvsinfo(&drvs);
	if (result < 0 && result != EMOLDVSINIT)
		return refused(result, "the DRVS");
	if (json)
		print_json(&version, &drvs, result >= 0);
	else
		print_text(&version, &drvs, result >= 0);
	if (result >= 0) {
		int vms = print_vms(json);

		if (vms < 0)
			return refused(vms, "VMs");
	}
	if (json)
		puts("]}");
	return result >= 0 ? EXIT_OK : EXIT_NO_DRVS;
}

const struct command command_status = {
	.name = "status",
	.summary = "show the module, the node and its VMs",
	.help = "[--json]\n\n"
		"Shows the module's version, the nodeid and where it came from, and the VMs on\n"
		"this node that the caller may see.\n\n"
		"  --json   one object\n\n"
		"Exit status 3: the module is not loaded or the DRVS not initialised.\n",
	.run = run_status,
};
