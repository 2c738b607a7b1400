/* SPDX-License-Identifier: Apache-2.0 */
#ifndef M3_NAME_H
#define M3_NAME_H

#include <string.h>

#include "m3ipc.h"

/*
 * Copies a name of at most 31 bytes. A longer one stays too long (no NUL), so
 * that the kernel refuses it instead of us cutting it.
 */
static inline void m3_copy_name(char to[M3_NAME_SIZE], const char from[M3_NAME_SIZE])
{
	size_t length = strnlen(from, M3_NAME_SIZE);

	memset(to, 0, M3_NAME_SIZE);
	memcpy(to, from, length);
}

#endif
