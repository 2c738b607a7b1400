/* SPDX-License-Identifier: GPL-2.0-only */
/* A process: one binding of a Linux thread to a slot of a VM. */
#ifndef _M3_PROC_H
#define _M3_PROC_H

#include <linux/refcount.h>

#include "rendezvous.h"

struct m3_slot;
struct m3_vm;

/* What its occupant of a slot may do. Written under party.lock, read without. */
struct m3_rights {
	u64 calls; /* M3IPC_CALL_* */
	u32 level;
	bool all_peers;
	bool peers_rest;
	u32 peers_tasks; /* the first bit of @peers is process number -peers_tasks */
	u64 peers[M3IPC_PEER_WORDS];
};

struct m3_proc {
	struct m3_party party; /* first: the message path's */
	struct m3_rights rights;
	/* invariant after bind */
	struct m3_vm *vm;
	struct m3_slot *slot;
	struct task_struct *task; /* counted */
	u64 since_ns;

	struct hlist_node by_task; /* bindings lock, RCU */
	struct list_head pollers; /* endpoint descriptors; party.lock */
	struct list_head grants; /* of m3_grant; party.lock */
	u32 nr_grants; /* likewise */
	s32 last_grant; /* likewise: id of the newest */
	struct list_head own_waits; /* m3_waiters of its threads; m3_vm.lock */
	struct list_head ending; /* of m3_vm_shut_down() */
	struct m3_party last_words; /* tells the VM's warn2proc of its death; see binding.c */
	refcount_t refs;
	struct rcu_head rcu;
};

static inline struct m3_proc *m3_proc_of(struct m3_party *party)
{
	return container_of(party, struct m3_proc, party);
}

/* A process that nobody knows yet. ERR_PTR(-ENOMEM). */
struct m3_proc *m3_proc_alloc(struct m3_vm *vm, struct m3_slot *slot, struct task_struct *task);
/*
 * Finds by endpoint. Caller in an RCU read section. 0, -EENDPOINT: ANY or NONE, -ERANGE, or
 * -ENOENT: free or stale.
 */
int m3_proc_find(const struct m3_vm *vm, s32 endpoint, struct m3_proc **proc);
/*
 * The bound process of @vm with the lowest number >= *@nr; its number in *@nr. In an RCU read
 * section. Those that come or go meanwhile may be missed.
 */
struct m3_proc *m3_proc_next(struct m3_vm *vm, s32 *nr);
/* Whether @proc may address process number @nr. */
bool m3_proc_may_address(const struct m3_proc *proc, s32 nr);

static inline struct m3_proc *m3_proc_hold(struct m3_proc *proc)
{
	refcount_inc(&proc->refs);
	return proc;
}

/* Takes a reference of a process found under RCU; false: it is being freed. */
static inline bool m3_proc_try_hold(struct m3_proc *proc)
{
	return refcount_inc_not_zero(&proc->refs);
}

/* May be called from any context. */
void m3_proc_put(struct m3_proc *proc);

int m3_proc_setup(void);
void m3_proc_teardown(void);

#endif /* _M3_PROC_H */
