// SPDX-License-Identifier: GPL-2.0-only
/* Processes: memory and lookup. */

#include <linux/atomic.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>

#include "endpoint.h"
#include "grant.h"
#include "notify.h"
#include "proc.h"
#include "slot.h"
#include "vm.h"

static struct kmem_cache *proc_cache;
static atomic64_t last_serial;

struct m3_proc *m3_proc_alloc(struct m3_vm *vm, struct m3_slot *slot, struct task_struct *task)
{
	struct m3_proc *proc = kmem_cache_zalloc(proc_cache, GFP_KERNEL);

	if (!proc)
		return ERR_PTR(-ENOMEM);
	m3_rdv_init(&proc->party, slot->nr, M3IPC_NONE, 0, atomic64_inc_return(&last_serial));
	proc->rights.all_peers = true;
	m3_vm_hold(vm);
	proc->vm = vm;
	proc->slot = slot;
	proc->task = get_task_struct(task);
	proc->since_ns = ktime_get_real_ns();
	INIT_HLIST_NODE(&proc->by_task);
	INIT_LIST_HEAD(&proc->pollers);
	INIT_LIST_HEAD(&proc->grants);
	INIT_LIST_HEAD(&proc->own_waits);
	refcount_set(&proc->refs, 1);
	return proc;
}

static void free_rcu_proc(struct rcu_head *rcu)
{
	struct m3_proc *proc = container_of(rcu, struct m3_proc, rcu);

	put_task_struct(proc->task);
	m3_notify_map_free(proc->party.notify);
	m3_grant_free_all(proc);
	m3_vm_put(proc->vm);
	kmem_cache_free(proc_cache, proc);
}

void m3_proc_put(struct m3_proc *proc)
{
	if (refcount_dec_and_test(&proc->refs))
		call_rcu(&proc->rcu, free_rcu_proc);
}

int m3_proc_find(const struct m3_vm *vm, s32 endpoint, struct m3_proc **procp)
{
	s32 nr = m3_endpoint_nr(endpoint);
	struct m3_slot *slot;
	struct m3_proc *proc;

	if (endpoint == M3IPC_ANY || endpoint == M3IPC_NONE)
		return -M3IPC_EENDPOINT;
	if (!m3_vm_has_nr(vm, nr))
		return -ERANGE;
	slot = m3_slot_find(vm, nr);
	proc = slot ? rcu_dereference(slot->proc) : NULL;
	if (!proc || proc->party.endpoint != endpoint)
		return -ENOENT;
	*procp = proc;
	return 0;
}

struct m3_proc *m3_proc_next(struct m3_vm *vm, s32 *nr)
{
	struct m3_slot *slot;
	struct m3_proc *proc;

	for (slot = m3_slot_next(vm, nr); slot; ++*nr, slot = m3_slot_next(vm, nr)) {
		proc = rcu_dereference(slot->proc);
		if (proc)
			return proc;
	}
	return NULL;
}

bool m3_proc_may_address(const struct m3_proc *proc, s32 nr)
{
	const struct m3_rights *rights = &proc->rights;
	u32 index;

	/* Pairs with the release in m3_priv_apply(). */
	if (smp_load_acquire(&rights->all_peers))
		return true;
	index = nr + (s32)READ_ONCE(rights->peers_tasks); /* below the map is beyond it, too */
	if (index >= M3IPC_PEER_WORDS * 64)
		return READ_ONCE(rights->peers_rest);
	return READ_ONCE(rights->peers[index / 64]) & BIT_ULL(index % 64);
}

u32 m3_rdv_env_life(const struct m3_party *me, s32 nr, s32 *endpoint)
{
	const struct m3_vm *vm = container_of(me, struct m3_proc, party)->vm;
	struct m3_slot *slot = m3_slot_find(vm, nr);
	struct m3_proc *proc = slot ? rcu_dereference(slot->proc) : NULL;

	if (!proc)
		return 0;
	*endpoint = proc->party.endpoint;
	return proc->party.life;
}

void m3_rdv_env_laid(struct m3_party *ghost)
{
	m3_proc_put(container_of(ghost, struct m3_proc, last_words));
}

int m3_proc_setup(void)
{
	/* User memory is copied straight from the message slots, which close both parties. */
	const unsigned int first = offsetof(struct m3_proc, party.msg);
	const unsigned int end = offsetofend(struct m3_proc, last_words.msg);

	proc_cache = kmem_cache_create_usercopy("m3ipc_proc", sizeof(struct m3_proc), 0,
						SLAB_HWCACHE_ALIGN | SLAB_ACCOUNT, first,
						end - first, NULL);
	return proc_cache ? 0 : -ENOMEM;
}

void m3_proc_teardown(void)
{
	kmem_cache_destroy(proc_cache);
}
