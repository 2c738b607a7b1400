// SPDX-License-Identifier: Apache-2.0
/* The table of errors, without a kernel. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "error.h"
#include "m3ipc.h"
#include "uapi/m3ipc.h"

static int number, failures;

static void check(int passed, const char *name)
{
	printf("%sok %d %s\n", passed ? "" : "not ", ++number, name);
	failures += !passed;
}

static int is_injective(void)
{
	for (unsigned int i = 0; i < m3_error_maps; i++)
		for (unsigned int j = 0; j < i; j++)
			if (m3_error_map[i].kernel == m3_error_map[j].kernel ||
			    m3_error_map[i].number == m3_error_map[j].number)
				return 0;
	return m3_error_maps > 30;
}

static int maps_all_codes(void)
{
	/* Every code of the module, by its own enum: none falls to ERRCODE. */
	static const int codes[] = {
		M3IPC_EBADNODEID,  M3IPC_EBADVMID,    M3IPC_EVMNOTRUN, M3IPC_EBADPROC,
		M3IPC_EBADPID,	   M3IPC_EENDPOINT,   M3IPC_ENOTBIND,  M3IPC_EDRVSBUSY,
		M3IPC_EDRVSINIT,   M3IPC_ENOVMNODE,   M3IPC_EPROCRUN,  M3IPC_EPROCSTS,
		M3IPC_EBADOWNER,   M3IPC_EPRIVILEGES, M3IPC_ESLOTUSED, M3IPC_EBADRANGE,
		M3IPC_EBADVALUE,   M3IPC_ERSCBUSY,    M3IPC_ENAMESIZE, M3IPC_EALLOCMEM,
		M3IPC_EWOKENUP,	   M3IPC_ELOCKED,     M3IPC_EBADCALL,  M3IPC_ECALLDENIED,
		M3IPC_EDEADSRCDST, M3IPC_ESRCDIED,    M3IPC_EDSTDIED,  M3IPC_ETRAPDENIED,
	};

	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (m3_error(codes[i]) == EMOLERRCODE || m3_error(codes[i]) >= 0)
			return 0;
	return 1;
}

static int every_number_has_its_name(void)
{
	for (unsigned int i = 0; i < m3_error_maps; i++)
		if (!strcmp(mnx_errname(-m3_error_map[i].number), "E?"))
			return 0;
	return 1;
}

static int endpoint_errors_are_low(void)
{
	for (int kernel = 1; kernel < 400; kernel++)
		if (m3_error_endpoint(m3_error(kernel)) > EMOLERRCODE)
			return 0;
	return 1;
}

int main(void)
{
	check(is_injective(), "kernel codes and numbers map one to one");
	check(maps_all_codes(), "every code of the module has a number");
	check(every_number_has_its_name(), "every number has a name");
	check(endpoint_errors_are_low(), "calls that return endpoints fail with -300 or less");
	check(m3_error(M3IPC_EDSTDIED) == -109 && m3_error(M3IPC_ESRCDIED) == -108 &&
		      m3_error(M3IPC_EDEADSRCDST) == -105 && m3_error(M3IPC_ELOCKED) == -101 &&
		      m3_error(M3IPC_ETRAPDENIED) == -110,
	      "MINIX 3.1.2 has these numbers");
	check(m3_error(ETIMEDOUT) == -61 && EMOLTIMEDOUT == -61 && ETIMEDOUT == 110,
	      "errno.h keeps its own ETIMEDOUT");
	check(EDSTDIED == EMOLDSTDIED && EDVSBUSY == -317 && EDVSDSTDIED == -109,
	      "the three spellings agree");
	check(!strcmp(mnx_errname(EDSTDIED), "EDSTDIED") && !strcmp(mnx_errname(0), "OK") &&
		      !strcmp(mnx_errname(-9999), "E?") && mnx_strerror(-9999),
	      "names of results");
	return failures > 0;
}
