// SPDX-License-Identifier: Apache-2.0
/* Reading what people write. */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"

bool parse_number(const char *what, const char *text, long low, long high, long *number)
{
	char *end;

	errno = 0;
	*number = strtol(text, &end, 10);
	if (end != text && !*end && !errno && *number >= low && *number <= high &&
	    !isspace((unsigned char)*text))
		return true;
	misused("%s is a number %ld..%ld, not '%s'", what, low, high, text);
	return false;
}

bool parse_seconds(const char *what, const char *text, long *ms)
{
	char *end;
	double seconds = strtod(text, &end);

	if (end != text && !*end && isfinite(seconds) && seconds >= 0 && seconds <= 86400) {
		*ms = (long)(seconds * 1000);
		return true;
	}
	misused("%s is a number of seconds 0..86400, not '%s'", what, text);
	return false;
}

int find_vm(const char *text, vm_usr_t *vm, int *status)
{
	int result = EMOLDCNOTRUN;
	int vmid = 0;

	if (*text && strspn(text, "0123456789") == strlen(text) && strlen(text) <= 5) {
		result = mnx_getvminfo(atoi(text), vm);
		if (result == OK)
			return OK;
		/* It may be entered by whom it hides from: one's own reserved number. */
		if (result == EMOLPERM) {
			memset(vm, 0, sizeof(*vm));
			vm->dc_dcid = atoi(text);
			snprintf(vm->dc_name, sizeof(vm->dc_name), "%d", vm->dc_dcid);
			return OK;
		}
	}
	/* A name may be made of digits, too. */
	while (result == EMOLDCNOTRUN || result == EMOLBADDCID) {
		int next = mnx_vm_next(vmid, vm);

		if (next != OK) {
			if (next != EMOLDCNOTRUN && next != EMOLBADDCID)
				result = next;
			break;
		}
		if (!strcmp(vm->dc_name, text))
			return OK;
		vmid = vm->dc_dcid + 1;
	}
	*status = refused(result, "VM %s", text);
	return result;
}

int bind_self(const vm_usr_t *vm, long nr, int *status)
{
	vm_usr_t own;
	int endpoint = mnx_getep(0);

	if (endpoint > EMOLERRCODE) {
		if (mnx_getvminfo(M3_OWN_VM, &own) != OK)
			own.dc_name[0] = 0;
		*status = refused(
			EMOLSLOTUSED,
			"this process is bound already (endpoint %d in VM %s), and has one binding",
			endpoint, own.dc_name);
		return EMOLSLOTUSED;
	}
	endpoint = mnx_bind(vm->dc_dcid, nr);
	if (endpoint <= EMOLERRCODE)
		*status = refused(endpoint, "process number %ld in VM %s", nr, vm->dc_name);
	return endpoint;
}
