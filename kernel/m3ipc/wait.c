// SPDX-License-Identifier: GPL-2.0-only
/* Waiting for a bind or an unbind. */

#include <linux/freezer.h>
#include <linux/sched/signal.h>

#include "access.h"
#include "binding.h"
#include "deadline.h"
#include "drvs.h"
#include "endpoint.h"
#include "proc.h"
#include "slot.h"
#include "vm.h"
#include "wait.h"

void m3_wait_finish(struct m3_waiter *waiter, int result)
{
	struct task_struct *task = waiter->task;

	list_del_init(&waiter->link);
	list_del_init(&waiter->own);
	waiter->result = result;
	/* From here on the waiter's stack may be gone. */
	smp_store_release(&waiter->done, true);
	wake_up_process(task);
}

/* Whether a bare number or an exact endpoint is meant, and it is @endpoint. */
static bool wants(const struct m3_waiter *waiter, const struct m3_slot *slot, s32 endpoint)
{
	return waiter->endpoint == endpoint || (waiter->for_bind && waiter->endpoint == slot->nr);
}

void m3_wait_slot_changed(struct m3_vm *vm, struct m3_slot *slot, struct m3_proc *proc, bool bound)
{
	struct m3_waiter *waiter, *next;

	lockdep_assert_held(&vm->lock);

	list_for_each_entry_safe(waiter, next, &slot->waiters, link) {
		if (vm->ended && waiter->me)
			continue; /* its own end is what it hears of */
		if (waiter->for_bind != bound || !wants(waiter, slot, proc->party.endpoint))
			continue;
		waiter->endpoint = proc->party.endpoint;
		m3_wait_finish(waiter, 0);
	}
}

void m3_wait_vm_ended(struct m3_vm *vm)
{
	struct m3_waiter *waiter, *next;
	struct m3_slot *slot;
	s32 nr = S32_MIN;

	lockdep_assert_held(&vm->lock);

	rcu_read_lock();
	for (slot = m3_slot_next(vm, &nr); slot; nr++, slot = m3_slot_next(vm, &nr)) {
		list_for_each_entry_safe(waiter, next, &slot->waiters, link) {
			if (!waiter->me)
				m3_wait_finish(waiter, waiter->for_bind ? -M3IPC_EVMNOTRUN : 0);
		}
	}
	rcu_read_unlock();
}

void m3_wait_system_slots(struct m3_vm *vm)
{
	struct m3_waiter *waiter, *next;
	struct m3_slot *slot;
	s32 nr = 0;

	lockdep_assert_held(&vm->lock);

	rcu_read_lock();
	for (slot = m3_slot_next(vm, &nr); slot && m3_vm_is_system_nr(vm, nr);
	     nr++, slot = m3_slot_next(vm, &nr)) {
		list_for_each_entry_safe(waiter, next, &slot->waiters, link) {
			if (waiter->for_bind && waiter->endpoint != slot->nr)
				m3_wait_finish(waiter, -M3IPC_EENDPOINT);
		}
	}
	rcu_read_unlock();
}

void m3_wait_proc_ended(struct m3_proc *proc)
{
	struct m3_waiter *waiter, *next;

	lockdep_assert_held(&proc->vm->lock);

	list_for_each_entry_safe(waiter, next, &proc->own_waits, own)
		m3_wait_finish(waiter, proc->vm->ended ? -M3IPC_EVMNOTRUN : -M3IPC_ENOTBIND);
}

/* Sleeps until @waiter is done: 0, -EINTR, -EAGAIN or -ETIMEDOUT; then it may still be listed. */
static int sleep_on(struct m3_waiter *waiter, s32 timeout_ms)
{
	if (!timeout_ms)
		return READ_ONCE(waiter->done) ? 0 : -EAGAIN;
	/* Pairs with the release in m3_wait_finish(). */
	return m3_sleep_until(smp_load_acquire(&waiter->done), timeout_ms);
}

static int wait_self(struct m3ipc_wait *args)
{
	struct m3_waiter waiter = {
		.own = LIST_HEAD_INIT(waiter.own),
		.task = current,
		.for_bind = true,
	};
	struct m3_proc *proc;
	int rc;

	if (args->vmid != M3IPC_OWN_VM || args->endpoint)
		return -EINVAL;
	m3_binding_await_self(&waiter);
	rc = m3_drvs_check();
	rcu_read_lock();
	proc = m3_binding_of(current);
	if (proc && !READ_ONCE(proc->party.dead)) {
		m3_binding_forget_self(&waiter);
		args->vmid = proc->vm->vmid;
		args->endpoint = proc->party.endpoint;
		rcu_read_unlock();
		return 0;
	}
	rcu_read_unlock();
	if (!rc)
		rc = sleep_on(&waiter, args->timeout_ms);
	m3_binding_forget_self(&waiter);
	if (waiter.done)
		rc = waiter.result;
	args->vmid = waiter.vmid;
	args->endpoint = waiter.endpoint;
	return rc;
}

/* Whether the wait is over before it begins: 0 or an error; 1: it is not. */
static int look_at_slot(struct m3_vm *vm, struct m3_slot *slot, struct m3_waiter *waiter)
{
	s32 generation = (waiter->endpoint - slot->nr) >> M3IPC_GENERATION_SHIFT;
	struct m3_proc *proc = rcu_dereference_raw(slot->proc);
	bool match = proc && wants(waiter, slot, proc->party.endpoint);

	if (!waiter->for_bind)
		return match ? 1 : 0;
	if (match) {
		waiter->endpoint = proc->party.endpoint;
		return 0;
	}
	if (generation && ((u32)generation < slot->lives || m3_vm_is_system_nr(vm, slot->nr)))
		return -M3IPC_EENDPOINT;
	return 1;
}

/* Lists @waiter, if there is something to wait for: 1; else 0 or an error. */
static int enlist(struct m3_vm *vm, struct m3_slot *slot, struct m3_waiter *waiter)
{
	int rc;

	raw_spin_lock(&vm->lock);
	if (vm->ended)
		rc = -M3IPC_EVMNOTRUN;
	else if (waiter->me && READ_ONCE(waiter->me->party.dead))
		rc = -M3IPC_ENOTBIND;
	else
		rc = look_at_slot(vm, slot, waiter);
	if (rc > 0) {
		list_add_tail(&waiter->link, &slot->waiters);
		if (waiter->me)
			list_add_tail(&waiter->own, &waiter->me->own_waits);
	}
	raw_spin_unlock(&vm->lock);
	return rc;
}

static void delist(struct m3_vm *vm, struct m3_waiter *waiter)
{
	raw_spin_lock(&vm->lock);
	list_del_init(&waiter->link);
	list_del_init(&waiter->own);
	raw_spin_unlock(&vm->lock);
}

/* @me: the caller's process, if it is one of @vm. */
static int wait_slot(struct m3_vm *vm, struct m3_proc *me, struct m3ipc_wait *args)
{
	struct m3_waiter waiter = {
		.link = LIST_HEAD_INIT(waiter.link),
		.own = LIST_HEAD_INIT(waiter.own),
		.me = me,
		.task = current,
		.since = jiffies,
		.for_bind = args->what == M3IPC_WAIT_BIND,
		.endpoint = args->endpoint,
	};
	s32 nr = m3_endpoint_nr(args->endpoint);
	struct m3_slot *slot;
	int rc;

	if (args->endpoint == M3IPC_ANY || args->endpoint == M3IPC_NONE)
		return -M3IPC_EENDPOINT;
	if (!m3_vm_has_nr(vm, nr))
		return -ERANGE;
	slot = m3_slot_get(vm, nr);
	if (IS_ERR(slot))
		return PTR_ERR(slot);
	rc = enlist(vm, slot, &waiter);
	if (rc > 0) {
		rc = sleep_on(&waiter, args->timeout_ms);
		delist(vm, &waiter);
		if (waiter.done)
			rc = waiter.result;
	}
	args->endpoint = waiter.endpoint;
	return rc;
}

int m3_wait(struct m3ipc_wait *args)
{
	struct m3_proc *me;
	struct m3_vm *vm;
	int rc;

	if (!m3_timeout_valid(args->timeout_ms) || args->what > M3IPC_WAIT_UNBIND)
		return -EINVAL;
	if (args->what == M3IPC_WAIT_SELF)
		return wait_self(args);
	vm = m3_vm_get_or_own(args->vmid);
	if (IS_ERR(vm))
		return PTR_ERR(vm);
	rcu_read_lock();
	me = m3_binding_current();
	if (me && (me->vm != vm || !m3_proc_try_hold(me)))
		me = NULL;
	rcu_read_unlock();
	rc = me || m3_access_vm(vm, M3IPC_MODE_SEE) ? wait_slot(vm, me, args) : -EPERM;
	if (me)
		m3_proc_put(me);
	m3_vm_put(vm);
	return rc;
}
