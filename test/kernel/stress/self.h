/* SPDX-License-Identifier: Apache-2.0 */
/* The worker that this process is: where it is bound, what it may be told, what it keeps. */
#ifndef SELF_H
#define SELF_H

#include "arena.h"

extern struct worker *me;

static inline unsigned int dice(unsigned int sides)
{
	return below(&me->random, sides);
}

static inline bool in_main(void)
{
	return me->life != 0;
}

/* How long a call may block: not at all, some time, or without limit. */
long any_patience(void);

/* ---- bindings ---- */

/* Notes that this thread is bound in the VM. */
void self_bound(int vmid, int endpoint, unsigned long incarnation);
void self_unbound(void);

/* The worker that has this number of MAIN_VM at the moment, or NULL; its endpoint. */
struct worker *occupant(int nr, int *endpoint);
/* Likewise of anybody but this one. NULL: nobody was found. */
struct worker *anybody_else(int *endpoint);

/* ---- calls ---- */

/* Brackets a call that may block, so that the watch knows of it. peer: an endpoint or ANY. */
void call_begin(enum op op, int peer, long ms);
void call_end(void);

/* Refusals and ends that a call may be told, besides that it is not bound any more. */
enum {
	MAY_AGAIN = 1 << 0,
	MAY_TIME_OUT = 1 << 1,
	MAY_INTR = 1 << 2,
	MAY_LOCK = 1 << 3,
	MAY_SRC_DIE = 1 << 4,
	MAY_DST_DIE = 1 << 5,
	MAY_BE_DEAD = 1 << 6,
	MAY_WAKE = 1 << 7,
	MAY_STATE = 1 << 8,
	MAY_BE_BUSY = 1 << 9,
	MAY_FAULT = 1 << 10,
	MAY_BE_SELF = 1 << 11,
};

/* What waiting this long may end in. */
static inline unsigned int may_wait(long ms)
{
	return ms == 0 ? MAY_AGAIN : MAY_INTR | (ms > 0 ? MAY_TIME_OUT : 0);
}

/* Counts the result of op; one that it may not be told is a violation. True: success. */
bool judge(enum op op, int result, unsigned int may);

#endif
