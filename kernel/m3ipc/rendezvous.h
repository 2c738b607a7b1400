/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The rendezvous: who waits for whom, and how a message passes between two parties.
 *
 * A state machine and nothing else: no user memory, no sleeping, no waking. It needs
 * lists, locks already taken by the caller, and two answers from outside (m3_rdv_env_*),
 * so that it can be compiled and explored in user space, too.
 *
 * A party is blocked when state != 0. It then waits
 *   SENDING              in peer->senders, its message in msg
 *   SENDING|RECEIVING    likewise, in a sendrec whose request is not yet taken
 *   RECEIVING, peer      in peer->dependents, for a message of that very binding
 *   RECEIVING, no peer   for a message of anybody
 * Whoever resolves it sets result and msg first and state = 0 last.
 */
#ifndef _M3_RENDEZVOUS_H
#define _M3_RENDEZVOUS_H

#include "internal.h"

struct m3_notify_map;
struct m3_party;
struct task_struct;

#define M3_SENDING M3IPC_RTS_SENDING
#define M3_RECEIVING M3IPC_RTS_RECEIVING

/* Positive results of steps. Errors are negative, 0 is done. */
#define M3_BLOCKED 1 /* the caller waits */
#define M3_BLOCKED_CHAIN 2 /* the caller waits for one who waits for a third: look for a cycle */

/* All members protected by @lock, unless they say otherwise. */
struct m3_party {
	raw_spinlock_t lock;
	u32 state; /* M3_SENDING, M3_RECEIVING; cleared with release, read with acquire */
	int result; /* of the call that was blocked; valid once state is 0 */
	s32 nr; /* invariant */
	s32 endpoint; /* invariant */
	u32 life; /* invariant: which binding of the slot this is */
	struct m3_party *peer; /* whom I wait for; NULL: nobody, or anybody. Walked under RCU */
	struct task_struct *waiter; /* in a blocking call of this endpoint; cleared by itself */
	bool dead; /* unbound; never cleared */
	bool reply_pending; /* in sendrec: no notification passes for the reply */
	bool requests_only; /* in rcvrqst */
	bool woken; /* a wakeup came while not blocked in receive(ANY) */
	bool abandoned; /* last sendrec given up after its request was taken */
	bool relayed; /* in a sendrec that another server has seen before */
	bool ghost; /* stands for a dead one whose last message is queued; nobody waits in it */
	bool copying; /* takes part in a vcopy of somebody else */
	bool copy_hold; /* ... whose batch runs: must not return from its call */
	struct list_head link; /* in peer->senders or peer->dependents */
	struct list_head senders; /* queued for me, FIFO */
	struct list_head dependents; /* wait for a message of mine, by name */
	struct m3_notify_map *notify; /* pending notifications; NULL until the first */
	u64 serial; /* invariant: unique among all bindings */
	u64 heard_by; /* serial of the last who took a message of mine and may reply; 0: nobody */
	u64 wait_seq; /* counts my waits */
	unsigned long blocked_at; /* jiffies */
	u64 sent; /* messages and notifications of mine that arrived */
	u64 received;
	u64 copied; /* bytes moved by my vcopies */
	struct m3ipc_message msg; /* outgoing while queued, incoming once resolved */
};

/* What the state machine has to ask: the life, 0 = free, and endpoint now at @nr beside @me. */
u32 m3_rdv_env_life(const struct m3_party *me, s32 nr, s32 *endpoint);
/* ... and to tell: receive(ANY) of @party would not block any longer. */
void m3_rdv_env_readable(struct m3_party *party);
/* ... that the last message of a dead party was taken, or cannot be. */
void m3_rdv_env_laid(struct m3_party *ghost);

void m3_rdv_init(struct m3_party *party, s32 nr, s32 endpoint, u32 life, u64 serial);

/* Both locked. @self is the calling task, @wake [out] a task to wake after unlocking. */
int m3_rdv_send(struct m3_party *me, struct m3_party *dst, const struct m3ipc_message *msg,
		bool may_block, struct task_struct *self, struct task_struct **wake);
int m3_rdv_sendrec(struct m3_party *me, struct m3_party *dst, const struct m3ipc_message *msg,
		   bool may_block, struct task_struct *self, struct task_struct **wake);
int m3_rdv_reply(struct m3_party *me, struct m3_party *dst, const struct m3ipc_message *msg,
		 struct task_struct **wake);

/*
 * Hands the request of @client, taken by @me and unanswered, to @dst, as @msg. All three locked.
 * 0, M3_BLOCKED_CHAIN (moved, look for a cycle) or an error.
 */
int m3_rdv_relay(struct m3_party *me, struct m3_party *client, struct m3_party *dst,
		 const struct m3ipc_message *msg, struct task_struct **wake);
/*
 * Takes that back if @dst has not taken it yet. Locked likewise. If @me has ended meanwhile,
 * nobody has the request any more, and @client is told.
 */
bool m3_rdv_unrelay(struct m3_party *me, struct m3_party *client, struct m3_party *dst,
		    struct task_struct **wake);

/*
 * The last message, ghost->msg, of a dead process, by a party that is new and has its number, to
 * @dst. Both locked. True: @ghost stays queued, until m3_rdv_env_laid().
 */
bool m3_rdv_bequeath(struct m3_party *ghost, struct m3_party *dst, struct task_struct **wake);

/* Whether somebody has seen the request that a blocked party waits for the reply to. Locked. */
bool m3_rdv_request_taken(const struct m3_party *me);

/* What the death of its peer is for a party that waits for it. */
int m3_rdv_death_result(const struct m3_party *party);

/* Whether dst takes a notification of src now; src NULL: of the kernel. Both locked. */
bool m3_rdv_accepts_notify(const struct m3_party *dst, const struct m3_party *src);
/* Hands over a notification to a dst that accepts it. Locked likewise. */
void m3_rdv_deliver_notify(struct m3_party *dst, struct m3_party *src,
			   const struct m3ipc_message *msg, struct task_struct **wake);

/* Whom a receive is for. */
struct m3_filter {
	struct m3_party *src; /* NULL: anybody */
	bool requests_only;
};

/*
 * Receiving is done in steps, so that the message can be copied out before anybody is told
 * that it was taken. All: me locked, and filter->src.
 */
int m3_rdv_receive_check(struct m3_party *me, const struct m3_filter *filter);
/* The queued sender to take next, or NULL. */
struct m3_party *m3_rdv_next_sender(const struct m3_party *me, const struct m3_filter *filter);
/* Takes the message of @sender (locked, too), which was returned by m3_rdv_next_sender(). */
void m3_rdv_take(struct m3_party *me, struct m3_party *sender, struct task_struct **wake);
/* Nothing there: block. */
int m3_rdv_receive_block(struct m3_party *me, const struct m3_filter *filter,
			 struct task_struct *self);

/* Ends the wait of @party with @result. Party locked, and its peer if it has one. */
struct task_struct *m3_rdv_resolve(struct m3_party *party, int result);
/* The same for a caller that gives up by itself. */
void m3_rdv_withdraw(struct m3_party *me);

#endif /* _M3_RENDEZVOUS_H */
