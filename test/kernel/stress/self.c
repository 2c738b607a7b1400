// SPDX-License-Identifier: Apache-2.0
#include "self.h"

#include <string.h>

#include "history.h"

struct worker *me;

/* Few wait without limit: those soon wait for each other, and nothing moves any more. */
long any_patience(void)
{
	unsigned int drawn = dice(32);

	if (drawn < 4)
		return TIMEOUT_NOWAIT;
	return drawn == 4 ? TIMEOUT_FOREVER : 1 + (long)dice(dice(3) ? 300 : 10);
}

void self_bound(int vmid, int endpoint, unsigned long incarnation)
{
	int nr = number_of(endpoint);

	me->pendings = 0;
	me->faults = 0;
	me->answerer = NOWHERE;
	memset(me->out, 0, sizeof(me->out));
	memset(me->in, 0, sizeof(me->in));
	me->incarnation = incarnation;
	me->vmid = vmid;
	me->nr = nr;
	me->endpoint = endpoint;
	if (vmid != MAIN_VM)
		return;
	me->life = ++arena->lives;
	history_bound();
	arena->occupant[slot_index(nr)] = me - arena->workers + 1;
}

void self_unbound(void)
{
	me->life = 0;
	me->endpoint = NOWHERE;
	me->nr = NOWHERE;
	me->vmid = -1;
	me->pendings = 0;
}

struct worker *occupant(int nr, int *endpoint)
{
	int who = arena->occupant[slot_index(nr)];
	struct worker *worker = &arena->workers[who - 1];

	if (!who || worker->nr != nr || !worker->life)
		return NULL;
	*endpoint = worker->endpoint;
	return *endpoint != NOWHERE && number_of(*endpoint) == nr ? worker : NULL;
}

struct worker *anybody_else(int *endpoint)
{
	for (int tries = 0; tries < 20; tries++) {
		struct worker *worker = occupant((int)dice(NUMBERS) - TASKS, endpoint);

		if (worker && worker != me)
			return worker;
	}
	return NULL;
}

void call_begin(enum op op, int peer, long ms)
{
	me->peer = peer;
	me->deadline = ms > 0 ? clock_ms() + ms : 0;
	me->calls++;
	me->op = op;
}

void call_end(void)
{
	me->op = OP_NONE;
}

/* Results, what allows them, and what they are counted as. */
static const struct {
	int result;
	unsigned int may;
	enum op counted;
} verdicts[] = {
	{EMOLAGAIN, MAY_AGAIN, OP_NONE},
	{EMOLTIMEDOUT, MAY_TIME_OUT, OP_TIMEOUT},
	{EMOLINTR, MAY_INTR, OP_SIGNAL},
	{EMOLLOCKED, MAY_LOCK, OP_LOCKED},
	{EMOLSRCDIED, MAY_SRC_DIE, OP_SOURCE_DIED},
	{EMOLDSTDIED, MAY_DST_DIE, OP_TARGET_DIED},
	{EMOLDEADSRCDST, MAY_BE_DEAD, OP_NONE},
	{EMOLWOKENUP, MAY_WAKE, OP_WAKEUP},
	{EMOLPROCSTS, MAY_STATE, OP_NONE},
	{EMOLBUSY, MAY_BE_BUSY, OP_NONE},
	{EMOLFAULT, MAY_FAULT, OP_NONE},
	{EMOLENDPOINT, MAY_BE_SELF, OP_NONE},
};

bool judge(enum op op, int result, unsigned int may)
{
	history_call(op, result);
	if (result >= 0) {
		count(op);
		return true;
	}
	if (result == EMOLNOTBIND || result == EMOLDCNOTRUN) {
		if (result == EMOLDCNOTRUN)
			count(OP_VM_ENDED);
		self_unbound();
		return false;
	}
	for (unsigned int i = 0; i < sizeof(verdicts) / sizeof(verdicts[0]); i++) {
		if (verdicts[i].result != result || !(may & verdicts[i].may))
			continue;
		if (verdicts[i].counted)
			count(verdicts[i].counted);
		return false;
	}
	violation("results", "%s of endpoint %d told %s", op_names[op], me->endpoint,
		  mnx_errname(result));
	return false;
}
