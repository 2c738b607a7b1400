// SPDX-License-Identifier: GPL-2.0-only
/* How bindings begin and end. */

#include <linux/hash.h>
#include <linux/pid.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>

#include "access.h"
#include "binding.h"
#include "drvs.h"
#include "endpoint.h"
#include "endpoint_fd.h"
#include "events.h"
#include "party_lock.h"
#include "priv.h"
#include "proc.h"
#include "slot.h"
#include "vm.h"
#include "wait.h"

#define TABLE_BITS 12

/* Thread -> process. Written under bindings_lock, read under RCU. */
static struct hlist_head by_task[1 << TABLE_BITS];
static DEFINE_RAW_SPINLOCK(bindings_lock);
/* Threads that wait for their own bind. Protected by bindings_lock. */
static LIST_HEAD(self_waiters);

static struct hlist_head *bucket_of(const struct task_struct *task)
{
	return &by_task[hash_ptr(task, TABLE_BITS)];
}

struct m3_proc *m3_binding_of(struct task_struct *task)
{
	struct m3_proc *proc;

	hlist_for_each_entry_rcu(proc, bucket_of(task), by_task,
				 lockdep_is_held(&bindings_lock)) {
		if (proc->task == task)
			return proc;
	}
	return NULL;
}

static struct m3_proc *binding_or_leaders(struct task_struct *task)
{
	struct m3_proc *proc = m3_binding_of(task);
	struct task_struct *leader = READ_ONCE(task->group_leader); /* an exec changes it */

	if (!proc && leader != task)
		proc = m3_binding_of(leader);
	return proc;
}

struct m3_proc *m3_binding_current(void)
{
	return binding_or_leaders(current);
}

static struct m3_proc *find_held(struct m3_vm *vm, s32 endpoint)
{
	struct m3_proc *proc;
	int rc;

	rcu_read_lock();
	rc = m3_proc_find(vm, endpoint, &proc);
	if (!rc && !m3_proc_try_hold(proc))
		rc = -ENOENT;
	rcu_read_unlock();
	if (rc)
		return ERR_PTR(rc == -ENOENT ? -M3IPC_ENOTBIND : rc);
	return proc;
}

/* The caller's process, with a reference, or NULL. */
static struct m3_proc *current_held(void)
{
	struct m3_proc *proc;

	rcu_read_lock();
	proc = m3_binding_current();
	if (proc && !m3_proc_try_hold(proc))
		proc = NULL;
	rcu_read_unlock();
	return proc;
}

/* The endpoint's process as @me, bound in @vm or not (NULL), may see it. */
static struct m3_proc *get_for(struct m3_proc *me, struct m3_vm *vm, s32 endpoint,
			       unsigned int want)
{
	bool own = me && me->vm == vm;

	if (endpoint == M3IPC_SELF)
		return own ? m3_proc_hold(me) : ERR_PTR(-M3IPC_ENOTBIND);
	if (!own && want && !m3_access_vm(vm, want))
		return ERR_PTR(-EPERM);
	return find_held(vm, endpoint);
}

struct m3_proc *m3_binding_get(s32 vmid, s32 endpoint, unsigned int want)
{
	struct m3_vm *vm = m3_vm_get_or_own(vmid);
	struct m3_proc *me, *proc;

	if (IS_ERR(vm))
		return ERR_CAST(vm);
	me = current_held();
	proc = get_for(me, vm, endpoint, want);
	if (me)
		m3_proc_put(me);
	m3_vm_put(vm);
	return proc;
}

/* ---- how a binding begins ---- */

void m3_binding_await_self(struct m3_waiter *waiter)
{
	raw_spin_lock(&bindings_lock);
	list_add_tail(&waiter->link, &self_waiters);
	raw_spin_unlock(&bindings_lock);
}

void m3_binding_forget_self(struct m3_waiter *waiter)
{
	raw_spin_lock(&bindings_lock);
	list_del_init(&waiter->link);
	raw_spin_unlock(&bindings_lock);
}

void m3_binding_end_self_waits(int result)
{
	struct m3_waiter *waiter, *next;

	rcu_read_lock();
	raw_spin_lock(&bindings_lock);
	list_for_each_entry_safe(waiter, next, &self_waiters, link)
		m3_wait_finish(waiter, result);
	raw_spin_unlock(&bindings_lock);
	rcu_read_unlock();
}

static void tell_self_waiter(const struct m3_proc *proc)
{
	struct m3_waiter *waiter, *next;

	list_for_each_entry_safe(waiter, next, &self_waiters, link) {
		if (waiter->task != proc->task)
			continue;
		waiter->endpoint = proc->party.endpoint;
		waiter->vmid = proc->vm->vmid;
		m3_wait_finish(waiter, 0);
	}
}

static int enter_table(struct m3_proc *proc)
{
	int rc = 0;

	raw_spin_lock(&bindings_lock);
	if (m3_binding_of(proc->task)) {
		rc = -M3IPC_ESLOTUSED;
	} else {
		hlist_add_head_rcu(&proc->by_task, bucket_of(proc->task));
		tell_self_waiter(proc);
	}
	raw_spin_unlock(&bindings_lock);
	return rc;
}

static void leave_table(struct m3_proc *proc)
{
	raw_spin_lock(&bindings_lock);
	hlist_del_init_rcu(&proc->by_task);
	raw_spin_unlock(&bindings_lock);
}

/* Whether the slot is kept for somebody else than the thread of @proc. */
static int check_reservation(const struct m3_slot *slot, const struct m3_proc *proc)
{
	const struct m3_reservation *res = slot->reservation;

	if (!res)
		return 0;
	if (res->set & M3IPC_SLOT_NODE && res->nodeid != m3_drvs_nodeid())
		return -M3IPC_EBADOWNER;
	if (res->set & M3IPC_SLOT_UID && !uid_eq(res->uid, task_uid(proc->task)))
		return -M3IPC_EBADOWNER;
	return 0;
}

static bool reserved_for_task(const struct m3_slot *slot, struct task_struct *task)
{
	const struct m3_reservation *res = slot->reservation;

	return res && res->set & M3IPC_SLOT_UID && uid_eq(res->uid, task_uid(task));
}

static int check_bind(struct m3_vm *vm, struct m3_slot *slot, struct m3_proc *proc,
		      bool may_enter)
{
	if (vm->ended)
		return -M3IPC_EVMNOTRUN;
	if (!may_enter && !reserved_for_task(slot, proc->task))
		return -EPERM;
	if (rcu_access_pointer(slot->proc))
		return -M3IPC_ESLOTUSED;
	return check_reservation(slot, proc);
}

static int publish(struct m3_proc *proc, bool may_enter)
{
	struct m3_vm *vm = proc->vm;
	struct m3_slot *slot = proc->slot;
	const struct m3_given *given;
	int rc;

	rcu_read_lock();
	raw_spin_lock(&vm->lock);
	rc = check_bind(vm, slot, proc, may_enter);
	if (rc)
		goto out;
	proc->party.life = slot->lives + 1;
	proc->party.endpoint = m3_endpoint_make(slot->nr, proc->party.life,
						m3_vm_is_system_nr(vm, slot->nr));
	given = slot->reservation ? &slot->reservation->given : NULL;
	m3_priv_init(proc, given, vm->level);
	rc = enter_table(proc);
	if (rc)
		goto out;
	slot->lives++;
	WRITE_ONCE(vm->bound, vm->bound + 1);
	rcu_assign_pointer(slot->proc, proc);
	m3_events_emit_bind(proc);
	m3_wait_slot_changed(vm, slot, proc, true);
out:
	raw_spin_unlock(&vm->lock);
	rcu_read_unlock();
	return rc;
}

/* Ends a new binding at once, if it cannot stand: 0 or an error. */
static int settle_bind(struct m3_proc *proc, s32 __user *uendpoint)
{
	struct m3_ending ending = { M3IPC_CAUSE_EXIT, 0, -M3IPC_ENOTBIND };
	int rc = 0;

	/*
	 * The exit probe looks into the table after PF_EXITING is set. If we see the flag now, it
	 * may have looked too early: end the binding for it.
	 */
	smp_mb();
	if (READ_ONCE(proc->task->flags) & PF_EXITING) {
		rc = -M3IPC_EBADPID;
	} else if (copy_to_user(uendpoint, &proc->party.endpoint, sizeof(*uendpoint))) {
		/* A thread must not be bound without being told where. */
		ending.cause = M3IPC_CAUSE_CALL;
		rc = -EFAULT;
	}
	if (rc)
		m3_binding_end(proc, &ending);
	return rc;
}

/* Binds @task, which may be exiting on another CPU. */
static int bind_task(struct m3_vm *vm, s32 nr, struct task_struct *task, s32 __user *uendpoint)
{
	struct m3_slot *slot;
	struct m3_proc *proc;
	int rc;

	if (!m3_vm_has_nr(vm, nr))
		return -M3IPC_EBADPROC;
	slot = m3_slot_get(vm, nr);
	if (IS_ERR(slot))
		return PTR_ERR(slot);
	proc = m3_proc_alloc(vm, slot, task);
	if (IS_ERR(proc))
		return PTR_ERR(proc);
	m3_proc_hold(proc);
	rc = publish(proc, m3_access_vm(vm, M3IPC_MODE_BIND));
	if (rc)
		m3_proc_put(proc);
	else
		rc = settle_bind(proc, uendpoint);
	m3_proc_put(proc);
	return rc;
}

/* The thread @pid of the caller's pid namespace, with a reference. */
static struct task_struct *task_get(s32 pid)
{
	struct task_struct *task;

	rcu_read_lock();
	task = pid > 0 ? pid_task(find_vpid(pid), PIDTYPE_PID) : NULL;
	if (task && READ_ONCE(task->flags) & PF_KTHREAD)
		task = NULL;
	if (task)
		get_task_struct(task);
	rcu_read_unlock();
	return task ? task : ERR_PTR(-M3IPC_EBADPID);
}

static int bind_pid(struct m3_vm *vm, const struct m3ipc_bind *args, s32 __user *uendpoint)
{
	struct task_struct *task = task_get(args->pid);
	int rc;

	if (IS_ERR(task))
		return PTR_ERR(task);
	rc = m3_access_kill(task) ? bind_task(vm, args->nr, task, uendpoint) : -EPERM;
	put_task_struct(task);
	return rc;
}

int m3_bind(const struct m3ipc_bind *args, s32 __user *uendpoint)
{
	struct m3_vm *vm;
	int rc;

	if (args->flags)
		return -EINVAL;
	if (args->who > M3IPC_BIND_PID || (args->who == M3IPC_BIND_SELF && args->pid))
		return -EINVAL;
	vm = m3_vm_get(args->vmid);
	if (IS_ERR(vm))
		return PTR_ERR(vm);
	if (args->who == M3IPC_BIND_SELF)
		rc = bind_task(vm, args->nr, current, uendpoint);
	else
		rc = bind_pid(vm, args, uendpoint);
	m3_vm_put(vm);
	return rc;
}

/* ---- how it ends ---- */

/* From now on nobody queues on @party and it queues on nobody. False: so it was before. */
static bool mark_dead(struct m3_party *party)
{
	bool first;

	raw_spin_lock(&party->lock);
	first = !party->dead;
	WRITE_ONCE(party->dead, true);
	raw_spin_unlock(&party->lock);
	return first;
}

/* The blocked call of a dead @party returns. */
static void end_own_wait(struct m3_party *party, int result)
{
	struct task_struct *wake = NULL;
	struct m3_party *peer;

	peer = m3_party_lock_with_peer(party);
	if (party->state)
		wake = m3_rdv_resolve(party, result);
	m3_party_unlock_pair(party, peer);
	if (wake)
		wake_up_process(wake);
}

/* Frees the slot, and the thread for another bind. */
static void unpublish(struct m3_proc *proc, const struct m3_ending *ending)
{
	struct m3_vm *vm = proc->vm;

	leave_table(proc);
	raw_spin_lock(&vm->lock);
	RCU_INIT_POINTER(proc->slot->proc, NULL);
	WRITE_ONCE(vm->bound, vm->bound - 1);
	vm->past_received += proc->party.received;
	vm->past_sent += proc->party.sent;
	vm->past_copied += proc->party.copied;
	m3_events_emit_unbind(proc, ending);
	m3_wait_proc_ended(proc);
	m3_wait_slot_changed(vm, proc->slot, proc, false);
	raw_spin_unlock(&vm->lock);
}

static struct m3_party *first_of(struct list_head *list)
{
	struct list_head *first = READ_ONCE(list->next);

	return first == list ? NULL : list_entry(first, struct m3_party, link);
}

/* Resolves all who wait in @list of the dead @party. */
static void drain(struct m3_party *party, struct list_head *list, bool vm_ended)
{
	struct task_struct *wake;
	struct m3_party *other;

	for (;;) {
		raw_spin_lock(&party->lock);
		other = first_of(list);
		raw_spin_unlock(&party->lock);
		if (!other)
			return;
		wake = NULL;
		m3_party_lock_pair(party, other);
		if (first_of(list) == other)
			wake = m3_rdv_resolve(other, vm_ended ? -M3IPC_EVMNOTRUN :
								m3_rdv_death_result(other));
		m3_party_unlock_pair(party, other);
		if (wake)
			wake_up_process(wake);
	}
}

/* Whether that ends the thread, too. */
static bool is_death(const struct m3_ending *ending)
{
	return ending->cause == M3IPC_CAUSE_EXIT || ending->cause == M3IPC_CAUSE_SIGNAL ||
	       ending->cause == M3IPC_CAUSE_EXEC;
}

/*
 * The VM's warn2proc server hears of a death by a message from the dead: it is queued like any
 * sender's, in memory that is there, and nobody waits for it.
 */
static void bequeath(struct m3_proc *proc, const struct m3_ending *ending)
{
	bool killed = ending->cause == M3IPC_CAUSE_SIGNAL;
	const s32 body[2] = { killed ? 128 + ending->code : ending->code, -1 };
	struct m3_party *ghost = &proc->last_words;
	struct task_struct *wake = NULL;
	struct m3_proc *heir;

	if (!is_death(ending) || m3_proc_find(proc->vm, READ_ONCE(proc->vm->warn2proc), &heir) ||
	    heir->party.nr == proc->party.nr)
		return;
	m3_rdv_init(ghost, proc->party.nr, proc->party.endpoint, proc->party.life,
		    proc->party.serial);
	ghost->msg.m_source = ghost->endpoint;
	ghost->msg.m_type = READ_ONCE(proc->vm->warnmsg);
	memcpy(ghost->msg.payload, body, sizeof(body));
	m3_proc_hold(proc); /* until m3_rdv_env_laid() */
	m3_party_lock_pair(ghost, &heir->party);
	if (!m3_rdv_bequeath(ghost, &heir->party, &wake))
		m3_proc_put(proc);
	m3_party_unlock_pair(ghost, &heir->party);
	if (wake)
		wake_up_process(wake);
}

bool m3_binding_cut(struct m3_proc *proc, const struct m3_ending *ending)
{
	bool first;

	rcu_read_lock();
	first = mark_dead(&proc->party);
	if (first)
		unpublish(proc, ending);
	rcu_read_unlock();
	return first;
}

void m3_binding_tell(struct m3_proc *proc, const struct m3_ending *ending)
{
	struct m3_party *party = &proc->party;
	bool vm_ended = READ_ONCE(proc->vm->ended);

	rcu_read_lock();
	end_own_wait(party, vm_ended ? -M3IPC_EVMNOTRUN : ending->result);
	drain(party, &party->senders, vm_ended);
	drain(party, &party->dependents, vm_ended);
	m3_endpoint_fd_hangup(proc);
	if (!vm_ended)
		bequeath(proc, ending);
	rcu_read_unlock();
	m3_proc_put(proc); /* that of the tables */
}

bool m3_binding_end(struct m3_proc *proc, const struct m3_ending *ending)
{
	if (!m3_binding_cut(proc, ending))
		return false;
	m3_binding_tell(proc, ending);
	return true;
}

/* Its own binding, or another's under the manager's rights. */
int m3_unbind(const struct m3ipc_unbind *args)
{
	struct m3_ending ending = { M3IPC_CAUSE_CALL, 0, -M3IPC_ENOTBIND };
	struct m3_proc *proc;
	bool own;
	int rc = 0;

	if (args->flags || args->pad)
		return -EINVAL;
	proc = m3_binding_get(args->vmid, args->endpoint, 0);
	if (IS_ERR(proc))
		return PTR_ERR(proc);
	own = same_thread_group(proc->task, current);
	if (!own) {
		ending.cause = M3IPC_CAUSE_MANAGER;
		if (!m3_access_vm(proc->vm, M3IPC_MODE_MANAGE) || !m3_access_kill(proc->task))
			rc = -EPERM;
	}
	if (!rc && !m3_binding_end(proc, &ending))
		rc = -M3IPC_ENOTBIND;
	m3_proc_put(proc);
	return rc;
}

/* ---- asking ---- */

int m3_getep(struct m3ipc_getep *args)
{
	struct task_struct *task;
	struct m3_proc *proc;
	struct m3_vm *vm = NULL;
	int rc = m3_drvs_check();

	if (rc)
		return rc;
	if (args->pad)
		return -EINVAL;
	task = args->pid ? task_get(args->pid) : get_task_struct(current);
	if (IS_ERR(task))
		return PTR_ERR(task);
	rcu_read_lock();
	proc = binding_or_leaders(task);
	if (proc && m3_proc_try_hold(proc)) {
		vm = proc->vm;
		m3_vm_hold(vm);
		args->vmid = vm->vmid;
		args->endpoint = proc->party.endpoint;
		m3_proc_put(proc);
	} else {
		rc = -M3IPC_ENOTBIND;
	}
	rcu_read_unlock();
	if (vm && !same_thread_group(task, current) && !m3_access_vm(vm, M3IPC_MODE_SEE))
		rc = -EPERM;
	if (vm)
		m3_vm_put(vm);
	put_task_struct(task);
	return rc;
}
