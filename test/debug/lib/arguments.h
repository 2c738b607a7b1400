/* SPDX-License-Identifier: Apache-2.0 */
/* Arguments for the commands of /dev/m3ipc: sensible, at the limits, or anything. */
#ifndef ARGUMENTS_H
#define ARGUMENTS_H

#include "dice.h"

enum { FUZZ_FIRST_VMID = 3100, FUZZ_VMS = 4, FUZZ_PIDS = 16 };

/* Threads that may be bound by others. Shared by all processes. */
extern volatile int *fuzz_pids;

/* Fills @arguments for @request. */
void arguments_fill(struct dice *dice, unsigned long request, void *arguments);

#endif
