/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SIGSEGV as the program believes to have it.
 *
 * The kernel delivers every SIGSEGV to fault.c, always: it is never blocked, because the
 * kernel kills a process that faults with SIGSEGV blocked, and its action is never the
 * program's own. What the program asks of SIGSEGV (action.c, mask.c) is kept here and
 * honoured by fault.c for the faults that are no traps.
 */
#ifndef M3_TRAP_SIGNALS_H
#define M3_TRAP_SIGNALS_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

/* ---- the action, action.c ---- */

struct trap_action {
	uintptr_t handler; /* SIG_DFL, SIG_IGN or the program's */
	int flags;	   /* SA_* as the program gave them */
};

/* The action for one delivery: SA_RESETHAND takes effect. Safe in a signal handler. */
struct trap_action m3_action_take(void);
/* The program's sa_mask. */
void m3_action_mask(sigset_t *mask);
/* Lets the kernel act on SIGSEGV as if nobody had asked for it. */
void m3_action_default(void);
/* Makes fault.c the kernel's action for SIGSEGV. Called once, before any other. */
void m3_action_start(void);

/* ---- the mask, mask.c ---- */

/* Whether SIGSEGV counts as blocked in this thread; the setter tells what it was. */
bool m3_mask_blocked(void);
bool m3_mask_set_blocked(bool blocked);
/* Keeps a SIGSEGV that was sent while it counted as blocked. */
void m3_mask_hold(const siginfo_t *info);
/* Sends this thread what was kept, if it counts as unblocked by now. */
void m3_mask_release(void);
/* Unblocks SIGSEGV where the program was started with it blocked. */
void m3_mask_start(void);

/* ---- fault.c ---- */

void m3_trap_on_segv(int number, siginfo_t *info, void *context);

/* ---- libc's own functions of the names that we define, real.c ---- */

/* Finds them. Whoever needs one early calls it; later calls do nothing. */
void m3_real_find(void);

#endif
