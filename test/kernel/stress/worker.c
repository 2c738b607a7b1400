// SPDX-License-Identifier: Apache-2.0
#include "worker.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "buffers.h"
#include "copy.h"
#include "life.h"
#include "talk.h"

static void to_somebody(void (*what)(int, long))
{
	int to;

	if (anybody_else(&to))
		what(to, any_patience());
}

static void do_send(void)
{
	to_somebody(talk_send);
}

static void do_sendrec(void)
{
	to_somebody(talk_sendrec);
}

static void do_receive(void)
{
	talk_receive(OP_RECEIVE, ANY, any_patience());
}

static void do_rcvrqst(void)
{
	talk_receive(OP_RCVRQST, ANY, any_patience());
}

static void do_receive_from(void)
{
	int from;

	if (anybody_else(&from))
		talk_receive(OP_RECEIVE_FROM, from, any_patience());
}

static void do_notify(void)
{
	int to;

	if (dice(16) == 0)
		talk_notify(me->endpoint);
	else if (anybody_else(&to))
		talk_notify(to);
}

/* What is drawn how often; serving comes first. */
static const struct {
	void (*what)(void);
	unsigned int share;
} deeds[] = {
	{do_send, 14},	      {do_receive, 24},	     {do_sendrec, 18},	      {do_rcvrqst, 8},
	{do_receive_from, 6}, {do_notify, 12},	     {copy_from_receiver, 4}, {copy_to_receiver, 4},
	{talk_embrace, 6},    {talk_stale, 2},	     {talk_wild_reply, 2},    {talk_unmapped, 2},
	{life_wait_bind, 2},  {life_wait_unbind, 2}, {life_leave, 2},	      {life_visit, 1},
	{life_fork, 2},	      {life_exec, 2},
};
enum { DEEDS = sizeof(deeds) / sizeof(deeds[0]) };

static void one_deed(void)
{
	unsigned int total = 0, drawn;
	int i;

	if (me->pendings && dice(4)) {
		talk_serve();
		return;
	}
	for (i = 0; i < DEEDS; i++)
		total += deeds[i].share;
	drawn = dice(total);
	for (i = 0; drawn >= deeds[i].share; i++)
		drawn -= deeds[i].share;
	deeds[i].what();
}

/* Receives while nobody begins to send, so that what is passed over stays, for all to see. */
static void listen_for_a_while(void)
{
	long end = clock_ms() + LISTEN_MS, left;

	while (in_main() && (left = end - clock_ms()) > 0)
		talk_receive(OP_RECEIVE, ANY, left);
}

/* Takes what there is, now that nobody sends. */
static void drain(void)
{
	while (in_main() && talk_receive(OP_RECEIVE, ANY, TIMEOUT_NOWAIT) != EMOLAGAIN)
		;
}

/* Until something else is to be done. */
static void rest(unsigned int word)
{
	enum phase phase = phase_of(word);

	if (phase == HUSH)
		listen_for_a_while();
	if (phase == DRAIN)
		drain();
	if (phase == STOP) {
		if (me->endpoint != NOWHERE)
			life_leave();
		exit(0);
	}
	me->acked = word;
	while (arena->word == word)
		word_wait(word);
}

static void on_signal(int number)
{
	(void)number;
}

static void take_signals(void)
{
	struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};

	sigaction(SIGUSR1, &action, NULL);
	signal(SIGPIPE, SIG_IGN);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
}

void worker_run(int number, bool resumed)
{
	me = &arena->workers[number];
	me->op = OP_NONE;
	take_signals();
	buffers_make();
	if (resumed)
		life_resume();
	for (;;) {
		unsigned int word = arena->word;

		if (phase_of(word) != FIRE)
			rest(word);
		else if (me->endpoint == NOWHERE)
			life_enter();
		else
			one_deed();
	}
}
