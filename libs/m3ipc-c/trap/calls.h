/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The calls that a trap becomes.
 *
 * What is declared here runs between two instructions of a program that expects every
 * register but eax unchanged, those of the FPU and of SSE included. So these files are
 * compiled for general registers only and call nothing of libc.
 */
#ifndef M3_TRAP_CALLS_H
#define M3_TRAP_CALLS_H

#include <stdint.h>

enum trap_vector {
	TRAP_MINIX = 0x21, /* MINIX 3.1.2: eax peer, ebx message, ecx call */
	TRAP_M3IPC = 0x90, /* M3-IPC: eax call, ebx ecx edx esi edi arguments */
};

/* What entry.S finds on its stack, and how it goes back. */
struct trap_resume {
	uint32_t eip; /* behind the `int` */
	uint32_t esp; /* as it was at the `int` */
	uint32_t vector;
};

/* What m3_trap_perform is given: the program's registers. */
struct trap_frame {
	uint32_t edi, esi, ebp, unused, ebx, edx, ecx, eax; /* as pushal leaves them */
	uint32_t eflags;
	struct trap_resume resume;
};

/* Makes the call that the registers ask for; the result is the program's eax. */
int32_t m3_trap_perform(const struct trap_frame *frame);
/* The calls of each vector: 0 or positive, else a negative M3-IPC number. */
int32_t m3_trap_minix(uint32_t peer, uint32_t m, uint32_t call);
int32_t m3_trap_m3ipc(uint32_t call, const uint32_t arguments[5]);

#endif
