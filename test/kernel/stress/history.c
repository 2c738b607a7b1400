// SPDX-License-Identifier: Apache-2.0
#include "history.h"

#include <stdio.h>

#include "self.h"

/* Not after a violation: what led to it would be lost. */
static void note(struct event event)
{
	if (arena->violations)
		return;
	event.ms = clock_ms();
	event.endpoint = me->endpoint;
	me->events[me->events_seen++ % EVENTS] = event;
}

void history_call(enum op op, int result)
{
	note((struct event){.op = op, .peer = me->peer, .result = result});
}

void history_took(enum op op, const struct letter *letter)
{
	note((struct event){
		.op = op, .peer = letter->source, .kind = letter->kind, .seq = letter->seq});
}

void history_bound(void)
{
	note((struct event){.op = OP_BIND, .peer = me->vmid, .seq = me->life});
}

static void print_event(const struct event *event)
{
	printf("#   %9ld ms %6d: ", event->ms, event->endpoint);
	if (event->kind)
		printf("took kind %d seq %u of %d by %s\n", event->kind, event->seq, event->peer,
		       op_names[event->op]);
	else if (event->seq)
		printf("is life %u of VM %d\n", event->seq, event->peer);
	else
		printf("%s to %d: %s\n", op_names[event->op], event->peer,
		       event->result < 0 ? mnx_errname(event->result) : "OK");
}

static void print_worker(const struct worker *worker)
{
	unsigned int seen = worker->events_seen, i = seen > EVENTS ? seen - EVENTS : 0;

	printf("# what worker %d did last:\n", (int)(worker - arena->workers));
	for (; i < seen; i++)
		print_event(&worker->events[i % EVENTS]);
}

static bool is_named(const struct worker *worker)
{
	for (int i = 0; i < WORKERS; i++)
		if (arena->workers[i].accuses && worker->endpoint != NOWHERE &&
		    arena->workers[i].peer == worker->endpoint)
			return true;
	return false;
}

void history_print(void)
{
	for (int i = 0; i < WORKERS; i++)
		if (arena->workers[i].accuses || is_named(&arena->workers[i]))
			print_worker(&arena->workers[i]);
}
