// SPDX-License-Identifier: Apache-2.0
/* Telling people what went wrong: the thing, the rule, the remedy. */
#include <stdarg.h>
#include <stdio.h>

#include "command.h"

extern const struct command *current_command;

static const char *remedy(int result)
{
	static const struct {
		int result;
		const char *text;
	} remedies[] = {
		{EMOLNODEV,
		 "load the module: modprobe m3ipc (or, in a container, bind /dev/m3ipc into it)"},
		{EMOLACCES, "let this user, or this container, open /dev/m3ipc"},
		{EMOLDVSINIT,
		 "initialise it: m3ipc drvs-init --nodeid N (or boot with m3ipc.nodeid=N)"},
		{EMOLDVSBUSY, "end it first: m3ipc drvs-end"},
		{EMOLPERM, "run it as root, or as the VM's owner or group if its mode allows"},
		{EMOLPRIVILEGES,
		 "run it as root, or as the VM's owner or group if its mode allows"},
		{EMOLDCNOTRUN, "'m3ipc status' lists the VMs"},
		{EMOLBADDCID, "vmids are 0..65535"},
		{EMOLBADPROC, "'m3ipc status' shows the VM's numbers"},
		{EMOLSLOTUSED, "'m3ipc ps' shows by whom; take another number"},
		{EMOLBADOWNER, "run it as the uid and on the node that it is reserved for"},
		{EMOLRSCBUSY, "'m3ipc status' lists the VMs; take another vmid and name"},
		{EMOLNAMESIZE, "use 1..31 of A-Z a-z 0-9 . _ -"},
		{EMOLBADNODEID, "nodeids are 0..1023, and the boot line's m3ipc.nodeid= wins"},
		{EMOLNODCNODE, "the VM must span this node: see --nodes of vm-init"},
		{EMOLBADRANGE, "see LIMITS in m3ipc(8)"},
		{EMOLNOTBIND, "start it by: m3ipc exec --vm VM --nr N -- COMMAND"},
		{EMOLBADCALL, "this module is older than the tool: update it"},
		{EMOLNOMEM, "free some memory"},
		{EMOLALLOCMEM, "free some memory"},
		{EMOLTRAPDENIED, "its slot or VM has a lower privilege level: raise that"},
		{EMOLCALLDENIED, "allow the peer in the slot's peers"},
		{EMOLINVAL, "a 32-bit VM is not open to this 64-bit program, nor the reverse"},
	};

	for (size_t i = 0; i < sizeof(remedies) / sizeof(remedies[0]); i++)
		if (remedies[i].result == result)
			return remedies[i].text;
	return "see m3ipc(8)";
}

int refused(int result, const char *format, ...)
{
	va_list arguments;

	fprintf(stderr, "m3ipc %s: ", current_command->name);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fprintf(stderr, ": %s (%s); %s\n",
		result == EMOLNODEV ? "the module is not loaded" : mnx_strerror(result),
		mnx_errname(result), remedy(result));
	if (result == EMOLNODEV || result == EMOLDVSINIT)
		return EXIT_NO_DRVS;
	return EXIT_REFUSED;
}

int misused(const char *format, ...)
{
	va_list arguments;

	fprintf(stderr, "m3ipc %s: ", current_command->name);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fprintf(stderr, "; see 'm3ipc %s --help'\n", current_command->name);
	return EXIT_USAGE;
}
