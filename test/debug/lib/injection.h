/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fault injection of the debug kernel for the calling thread: allocations of slabs and pages, and
 * copies from and to user memory (Documentation/fault-injection of the kernel).
 */
#ifndef INJECTION_H
#define INJECTION_H

#include <stdbool.h>

/* False: the kernel injects no faults. */
bool injection_open(void);
/* The nth fault point of this thread from now on fails. */
void injection_arm(int nth);
/* Ends that. Whether a fault was injected since. Keeps errno. */
bool injection_disarm(void);

#endif
