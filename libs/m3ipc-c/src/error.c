// SPDX-License-Identifier: Apache-2.0
#include "error.h"

#include <stddef.h>

#include "m3ipc.h"

/* MINIX and Linux agree on these numbers, so an unmapped one keeps its value. */
#define LAST_COMMON_ERRNO 34

int m3_error(int kernel)
{
	for (unsigned int i = 0; i < m3_error_maps; i++)
		if (m3_error_map[i].kernel == kernel)
			return -m3_error_map[i].number;
	if (kernel > 0 && kernel <= LAST_COMMON_ERRNO)
		return -kernel;
	return kernel == ENOSYS ? EMOLNOSYS : EMOLERRCODE;
}

int m3_error_endpoint(int result)
{
	static const struct {
		int from, to;
	} map[] = {
		{EMOLPERM, EMOLPRIVILEGES}, {EMOLSRCH, EMOLBADPID},	 {EMOLINTR, EMOLRESTARTSYS},
		{EMOLNOMEM, EMOLALLOCMEM},  {EMOLINVAL, EMOLBADVALUE},	 {EMOLRANGE, EMOLBADPROC},
		{EMOLNODEV, EMOLDVSINIT},   {EMOLACCES, EMOLPRIVILEGES}, {EMOLNFILE, EMOLRSCBUSY},
		{EMOLMFILE, EMOLRSCBUSY},
	};

	if (result <= EMOLERRCODE)
		return result;
	for (size_t i = 0; i < sizeof(map) / sizeof(map[0]); i++)
		if (map[i].from == result)
			return map[i].to;
	return EMOLERRCODE;
}

static const struct m3_error_name *find_name(int result)
{
	for (unsigned int i = 0; i < m3_error_names; i++)
		if (m3_error_name[i].number == -result)
			return &m3_error_name[i];
	return NULL;
}

const char *mnx_errname(int result)
{
	const struct m3_error_name *found = find_name(result);

	if (result >= 0)
		return "OK";
	return found ? found->name : "E?";
}

const char *mnx_strerror(int result)
{
	const struct m3_error_name *found = find_name(result);

	if (result >= 0)
		return "success";
	return found ? found->text : "unknown result";
}
