/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_SLAB_H
#define SHIM_SLAB_H

#include <linux/kernel.h>
#include <stdlib.h>

#define GFP_KERNEL_ACCOUNT 0

static inline void *kzalloc(size_t size, int flags)
{
	(void)flags;
	return calloc(1, size);
}

static inline void kfree(void *memory)
{
	free(memory);
}

#endif
