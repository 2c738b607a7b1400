/* SPDX-License-Identifier: Apache-2.0 */
/* How the tests of single commands say which command they try, and try it. */
#ifndef FAIL_NTH_H
#define FAIL_NTH_H

#include "lib/faults.h"
#include "lib/harness.h"
#include "uapi/m3ipc.h"

/* Process numbers of the tests' VM. */
enum { MINE = 1, PEER = 2, OTHER = 3 };

/* Notes that a test tries this command: at the end none may be missing. */
void will_try(unsigned long request);

/* A call that prepares a try and has to succeed, else the test ends. */
void command(unsigned long request, void *arguments);

/* A test of what faults do to one command. */
#define FAULTS(name)                                               \
	__attribute__((constructor)) static void note_##name(void) \
	{                                                          \
		will_try(M3IPC_IOC_##name);                        \
	}                                                          \
	TEST(faults_in_##name)

#define TRY(name, ...) try_all(#name, &(struct trial){.request = M3IPC_IOC_##name, __VA_ARGS__})
#define ARGUMENTS(value) .arguments = &(value), .size = sizeof(value)

#endif /* FAIL_NTH_H */
