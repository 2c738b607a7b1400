/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A system call repeated with its first, second, third ... possible failure of an allocation or
 * of a copy from or to user memory, until it meets no more (fail-nth of the debug kernel).
 */
#ifndef FAULTS_H
#define FAULTS_H

#include <stddef.h>

enum { MOST_ARGUMENTS = 512 };

/* A call, and what surrounds each try of it. */
struct trial {
	/* The command of /dev/m3ipc, or another call: -1 and errno if it fails. */
	unsigned long request;
	long (*call)(void *arguments);
	/* The arguments; each try gets a fresh copy. */
	const void *arguments;
	size_t size;
	/* Its errno for want of memory; 0: it takes none. */
	int no_memory;
	/* Its errno, or 0, when nothing is injected. */
	int expected;
	/* Before each try: makes it possible. May change the arguments. */
	void (*prepare)(void *arguments);
	/* After each try that succeeded: takes its effect back. */
	void (*undo)(void *arguments, long result);
};

/* Skips the test unless the kernel can inject; sets it up to. */
void need_faults(void);

/*
 * Tries all of them. Each failure must be the documented one (EFAULT, or want of memory) and leave
 * the state of the DRVS as it was. What was injected is printed under the name.
 */
void try_all(const char *name, const struct trial *trial);

#endif
