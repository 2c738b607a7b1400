// SPDX-License-Identifier: GPL-2.0-only
/*
 * Deadlock detection. The edges are m3_party.peer: a process blocked on another by name.
 *
 * Whoever blocks on a blocked process publishes its edge under both locks and then walks.
 * Each edge of a cycle was published under the lock of the process that it leaves from, which
 * the publisher of the edge into that process held, too; so the last of the publishers sees the
 * whole cycle. Two may see it, when the others' edges came while they walked: the
 * verification is under the VM's deadlock lock, and the first to get it breaks the cycle.
 *
 * Edges vanish while one walks. Two walks over the same waits (m3_party.wait_seq) prove that all
 * edges existed together, in the moment between the walks.
 */

#include <linux/sched.h>

#include "deadlock.h"
#include "party_lock.h"
#include "proc.h"
#include "vm.h"

/* Follows the edges from @me. True: they lead back to it. @stamp identifies the waits seen. */
static bool walk(struct m3_party *me, u32 limit, u64 *stamp)
{
	struct m3_party *party = me;
	u64 sum = 0;
	u32 i;

	for (i = 0; i <= limit; i++) {
		struct m3_party *next;

		raw_spin_lock(&party->lock);
		next = party->peer;
		sum = sum * 31 + party->serial * 7 + party->wait_seq;
		raw_spin_unlock(&party->lock);
		if (!next)
			return false;
		if (next == me) {
			*stamp = sum;
			return true;
		}
		party = next;
	}
	return false; /* a cycle, but not of mine */
}

/* Whether @me is in a cycle at this moment. In an RCU read section. */
static bool in_cycle(struct m3_party *me, u32 limit)
{
	u64 first, second;

	do {
		if (!walk(me, limit, &first) || !walk(me, limit, &second))
			return false;
	} while (first != second);
	return true;
}

/*
 * Ends the blocking call that another thread of the relayer began meanwhile, if it closes a cycle
 * now that @client waits for the relayer again. Nobody else would look for that one.
 */
static void break_beside_relay(struct m3_party *me, struct m3_party *client, u32 limit)
{
	struct task_struct *waiter = NULL;
	struct m3_party *peer;

	if (!in_cycle(client, limit))
		return;
	peer = m3_party_lock_with_peer(me);
	if (me->state && !m3_rdv_request_taken(me))
		waiter = m3_rdv_resolve(me, -M3IPC_ELOCKED);
	m3_party_unlock_pair(me, peer);
	if (waiter)
		wake_up_process(waiter);
}

bool m3_deadlock_closed_by_relay(struct m3_proc *me, struct m3_proc *client, struct m3_proc *dst,
				 u64 wait)
{
	struct task_struct *waiter = NULL;
	struct m3_vm *vm = me->vm;
	u32 limit = READ_ONCE(vm->bound);
	bool broken = false;
	u64 stamp;

	smp_mb(); /* the client's edge, before those of others */
	if (!walk(&client->party, limit, &stamp))
		return false;
	raw_spin_lock(&vm->deadlock_lock);
	if (in_cycle(&client->party, limit)) {
		m3_party_lock_three(&me->party, &client->party, &dst->party);
		if (client->party.wait_seq == wait)
			broken = m3_rdv_unrelay(&me->party, &client->party, &dst->party, &waiter);
		m3_party_unlock_three(&me->party, &client->party, &dst->party);
	}
	if (waiter)
		wake_up_process(waiter);
	if (broken)
		break_beside_relay(&me->party, &client->party, limit);
	raw_spin_unlock(&vm->deadlock_lock);
	return broken;
}

bool m3_deadlock_closed_by(struct m3_proc *proc)
{
	struct m3_party *me = &proc->party;
	struct m3_vm *vm = proc->vm;
	u32 limit = READ_ONCE(vm->bound);
	struct m3_party *peer;
	bool broken = false;
	u64 stamp;

	smp_mb(); /* my edge, before those of others */
	rcu_read_lock();
	if (!walk(me, limit, &stamp))
		goto out;
	raw_spin_lock(&vm->deadlock_lock);
	if (in_cycle(me, limit)) {
		peer = m3_party_lock_with_peer(me);
		/*
		 * A request taken since then was no part of the cycle any more: to give it up would
		 * say that it was never seen. Whoever closes another cycle over it walks, too.
		 */
		broken = me->state && !m3_rdv_request_taken(me);
		if (broken)
			m3_rdv_withdraw(me);
		m3_party_unlock_pair(me, peer);
	}
	raw_spin_unlock(&vm->deadlock_lock);
out:
	rcu_read_unlock();
	return broken;
}
