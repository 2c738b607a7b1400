// SPDX-License-Identifier: Apache-2.0
/* The texts of /proc/drvs, on standard output. */
#include <errno.h>
#include <stdio.h>

#include "error.h"
#include "m3ipc.h"

/* Why the file of a VM that was there just now is not. */
static int missing(int vmid)
{
	vm_usr_t vm;
	int result = mnx_getvminfo(vmid, &vm);

	return result == OK ? EMOLNOENT : result;
}

/* Writes one file of a VM. It may end meanwhile: then there is nothing to write. */
static int dump(const vm_usr_t *vm, const char *file)
{
	char path[sizeof("/proc/drvs/vms//procs") + M3_NAME_SIZE];
	char part[4096];
	size_t got;
	FILE *text;
	int saved = errno;
	int result = OK;

	snprintf(path, sizeof(path), "/proc/drvs/vms/%s/%s", vm->dc_name, file);
	text = fopen(path, "re");
	if (!text) {
		result = errno == ENOENT ? missing(vm->dc_dcid) : m3_error(errno);
		errno = saved;
		return result;
	}
	while ((got = fread(part, 1, sizeof(part), text)) > 0 && result == OK)
		if (fwrite(part, 1, got, stdout) != got)
			result = EMOLIO;
	if (ferror(text))
		result = EMOLIO;
	fclose(text);
	errno = saved;
	return result;
}

int mnx_proc_dump(int vmid)
{
	vm_usr_t vm;
	int result = mnx_getvminfo(vmid, &vm);

	return result < 0 ? result : dump(&vm, "procs");
}

int mnx_vm_dump(void)
{
	vm_usr_t vm;
	int vmid = 0, result;

	while ((result = mnx_vm_next(vmid, &vm)) == OK) {
		result = dump(&vm, "info");
		if (result < 0 && result != EMOLDCNOTRUN)
			return result;
		vmid = vm.dc_dcid + 1;
	}
	/* "No more" is the end that is wanted. */
	return result == EMOLDCNOTRUN ? OK : result;
}
