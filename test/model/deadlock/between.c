// SPDX-License-Identifier: Apache-2.0
/*
 * One process blocks where that may close a deadlock, and looks for it (the module's deadlock.c).
 * Each time it lets go of a lock the others may do something: every sequence of up to EVENTS_MOST
 * things that they can do, at every such moment, is gone through. Nobody may be told of a
 * deadlock whose message was taken, or who was in no cycle; no cycle may stay, nor a wait for one
 * who has ended.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "module.h"

#include "deadlock.h"

enum { PROCS = 3, EVENTS_MOST = 3, CHOICES_MOST = 200, NOBODY = -1, ME = 0 };

enum deed { SEND, SENDREC, RECEIVE, RECEIVE_ANY, REPLY, RELAY, GIVE_UP, DIE, DEEDS };
static const char *const deed_names[] = {"send",  "sendrec", "receive",	 "receive(ANY)",
					 "reply", "relay",   "gives up", "dies"};

struct event {
	enum deed deed;
	int who, peer, client;
};

struct task_struct {
	int unused;
};

static struct m3_vm vm;
static struct m3_proc procs[PROCS];
static struct task_struct tasks[PROCS];
static struct m3ipc_message message;

/* What happened to each one's call, so far. */
static struct {
	bool taken;	/* its message was */
	bool in_cycle;	/* it was, at some moment */
	u64 walk;	/* wait_seq of a wait that must still look for a cycle; 0: none */
	u64 relay_walk; /* likewise, that of the client of a relay */
	int relayer, target;
} calls[PROCS];

/* ---- choices: gone through as an odometer, the last first ---- */

static int choices[CHOICES_MOST], options[CHOICES_MOST], chosen, moments;
static struct event story[EVENTS_MOST];
static int events, events_at[EVENTS_MOST];

static int choose(int count)
{
	if (chosen == CHOICES_MOST)
		abort();
	options[chosen] = count;
	return choices[chosen++];
}

static bool next_choices(void)
{
	while (chosen && choices[chosen - 1] + 1 == options[chosen - 1])
		chosen--;
	if (!chosen)
		return false;
	choices[chosen - 1]++;
	memset(choices + chosen, 0, sizeof(choices) - chosen * sizeof(choices[0]));
	return true;
}

/* ---- what is wrong ---- */

static struct event scene[PROCS];

static void say(const struct event *event)
{
	printf("#   %d %s", event->who, deed_names[event->deed]);
	if (event->deed == RELAY)
		printf(" of %d", event->client);
	if (event->peer != NOBODY)
		printf(" to or from %d", event->peer);
	putchar('\n');
}

static void wrong(const char *what, int who)
{
	printf("# process %d %s. First:\n", who, what);
	for (int i = PROCS - 1; i >= 0; i--)
		if (scene[i].deed != DEEDS)
			say(&scene[i]);
	for (int i = 0; i < events; i++) {
		printf("# at moment %d of the search:\n", events_at[i]);
		say(&story[i]);
	}
	exit(1);
}

static bool is_in_cycle(int who)
{
	const struct m3_party *party = &procs[who].party;

	for (int i = 0; i < PROCS && party->peer; i++) {
		party = party->peer;
		if (party == &procs[who].party)
			return true;
	}
	return false;
}

static void look_for_cycles(void)
{
	for (int i = 0; i < PROCS; i++)
		calls[i].in_cycle |= is_in_cycle(i);
}

/* ---- what the state machine asks of its surroundings ---- */

void m3_rdv_env_readable(struct m3_party *party)
{
	(void)party;
}

void m3_rdv_env_laid(struct m3_party *ghost)
{
	(void)ghost;
	abort(); /* nobody leaves last words */
}

/* ---- deeds ---- */

static void lock(struct m3_party *a, struct m3_party *b)
{
	raw_spin_lock(&a->lock);
	if (b)
		raw_spin_lock(&b->lock);
}

/* Without giving others a moment: they have it when the deed is done. */
static void unlock(struct m3_party *a, struct m3_party *b)
{
	a->lock.held = false;
	if (b)
		b->lock.held = false;
}

static int number_of(const struct m3_party *party)
{
	return party->nr;
}

static int transfer(const struct event *event)
{
	struct m3_party *me = &procs[event->who].party, *peer = &procs[event->peer].party;
	struct task_struct *woken = NULL, *self = &tasks[event->who];

	if (event->deed == SEND)
		return m3_rdv_send(me, peer, &message, true, self, &woken);
	if (event->deed == SENDREC)
		return m3_rdv_sendrec(me, peer, &message, true, self, &woken);
	return m3_rdv_reply(me, peer, &message, &woken);
}

static int receive(struct m3_party *me, struct m3_party *from)
{
	struct m3_filter filter = {.src = from};
	struct task_struct *woken = NULL;
	struct m3_party *sender;
	int rc = m3_rdv_receive_check(me, &filter);

	if (rc)
		return rc;
	sender = m3_rdv_next_sender(me, &filter);
	if (!sender)
		return m3_rdv_receive_block(me, &filter, &tasks[number_of(me)]);
	if (sender != from)
		raw_spin_lock(&sender->lock);
	m3_rdv_take(me, sender, &woken);
	calls[number_of(sender)].taken = true;
	if (sender != from)
		sender->lock.held = false;
	return 0;
}

static int relay(const struct event *event)
{
	struct m3_party *client = &procs[event->client].party;
	struct task_struct *woken = NULL;
	int rc;

	raw_spin_lock(&client->lock);
	rc = m3_rdv_relay(&procs[event->who].party, client, &procs[event->peer].party, &message,
			  &woken);
	client->lock.held = false;
	if (rc != M3_BLOCKED_CHAIN)
		return rc;
	calls[event->client].relay_walk = client->wait_seq;
	calls[event->client].relayer = event->who;
	calls[event->client].target = event->peer;
	return 0;
}

static void drain(struct m3_party *dead, struct list_head *list)
{
	while (!list_empty(list)) {
		struct m3_party *other = list_entry(list->next, struct m3_party, link);

		lock(dead, other);
		m3_rdv_resolve(other, m3_rdv_death_result(other));
		unlock(dead, other);
	}
}

static void end_wait(struct m3_party *me, bool dies)
{
	struct m3_party *peer = me->peer;

	lock(me, peer);
	me->dead = dies;
	if (me->state && dies)
		m3_rdv_resolve(me, -M3IPC_ENOTBIND);
	else if (me->state)
		m3_rdv_withdraw(me);
	unlock(me, peer);
	if (!dies)
		return;
	drain(me, &me->senders);
	drain(me, &me->dependents);
}

/* Whoever blocks on one who is blocked has yet to look for a cycle. */
static void act(const struct event *event)
{
	struct m3_party *me = &procs[event->who].party;
	struct m3_party *peer = event->peer == NOBODY ? NULL : &procs[event->peer].party;
	int rc;

	if (event->deed == GIVE_UP || event->deed == DIE) {
		end_wait(me, event->deed == DIE);
		look_for_cycles();
		return;
	}
	me->waiter = NULL; /* the call before has returned */
	lock(me, peer);
	if (event->deed == RECEIVE || event->deed == RECEIVE_ANY)
		rc = receive(me, peer);
	else if (event->deed == RELAY)
		rc = relay(event);
	else
		rc = transfer(event);
	unlock(me, peer);
	if (rc == M3_BLOCKED || rc == M3_BLOCKED_CHAIN) {
		/* Of a sendrec that does not queue its peer has the request already. */
		calls[event->who].taken = event->deed == SENDREC && !(me->state & M3_SENDING);
		calls[event->who].in_cycle = false;
		calls[event->who].walk = rc == M3_BLOCKED_CHAIN ? me->wait_seq : 0;
	}
	look_for_cycles();
}

/* ---- what the others can do now ---- */

static bool can(const struct event *event)
{
	const struct m3_party *me = &procs[event->who].party;
	const struct m3_party *peer = event->peer == NOBODY ? NULL : &procs[event->peer].party;
	const struct m3_party *client = &procs[event->client].party;
	bool names = event->deed <= RECEIVE || event->deed == REPLY || event->deed == RELAY;

	if (me->dead || names != !!peer || (peer && (peer == me || peer->dead)))
		return false;
	if (event->deed != RELAY && event->client)
		return false;
	switch (event->deed) {
	case DIE:
		return true;
	case GIVE_UP:
		return me->state;
	case REPLY:
		return !me->state && peer->state == M3_RECEIVING && peer->peer == me &&
		       peer->heard_by == me->serial;
	case RELAY:
		return !me->state && client != me && client != peer &&
		       client->state == M3_RECEIVING && client->peer == me && client->reply_pending;
	case RECEIVE_ANY:
		return !me->state && !list_empty(&me->senders);
	default:
		return !me->state;
	}
}

/* The number of things that can happen; the nth of them in *event. */
static int count_events(int nth, struct event *event)
{
	struct event e = {0};
	int count = 0;

	for (e.who = ME + 1; e.who < PROCS; e.who++)
		for (e.deed = SEND; e.deed < DEEDS; e.deed++)
			for (e.peer = NOBODY; e.peer < PROCS; e.peer++)
				for (e.client = 0; e.client < PROCS; e.client++)
					if (can(&e) && count++ == nth)
						*event = e;
	return count;
}

static bool searching;

void lock_released(void)
{
	struct event event;
	int choice;

	if (!searching)
		return;
	for (int i = 0; i < PROCS; i++)
		if (procs[i].party.lock.held)
			return;
	moments++;
	while (events < EVENTS_MOST) {
		choice = choose(1 + count_events(NOBODY, &event));
		if (!choice)
			return;
		count_events(choice - 1, &event);
		events_at[events] = moments;
		story[events++] = event;
		act(&event);
	}
}

/* ---- a run ---- */

static void told(int who)
{
	if (calls[who].taken)
		wrong("is told of a deadlock, though its message was taken", who);
	if (!calls[who].in_cycle)
		wrong("is told of a deadlock, and was in none", who);
	if (procs[who].party.state)
		wrong("is told of a deadlock, and waits on", who);
}

static void search(int who)
{
	u64 seq = calls[who].walk;

	if (seq && procs[who].party.state && procs[who].party.wait_seq == seq &&
	    m3_deadlock_closed_by(&procs[who]))
		told(who);
	seq = calls[who].relay_walk;
	if (seq)
		m3_deadlock_closed_by_relay(&procs[calls[who].relayer], &procs[who],
					    &procs[calls[who].target], seq);
}

static void set_up(void)
{
	memset(procs, 0, sizeof(procs));
	memset(calls, 0, sizeof(calls));
	vm = (struct m3_vm){.bound = PROCS};
	for (int i = 0; i < PROCS; i++) {
		m3_rdv_init(&procs[i].party, i, i, 1, i + 1);
		procs[i].vm = &vm;
	}
	for (int i = PROCS - 1; i >= 0; i--)
		if (scene[i].deed != DEEDS)
			act(&scene[i]);
}

static void check_waits(void)
{
	for (int i = 0; i < PROCS; i++) {
		if (is_in_cycle(i))
			wrong("is in a deadlock that nobody was told of", i);
		if (procs[i].party.peer && procs[i].party.peer->dead)
			wrong("waits for one who has ended", i);
	}
}

/* True: the scene is one in which there is something to search. */
static bool run(void)
{
	chosen = moments = events = 0;
	set_up();
	if (!calls[ME].walk)
		return false;
	searching = true;
	if (m3_deadlock_closed_by(&procs[ME])) {
		searching = false;
		told(ME);
	}
	searching = false;
	calls[ME].walk = 0;
	for (int i = 0; i < PROCS; i++)
		search(i);
	check_waits();
	return true;
}

/* Each process but the first has a deed or none, then the first one blocks. */
static bool next_scene(void)
{
	for (int i = 0; i < PROCS; i++) {
		struct event *e = &scene[i];

		if (e->deed != DEEDS && ++e->peer < PROCS)
			return true;
		e->peer = 0;
		if (e->deed != DEEDS && ++e->deed < RECEIVE_ANY)
			return true;
		if (i != ME && e->deed == RECEIVE_ANY) {
			e->deed = DEEDS;
			return true;
		}
		e->deed = SEND;
	}
	return false;
}

static bool scene_makes_sense(void)
{
	for (int i = 0; i < PROCS; i++)
		if (scene[i].deed != DEEDS && scene[i].peer == i)
			return false;
	return true;
}

int main(void)
{
	long runs = 0, scenes = 0;

	for (int i = 0; i < PROCS; i++)
		scene[i] = (struct event){.who = i, .deed = SEND};
	do {
		if (!scene_makes_sense())
			continue;
		memset(choices, 0, sizeof(choices));
		if (!run())
			continue;
		scenes++;
		do {
			runs++;
			run();
		} while (next_choices());
	} while (next_scene());
	printf("%ld runs from %ld beginnings\n", runs, scenes);
	return runs ? 0 : 1;
}
