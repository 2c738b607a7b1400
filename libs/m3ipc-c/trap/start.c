// SPDX-License-Identifier: Apache-2.0
/* libm3ipc-trap.so: lets 32-bit programs enter M3-IPC by `int`. Preloaded, never linked. */
#include "signals.h"

/* Before the constructors of the program and of what it is linked to, where ld.so allows. */
__attribute__((constructor(101))) static void start(void)
{
	m3_real_find();
	m3_action_start();
	m3_mask_start();
}
