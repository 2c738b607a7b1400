/* SPDX-License-Identifier: Apache-2.0 */
/* Arguments for the commands of /dev/m3ipc: sensible, at the limits, or anything. */
#ifndef ARGUMENTS_H
#define ARGUMENTS_H

#include "dice.h"

enum { FUZZ_FIRST_VMID = 3100, FUZZ_VMS = 4, FUZZ_PIDS = 16 };
enum { FUZZ_ENDPOINTS = 16 }; /* a power of two */

/* What the processes know of one another; shared by all. */
struct fuzz_company {
	/* Threads that may be bound by others. */
	volatile int pids[FUZZ_PIDS];
	/* Endpoints that somebody bound, by VM and number; 0 = nobody, or the server 0. */
	volatile int endpoints[FUZZ_VMS][FUZZ_ENDPOINTS];
};
extern struct fuzz_company *fuzz_company;

/* Before the first fork. */
void arguments_open(void);
/* Fills @arguments for @request. */
void arguments_fill(struct dice *dice, unsigned long request, void *arguments);
/* After the call: remembers who is bound now, who is dead, and whose message came. */
void arguments_learn(unsigned long request, const void *arguments, int error);

#endif
