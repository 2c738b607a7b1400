// SPDX-License-Identifier: Apache-2.0
/*
 * The module's own state machine and notification maps, with what message.c, notifier.c and
 * binding.c do around them in the kernel: the locks, the order of the steps, who is woken.
 */
#include <linux/slab.h>

#include "notify.h"
#include "rendezvous.h"
#include "step.h"

struct task_struct {
	int wakes; /* since its call blocked */
};

static struct task_struct task[PROCS];
static struct m3_party *bound[PROCS];
static bool receives[PROCS]; /* whether its blocked call ends with a message */
static u32 lives[PROCS];
static u64 last_serial;
/* Ghosts whose message was taken, until the step ends that may still look at them. */
static struct m3_party *laid[QUEUE_MOST];
static int laid_count;
/* Ghosts that are queued. */
static struct m3_party *ghosts[QUEUE_MOST];

/* ---- what the state machine asks of its surroundings ---- */

u32 m3_rdv_env_life(const struct m3_party *me, s32 nr, s32 *endpoint)
{
	(void)me;
	if (!bound[nr])
		return 0;
	*endpoint = bound[nr]->endpoint;
	return bound[nr]->life;
}

void m3_rdv_env_readable(struct m3_party *party)
{
	lockdep_assert_held(&party->lock);
}

void m3_rdv_env_laid(struct m3_party *ghost)
{
	for (int i = 0; i < QUEUE_MOST; i++)
		if (ghosts[i] == ghost)
			ghosts[i] = NULL;
	if (laid_count == QUEUE_MOST)
		abort();
	laid[laid_count++] = ghost;
}

/* ---- locks and wake-ups ---- */

static void lock(struct m3_party *a, struct m3_party *b)
{
	raw_spin_lock(&a->lock);
	if (b && b != a)
		raw_spin_lock(&b->lock);
}

static void unlock(struct m3_party *a, struct m3_party *b)
{
	if (b && b != a)
		raw_spin_unlock(&b->lock);
	raw_spin_unlock(&a->lock);
}

static void wake(struct task_struct *woken)
{
	if (woken)
		woken->wakes++;
}

static struct m3_party *new_party(int nr, u32 life)
{
	struct m3_party *party = calloc(1, sizeof(*party));

	m3_rdv_init(party, nr, nr + (s32)(life << 16), life, ++last_serial);
	return party;
}

/* Nobody may be left who points here. */
static void free_party(struct m3_party *party)
{
	if (!list_empty(&party->link) || !list_empty(&party->senders) ||
	    !list_empty(&party->dependents) || party->lock.held)
		abort();
	m3_notify_map_free(party->notify);
	free(party);
}

static void bury(void)
{
	while (laid_count)
		free_party(laid[--laid_count]);
}

/* ---- calls ---- */

static struct m3ipc_message message_of(const struct m3_party *source, int id)
{
	return (struct m3ipc_message){.m_source = source->endpoint, .m_type = id};
}

static void begin(int me, int rc, bool receiving)
{
	if (rc <= 0)
		return;
	task[me].wakes = 0;
	receives[me] = receiving;
}

static int do_transfer(const struct step *step)
{
	struct m3_party *me = bound[step->me], *dst = bound[step->peer];
	struct m3ipc_message msg = message_of(me, step->id);
	struct task_struct *self = &task[step->me], *woken = NULL;
	int rc;

	lock(me, dst);
	if (step->op == SEND)
		rc = m3_rdv_send(me, dst, &msg, step->may_block, self, &woken);
	else if (step->op == SENDREC)
		rc = m3_rdv_sendrec(me, dst, &msg, step->may_block, self, &woken);
	else
		rc = m3_rdv_reply(me, dst, &msg, &woken);
	unlock(me, dst);
	wake(woken);
	begin(step->me, rc, step->op == SENDREC);
	return rc;
}

static int do_relay(const struct step *step)
{
	struct m3_party *me = bound[step->me], *client = bound[step->third];
	struct m3_party *dst = bound[step->peer];
	struct m3ipc_message msg = message_of(client, step->id);
	struct task_struct *woken = NULL;
	int rc;

	lock(me, client);
	raw_spin_lock(&dst->lock);
	rc = m3_rdv_relay(me, client, dst, &msg, &woken);
	if (step->op == RELAY_UNDONE && rc >= 0) {
		me->dead = !step->may_block;
		if (m3_rdv_unrelay(me, client, dst, &woken))
			rc = -M3IPC_ELOCKED;
	}
	raw_spin_unlock(&dst->lock);
	unlock(me, client);
	wake(woken);
	return rc;
}

static struct outcome received(const struct m3ipc_message *msg)
{
	return (struct outcome){.type = msg->m_type, .source = msg->m_source};
}

static struct outcome receive_locked(const struct step *step, const struct m3_filter *filter,
				     struct task_struct **woken)
{
	struct m3_party *me = bound[step->me], *sender;
	struct m3_notification n;
	struct m3ipc_message msg;
	int rc = m3_rdv_receive_check(me, filter);

	if (rc)
		return (struct outcome){.rc = rc};
	if (!filter->requests_only && m3_notify_next(me, filter->src, &n)) {
		m3_notify_build(me, &n, false, &msg);
		m3_notify_taken(me, n.nr);
		return received(&msg);
	}
	sender = m3_rdv_next_sender(me, filter);
	if (sender) {
		msg = sender->msg;
		if (sender != filter->src)
			raw_spin_lock(&sender->lock);
		m3_rdv_take(me, sender, woken);
		if (sender != filter->src)
			raw_spin_unlock(&sender->lock);
		return received(&msg);
	}
	if (!step->may_block)
		return (struct outcome){.rc = -EAGAIN};
	rc = m3_rdv_receive_block(me, filter, &task[step->me]);
	return (struct outcome){.rc = rc};
}

static struct outcome do_receive(const struct step *step)
{
	struct m3_filter filter = {
		.src = step->peer == ANYBODY ? NULL : bound[step->peer],
		.requests_only = step->op == RCVRQST,
	};
	struct task_struct *woken = NULL;
	struct outcome outcome;

	lock(bound[step->me], filter.src);
	outcome = receive_locked(step, &filter, &woken);
	unlock(bound[step->me], filter.src);
	wake(woken);
	begin(step->me, outcome.rc, true);
	return outcome;
}

static int do_notify(const struct step *step)
{
	struct m3_party *dst = bound[step->peer];
	struct m3_party *src = step->peer == step->me ? NULL : bound[step->me];
	struct m3_notification n = {src ? src->nr : M3IPC_HARDWARE,
				    src ? src->endpoint : M3IPC_HARDWARE};
	struct m3_notify_spare spare = {NULL, NULL};
	struct task_struct *woken = NULL;
	struct m3ipc_message msg;

	m3_notify_spare_alloc(&spare);
	lock(dst, src);
	if (!m3_rdv_accepts_notify(dst, src)) {
		if (!m3_notify_mark(dst, n.nr, src ? src->life : M3_NOTIFY_LIFE_KERNEL, &spare))
			abort();
		m3_rdv_env_readable(dst);
	} else {
		m3_notify_build(dst, &n, false, &msg);
		m3_notify_taken(dst, n.nr);
		m3_rdv_deliver_notify(dst, src, &msg, &woken);
	}
	unlock(dst, src);
	wake(woken);
	m3_notify_spare_free(&spare);
	return 0;
}

static int do_wakeup(const struct step *step)
{
	struct m3_party *party = bound[step->peer];
	int rc = 0;

	raw_spin_lock(&party->lock);
	if (party->state == M3_RECEIVING && !party->peer && !party->requests_only) {
		wake(m3_rdv_resolve(party, -M3IPC_EWOKENUP));
	} else {
		party->woken = true;
		rc = -M3IPC_EPROCRUN;
	}
	raw_spin_unlock(&party->lock);
	return rc;
}

static int do_give_up(const struct step *step)
{
	struct m3_party *me = bound[step->me], *peer = me->peer;
	int rc = 0;

	lock(me, peer);
	if (me->state) {
		m3_rdv_withdraw(me);
		me->waiter = NULL;
		rc = -EINTR;
	}
	unlock(me, peer);
	return rc;
}

static struct outcome do_return(const struct step *step)
{
	struct m3_party *me = bound[step->me];
	struct outcome outcome = {.rc = me->result};

	if (!me->waiter || me->state)
		return (struct outcome){.rc = 1};
	/* Exactly one wake-up for what was resolved, or its caller sleeps on. */
	if (task[step->me].wakes != 1)
		abort();
	if (!me->result && receives[step->me])
		outcome = received(&me->msg);
	me->waiter = NULL;
	return outcome;
}

/* ---- coming and going ---- */

static void do_bind(int nr)
{
	bound[nr] = new_party(nr, ++lives[nr]);
	task[nr].wakes = 0;
}

static void drain(struct m3_party *party, struct list_head *list)
{
	while (!list_empty(list)) {
		struct m3_party *other = list_entry(list->next, struct m3_party, link);

		lock(party, other);
		wake(m3_rdv_resolve(other, m3_rdv_death_result(other)));
		unlock(party, other);
	}
}

static void bequeath(const struct m3_party *dead, int id)
{
	struct m3_party *ghost = new_party(dead->nr, dead->life), *heir = bound[HEIR];
	struct task_struct *woken = NULL;
	int i = 0;

	while (i < QUEUE_MOST - 1 && ghosts[i])
		i++;
	ghosts[i] = ghost;
	ghost->msg = message_of(ghost, id);
	lock(ghost, heir);
	if (!m3_rdv_bequeath(ghost, heir, &woken))
		m3_rdv_env_laid(ghost);
	unlock(ghost, heir);
	wake(woken);
}

static void do_exit(const struct step *step)
{
	struct m3_party *me = bound[step->me], *peer = me->peer;

	me->dead = true;
	bound[step->me] = NULL;
	lock(me, peer);
	if (me->state)
		m3_rdv_resolve(me, -M3IPC_ENOTBIND);
	unlock(me, peer);
	drain(me, &me->senders);
	drain(me, &me->dependents);
	if (step->me != HEIR && bound[HEIR])
		bequeath(me, step->id);
	free_party(me);
}

struct outcome machine_do(const struct step *step)
{
	struct outcome outcome = {.rc = 0};

	switch (step->op) {
	case BIND:
		do_bind(step->me);
		break;
	case EXIT:
		do_exit(step);
		break;
	case DIE:
		bound[step->me]->dead = true;
		break;
	case RECEIVE:
	case RCVRQST:
		outcome = do_receive(step);
		break;
	case RELAY:
	case RELAY_UNDONE:
		outcome.rc = do_relay(step);
		break;
	case NOTIFY:
		outcome.rc = do_notify(step);
		break;
	case WAKEUP:
		outcome.rc = do_wakeup(step);
		break;
	case GIVE_UP:
		outcome.rc = do_give_up(step);
		break;
	case RETURN:
		outcome = do_return(step);
		break;
	default:
		outcome.rc = do_transfer(step);
	}
	bury();
	return outcome;
}

void machine_view(int nr, struct view *view)
{
	const struct m3_party *party = bound[nr];
	struct m3_party *sender;

	memset(view, 0, sizeof(*view));
	view->peer = ANYBODY;
	if (!party)
		return;
	view->alive = true;
	view->dying = party->dead;
	view->abandoned = party->abandoned;
	view->state = party->state;
	view->resolved = party->waiter && !party->state;
	if (party->peer)
		view->peer = party->peer->nr;
	list_for_each_entry(sender, &party->senders, link)
	{
		if (sender->peer != party || view->queued == QUEUE_MOST)
			abort();
		view->queue[view->queued++] = sender->endpoint;
	}
}

void machine_reset(void)
{
	/* The heir, 0, last: with it go the ghosts. */
	for (int nr = PROCS - 1; nr >= 0; nr--) {
		if (bound[nr])
			do_exit(&(struct step){.me = nr});
		bury();
	}
	for (int i = 0; i < QUEUE_MOST; i++)
		if (ghosts[i])
			abort();
	memset(lives, 0, sizeof(lives));
	memset(task, 0, sizeof(task));
	last_serial = 0;
}
