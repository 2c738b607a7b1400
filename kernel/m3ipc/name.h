/* SPDX-License-Identifier: GPL-2.0-only */
/* Names of VMs and nodes: [A-Za-z0-9._-]{1,31}, neither "." nor "..". */
#ifndef _M3_NAME_H
#define _M3_NAME_H

#include <linux/ctype.h>
#include <linux/string.h>

#include "uapi/m3ipc.h"

/* Whether @name (M3IPC_NAME_SIZE bytes from user space) is one. They become /proc entries. */
static inline bool m3_name_valid(const char *name)
{
	size_t len = strnlen(name, M3IPC_NAME_SIZE);
	size_t i;

	if (!len || len == M3IPC_NAME_SIZE || !strcmp(name, ".") || !strcmp(name, ".."))
		return false;
	for (i = 0; i < len; i++) {
		if (!isascii(name[i]) || (!isalnum(name[i]) && !strchr("._-", name[i])))
			return false;
	}
	return true;
}

#endif /* _M3_NAME_H */
