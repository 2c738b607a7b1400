// SPDX-License-Identifier: Apache-2.0
/*
 * Sequences of steps for the module's state machine and for the oracle, which must agree on every
 * result and on all that can be seen. An input is three bytes a step. Built with libFuzzer.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "step.h"

enum { STEP_BYTES = 3, STEPS_MOST = 400, QUEUE_ROOM = QUEUE_MOST - PROCS - 1 };

static const char *const names[OPS] = {
	"bind",	 "exit",	  "send",   "sendrec", "receive", "rcvrqst", "reply",
	"relay", "relay, undone", "notify", "wakeup",  "give up", "return",  "die",
};

static struct step history[STEPS_MOST];
static int count;

static void say_steps(void)
{
	for (int i = 0; i < count; i++) {
		const struct step *s = &history[i];

		fprintf(stderr, "%3d: %d %s peer %d third %d%s, message %d\n", i, s->me,
			names[s->op], s->peer, s->third, s->may_block ? "" : ", not blocking",
			s->id);
	}
}

static void disagree(const char *what, int nr, int machine, int oracle)
{
	say_steps();
	fprintf(stderr, "%s of %d: the module says %d, the oracle %d\n", what, nr, machine, oracle);
	abort();
}

static void same(const char *what, int nr, int machine, int oracle)
{
	if (machine != oracle)
		disagree(what, nr, machine, oracle);
}

static bool alive(int nr)
{
	struct view view;

	oracle_view(nr, &view);
	return view.alive;
}

static bool dying(int nr)
{
	struct view view;

	oracle_view(nr, &view);
	return view.dying;
}

/* Makes a step of what comes in; false: it is one that the calls refuse before they get here. */
static bool make_step(const uint8_t *bytes, struct step *step)
{
	struct view heir;

	*step = (struct step){
		.op = bytes[0] % OPS,
		.me = bytes[1] % PROCS,
		.peer = bytes[1] / PROCS % (PROCS + 1) - 1,
		.third = bytes[2] % PROCS,
		.may_block = bytes[2] / PROCS % 8 != 0,
		.id = 10000 + count,
	};
	if (!alive(step->me))
		step->op = BIND;
	switch (step->op) {
	case BIND:
		return !alive(step->me);
	case EXIT:
		oracle_view(HEIR, &heir);
		return heir.queued < QUEUE_ROOM;
	case RCVRQST:
		step->peer = ANYBODY;
		return true;
	case GIVE_UP:
	case RETURN:
	case DIE:
		return !dying(step->me);
	case RECEIVE:
		return step->peer == ANYBODY || (step->peer != step->me && alive(step->peer));
	case NOTIFY:
	case WAKEUP:
		return step->peer != ANYBODY && alive(step->peer) && !dying(step->peer) &&
		       !dying(step->me);
	case RELAY:
	case RELAY_UNDONE:
		step->may_block = bytes[2] / PROCS % 2;
		if (!alive(step->third) || step->third == step->me || step->third == step->peer)
			return false;
		break;
	default:
		break;
	}
	return step->peer != ANYBODY && step->peer != step->me && alive(step->peer);
}

static void compare_views(void)
{
	for (int nr = 0; nr < PROCS; nr++) {
		struct view machine, oracle;

		machine_view(nr, &machine);
		oracle_view(nr, &oracle);
		same("life", nr, machine.alive, oracle.alive);
		same("death", nr, machine.dying, oracle.dying);
		same("state", nr, machine.state, oracle.state);
		same("peer", nr, machine.peer, oracle.peer);
		same("end of the call", nr, machine.resolved, oracle.resolved);
		same("abandonment", nr, machine.abandoned, oracle.abandoned);
		same("length of the queue", nr, machine.queued, oracle.queued);
		for (int i = 0; i < oracle.queued; i++)
			same("order of the queue", nr, machine.queue[i], oracle.queue[i]);
	}
}

static void do_step(const struct step *step)
{
	struct outcome machine, oracle;

	history[count++] = *step;
	oracle = oracle_do(step);
	machine = machine_do(step);
	same("result", step->me, machine.rc, oracle.rc);
	same("type of the message", step->me, machine.type, oracle.type);
	same("source of the message", step->me, machine.source, oracle.source);
	compare_views();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct step step;

	oracle_reset();
	count = 0;
	for (size_t i = 0; i + STEP_BYTES <= size && count < STEPS_MOST; i += STEP_BYTES)
		if (make_step(data + i, &step))
			do_step(&step);
	machine_reset();
	return 0;
}
