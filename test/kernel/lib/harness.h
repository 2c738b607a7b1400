/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tests of the module, as programs that print KTAP. Each test runs in a process of
 * its own inside a fresh VM, and counts the failures of all its processes. What a call
 * may write is poisoned before it and looked at after it: see poison.c.
 */
#ifndef HARNESS_H
#define HARNESS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>

#include "m3ipc.h"

/*
 * TEST(name, "id..."): defines and registers a test. The ids are those of conformance/behaviours
 * that it proves; they are printed with the result.
 */
#define TEST(name, ...)                                           \
	static void name(void);                                   \
	__attribute__((constructor)) static void add_##name(void) \
	{                                                         \
		add_test(#name, "" __VA_ARGS__, name);            \
	}                                                         \
	static void name(void)

void add_test(const char *name, const char *proves, void (*body)(void));

/* Checks. A failed one is printed and counted; REQUIRE ends the process, too. */
#define EXPECT(condition) expect(condition, #condition, __FILE__, __LINE__)
#define EXPECT_EQ(actual, expected) \
	expect_eq(actual, expected, #actual, #expected, __FILE__, __LINE__)
#define REQUIRE(condition)              \
	do {                            \
		if (!EXPECT(condition)) \
			give_up();      \
	} while (0)
#define REQUIRE_EQ(actual, expected)              \
	do {                                      \
		if (!EXPECT_EQ(actual, expected)) \
			give_up();                \
	} while (0)

bool expect(bool condition, const char *text, const char *file, int line);
bool expect_eq(long actual, long expected, const char *what, const char *wanted, const char *file,
	       int line);
void give_up(void) __attribute__((noreturn));
/* Ends the test as skipped. */
void skip(const char *reason) __attribute__((noreturn));
/* Skips the test unless the module has these M3IPC_FEATURE_* bits. */
void need_feature(uint64_t features, const char *name);

/* The VM of the running test: system slots -35..28, other slots 29..220. */
extern int vm;
extern char vm_name[M3_NAME_SIZE];
#define UNUSED_VMID 3000

/* ---- other processes ---- */

/* Runs body in a child; its failures count. */
pid_t spawn(void (*body)(void));
pid_t spawn_with(void (*body)(int), int argument);
/* Waits for a child to end: its wait status. */
int finish(pid_t pid);
/* Waits for a child that ends by itself, without a failure. */
void join(pid_t pid);
void kill_and_reap(pid_t pid);

/* ---- waiting for conditions, never for time ---- */

/*
 * Until process nr of the VM has exactly these of the flags in mask. One that is to be blocked is
 * also awaited to sleep: before that it still looks whether it has closed a cycle.
 */
void await_flags(int nr, unsigned long mask, unsigned long value);
#define await_sending(nr) await_flags(nr, SENDING, SENDING)
#define await_receiving(nr) await_flags(nr, SENDING | RECEIVING, RECEIVING)
#define await_bound(nr) await_flags(nr, SLOT_FREE, 0)
#define await_free(nr) await_flags(nr, SLOT_FREE, SLOT_FREE)

/* Marks shared by the processes of a test. */
enum { STEPS = 32 };
void reach(int step);
void await_step(int step);
bool reached(int step);
void unreach(int step);
/* Words shared by the processes of a test. */
extern atomic_long *shared_word;

long now_ms(void);

/* ---- messages ---- */

/* Enters the VM as nr; returns the endpoint, or ends the process. */
int enter(int nr);
/* The same, as the whole life of a child. */
void enter_and_leave(int nr);
/* A message full of poison, so that what a call leaves alone is seen. */
message poisoned(void);
/* A message with type and m1_i1. */
message request(int type, int value);

/* Ignores SIGPIPE, which vm_end sends. */
void survive_sigpipe(void);
/* Makes signal interrupt calls, with SA_RESTART (which must not matter). */
void interruptible(int signal);
/* Becomes uid and gid (no supplementary groups), for good. */
void become(unsigned int uid, unsigned int gid);

/* ---- errors of the module, by command: see produced.c ---- */

void note_error(unsigned long request, int error);
/* For tests that do not look at the errors they get. */
void errors_do_not_count(void);
void print_errors(void);

/* The module's door itself; -1 and errno, as ioctl(2). */
int door(void);

#endif
