// SPDX-License-Identifier: GPL-2.0-only
/* The rendezvous state machine. See rendezvous.h for what may be used here. */

#include <linux/jiffies.h>
#include <linux/lockdep.h>

#include "rendezvous.h"

void m3_rdv_init(struct m3_party *party, s32 nr, s32 endpoint, u32 life, u64 serial)
{
	raw_spin_lock_init(&party->lock);
	INIT_LIST_HEAD(&party->link);
	INIT_LIST_HEAD(&party->senders);
	INIT_LIST_HEAD(&party->dependents);
	party->nr = nr;
	party->endpoint = endpoint;
	party->life = life;
	party->serial = serial;
}

static bool takes_request_of(const struct m3_party *dst, const struct m3_party *src)
{
	return dst->state == M3_RECEIVING && (!dst->peer || dst->peer == src);
}

static bool takes_message_of(const struct m3_party *dst, const struct m3_party *src)
{
	return takes_request_of(dst, src) && !dst->requests_only;
}

/* Whether @me may start a blocking call at all. */
static int may_begin(const struct m3_party *me)
{
	if (me->dead)
		return -M3IPC_ENOTBIND;
	/* Pairs with the release of whoever waited before. */
	return smp_load_acquire(&me->waiter) ? -EBUSY : 0;
}

static void begin_wait(struct m3_party *me, u32 state, struct m3_party *peer,
		       struct task_struct *self)
{
	me->wait_seq++;
	me->blocked_at = jiffies;
	me->relayed = false;
	me->waiter = self;
	WRITE_ONCE(me->peer, peer);
	WRITE_ONCE(me->state, state);
}

/* What begin_wait() for @peer amounts to: only a blocked peer can close a cycle. */
static int blocked_on(const struct m3_party *peer)
{
	return READ_ONCE(peer->peer) ? M3_BLOCKED_CHAIN : M3_BLOCKED;
}

struct task_struct *m3_rdv_resolve(struct m3_party *party, int result)
{
	lockdep_assert_held(&party->lock);

	list_del_init(&party->link);
	party->result = result;
	if (party->reply_pending && !(party->state & M3_SENDING))
		party->heard_by = 0; /* the request is over: nobody may reply to it any more */
	party->reply_pending = false;
	party->requests_only = false;
	WRITE_ONCE(party->peer, NULL);
	/* Pairs with the acquire of the sleeping waiter: result and msg come before. */
	smp_store_release(&party->state, 0);
	if (!party->ghost)
		return party->waiter;
	party->ghost = false;
	m3_rdv_env_laid(party);
	return NULL;
}

/* A message that was never seen may be sent again; one that was, or is waited for, is lost. */
int m3_rdv_death_result(const struct m3_party *party)
{
	return party->state & M3_SENDING && !party->relayed ? -M3IPC_EDSTDIED : -M3IPC_ESRCDIED;
}

static struct task_struct *deliver(struct m3_party *dst, struct m3_party *src,
				   const struct m3ipc_message *msg)
{
	dst->msg = *msg;
	dst->received++;
	src->sent++;
	return m3_rdv_resolve(dst, 0);
}

int m3_rdv_send(struct m3_party *me, struct m3_party *dst, const struct m3ipc_message *msg,
		bool may_block, struct task_struct *self, struct task_struct **wake)
{
	int rc = may_begin(me);

	if (rc)
		return rc;
	if (dst->dead)
		return -M3IPC_EDSTDIED;
	if (takes_message_of(dst, me)) {
		*wake = deliver(dst, me, msg);
		me->heard_by = dst->serial;
		return 0;
	}
	if (!may_block)
		return -EAGAIN;
	me->msg = *msg;
	begin_wait(me, M3_SENDING, dst, self);
	list_add_tail(&me->link, &dst->senders);
	m3_rdv_env_readable(dst);
	return blocked_on(dst);
}

int m3_rdv_sendrec(struct m3_party *me, struct m3_party *dst, const struct m3ipc_message *msg,
		   bool may_block, struct task_struct *self, struct task_struct **wake)
{
	int rc = may_begin(me);

	if (rc)
		return rc;
	if (dst->dead)
		return -M3IPC_EDEADSRCDST;
	if (!may_block)
		return -EAGAIN;
	me->reply_pending = true;
	me->abandoned = false;
	if (takes_request_of(dst, me)) {
		*wake = deliver(dst, me, msg);
		me->heard_by = dst->serial;
		begin_wait(me, M3_RECEIVING, dst, self);
		list_add_tail(&me->link, &dst->dependents);
		return M3_BLOCKED;
	}
	me->msg = *msg;
	begin_wait(me, M3_SENDING | M3_RECEIVING, dst, self);
	list_add_tail(&me->link, &dst->senders);
	m3_rdv_env_readable(dst);
	return blocked_on(dst);
}

/*
 * Only to one who waits for me and whom I have heard: that very binding, not a
 * successor in the same slot. Who replies has not asked: nobody may reply to a reply.
 */
int m3_rdv_reply(struct m3_party *me, struct m3_party *dst, const struct m3ipc_message *msg,
		 struct task_struct **wake)
{
	if (me->dead)
		return -M3IPC_ENOTBIND;
	if (dst->dead)
		return -M3IPC_EDSTDIED;
	if (dst->state != M3_RECEIVING || dst->peer != me || dst->heard_by != me->serial)
		return -M3IPC_EPROCSTS;
	*wake = deliver(dst, me, msg);
	dst->heard_by = 0;
	return 0;
}

int m3_rdv_relay(struct m3_party *me, struct m3_party *client, struct m3_party *dst,
		 const struct m3ipc_message *msg, struct task_struct **wake)
{
	if (me->dead)
		return -M3IPC_ENOTBIND;
	if (dst->dead)
		return -M3IPC_EDSTDIED;
	if (client->state != M3_RECEIVING || client->peer != me || !client->reply_pending)
		return -M3IPC_EPROCSTS;
	client->wait_seq++;
	client->relayed = true;
	client->heard_by = 0;
	WRITE_ONCE(client->peer, dst);
	if (takes_request_of(dst, client)) {
		*wake = deliver(dst, client, msg);
		client->heard_by = dst->serial;
		list_move_tail(&client->link, &dst->dependents);
		return 0;
	}
	client->msg = *msg;
	WRITE_ONCE(client->state, M3_SENDING | M3_RECEIVING);
	list_move_tail(&client->link, &dst->senders);
	m3_rdv_env_readable(dst);
	return READ_ONCE(dst->peer) ? M3_BLOCKED_CHAIN : 0;
}

bool m3_rdv_unrelay(struct m3_party *me, struct m3_party *client, struct m3_party *dst,
		    struct task_struct **wake)
{
	if (client->peer != dst || !(client->state & M3_SENDING))
		return false;
	if (me->dead) {
		*wake = m3_rdv_resolve(client, -M3IPC_ESRCDIED);
		return true;
	}
	client->wait_seq++;
	client->heard_by = me->serial;
	WRITE_ONCE(client->peer, me);
	WRITE_ONCE(client->state, M3_RECEIVING);
	list_move_tail(&client->link, &me->dependents);
	return true;
}

bool m3_rdv_bequeath(struct m3_party *ghost, struct m3_party *dst, struct task_struct **wake)
{
	if (dst->dead)
		return false;
	if (takes_message_of(dst, ghost)) {
		*wake = deliver(dst, ghost, &ghost->msg);
		return false;
	}
	ghost->ghost = true;
	WRITE_ONCE(ghost->state, M3_SENDING);
	WRITE_ONCE(ghost->peer, dst);
	list_add_tail(&ghost->link, &dst->senders);
	m3_rdv_env_readable(dst);
	return true;
}

bool m3_rdv_accepts_notify(const struct m3_party *dst, const struct m3_party *src)
{
	if (dst->state != M3_RECEIVING || dst->reply_pending || dst->requests_only)
		return false;
	return !dst->peer || dst->peer == src;
}

void m3_rdv_deliver_notify(struct m3_party *dst, struct m3_party *src,
			   const struct m3ipc_message *msg, struct task_struct **wake)
{
	dst->msg = *msg;
	dst->received++;
	if (src)
		src->sent++;
	*wake = m3_rdv_resolve(dst, 0);
}

int m3_rdv_receive_check(struct m3_party *me, const struct m3_filter *filter)
{
	int rc = may_begin(me);

	if (rc)
		return rc;
	if (filter->src && filter->src->dead)
		return -M3IPC_ESRCDIED;
	if (me->woken && !filter->src && !filter->requests_only) {
		me->woken = false;
		return -M3IPC_EWOKENUP;
	}
	return 0;
}

struct m3_party *m3_rdv_next_sender(const struct m3_party *me, const struct m3_filter *filter)
{
	struct m3_party *sender;

	if (filter->src) {
		sender = filter->src;
		return sender->peer == me && sender->state & M3_SENDING ? sender : NULL;
	}
	list_for_each_entry(sender, &me->senders, link) {
		if (!filter->requests_only || READ_ONCE(sender->state) & M3_RECEIVING)
			return sender;
	}
	return NULL;
}

void m3_rdv_take(struct m3_party *me, struct m3_party *sender, struct task_struct **wake)
{
	lockdep_assert_held(&me->lock);
	lockdep_assert_held(&sender->lock);

	me->received++;
	sender->sent++;
	sender->heard_by = me->serial;
	if (sender->state & M3_RECEIVING) {
		list_move_tail(&sender->link, &me->dependents);
		WRITE_ONCE(sender->state, M3_RECEIVING);
		return;
	}
	*wake = m3_rdv_resolve(sender, 0);
}

int m3_rdv_receive_block(struct m3_party *me, const struct m3_filter *filter,
			 struct task_struct *self)
{
	me->requests_only = filter->requests_only;
	begin_wait(me, M3_RECEIVING, filter->src, self);
	if (!filter->src)
		return M3_BLOCKED;
	list_add_tail(&me->link, &filter->src->dependents);
	return blocked_on(filter->src);
}

bool m3_rdv_request_taken(const struct m3_party *me)
{
	return me->reply_pending && (!(me->state & M3_SENDING) || me->relayed);
}

void m3_rdv_withdraw(struct m3_party *me)
{
	bool taken = m3_rdv_request_taken(me);

	m3_rdv_resolve(me, 0);
	/* Until the next sendrec, whatever calls are given up before that. */
	me->abandoned |= taken;
}
