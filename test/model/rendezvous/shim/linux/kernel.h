/* SPDX-License-Identifier: Apache-2.0 */
/* What the state machine uses of the kernel besides lists: one thread runs it here, so order needs no help. */
#ifndef SHIM_KERNEL_H
#define SHIM_KERNEL_H

#include <linux/types.h>

#define READ_ONCE(x) (x)
#define WRITE_ONCE(x, value) ((x) = (value))
#define smp_load_acquire(p) (*(p))
#define smp_store_release(p, value) (*(p) = (value))
#define DIV_ROUND_UP(n, d) (((n) + (d)-1) / (d))
#define BIT(n) (1UL << (n))
#define container_of(pointer, type, member) ((type *)((char *)(pointer)-offsetof(type, member)))

#include <linux/bitmap.h>

#endif
