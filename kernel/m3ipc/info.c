// SPDX-License-Identifier: GPL-2.0-only
/* What can be asked about VMs and processes. */

#include <linux/cred.h>
#include <linux/jiffies.h>
#include <linux/pid_namespace.h>
#include <linux/sched/signal.h>
#include <linux/user_namespace.h>

#include "access.h"
#include "binding.h"
#include "drvs.h"
#include "info.h"
#include "proc.h"
#include "slot.h"
#include "vm.h"
#include "wait.h"

/* ---- processes ---- */

static s32 endpoint_of(const struct m3_party *peer)
{
	return peer ? peer->endpoint : M3IPC_ANY;
}

/* What changes all the time, at one moment. In an RCU read section. */
static void fill_state(struct m3_proc *proc, struct m3ipc_proc_info *info)
{
	struct m3_party *party = &proc->party;

	raw_spin_lock(&party->lock);
	info->rts_flags |= party->state;
	if (party->state & M3_SENDING)
		info->sendto = party->peer->endpoint;
	if (party->state & M3_RECEIVING)
		info->getfrom = endpoint_of(party->peer);
	if (party->state)
		info->blocked_ns = jiffies_to_nsecs(jiffies - party->blocked_at) + 1;
	if (party->copying)
		info->rts_flags |= M3IPC_RTS_ONCOPY;
	if (party->woken)
		info->misc_flags |= M3IPC_MISC_WOKENUP;
	if (party->reply_pending)
		info->misc_flags |= M3IPC_MISC_ATOMIC;
	if (party->abandoned)
		info->misc_flags |= M3IPC_MISC_ABANDONED;
	info->level = proc->rights.level;
	info->lclsent = party->sent;
	info->lclcopy = party->copied;
	info->received = party->received;
	raw_spin_unlock(&party->lock);
}

static void fill_proc(struct m3_proc *proc, struct pid_namespace *pid_ns,
		      struct m3ipc_proc_info *info)
{
	struct task_struct *task = proc->task;

	info->endpoint = proc->party.endpoint;
	info->pid = task_pid_nr_ns(task, pid_ns);
	info->tgid = task_tgid_nr_ns(task, pid_ns);
	info->nodeid = m3_drvs_nodeid();
	info->uid = from_kuid_munged(current_user_ns(), task_uid(task));
	info->since_ns = proc->since_ns;
	if (data_race(thread_group_leader(task))) /* an exec may make it one right now */
		info->misc_flags |= M3IPC_MISC_GRPLEADER;
	strscpy(info->name, task->comm, sizeof(info->name));
	fill_state(proc, info);
}

/* Waiting for a bind or an unbind. m3_vm.lock held. */
static void fill_wait(struct m3_proc *proc, struct m3ipc_proc_info *info)
{
	const struct m3_waiter *waiter;

	waiter = list_first_entry_or_null(&proc->own_waits, struct m3_waiter, own);
	if (!waiter)
		return;
	info->rts_flags |= waiter->for_bind ? M3IPC_RTS_WAITBIND : M3IPC_RTS_WAITUNBIND;
	info->blocked_ns = jiffies_to_nsecs(jiffies - waiter->since) + 1;
}

/* What m3_vm.lock protects. */
static void fill_slot(struct m3_vm *vm, const struct m3_slot *slot,
		      struct m3ipc_proc_info *info)
{
	const struct m3_reservation *res;
	struct m3_proc *proc;

	raw_spin_lock(&vm->lock);
	proc = rcu_dereference_protected(slot->proc, lockdep_is_held(&vm->lock));
	if (proc)
		fill_wait(proc, info);
	info->lives = slot->lives;
	res = slot->reservation;
	if (res) {
		info->misc_flags |= M3IPC_MISC_RESERVED;
		info->level = res->given.priv.set & M3IPC_PRIV_LEVEL ? res->given.priv.level :
									   vm->level;
		info->nodeid = res->set & M3IPC_SLOT_NODE ? res->nodeid : -1;
		if (res->set & M3IPC_SLOT_UID)
			info->uid = from_kuid_munged(current_user_ns(), res->uid);
	}
	raw_spin_unlock(&vm->lock);
}

void m3_info_slot(struct m3_vm *vm, struct m3_slot *slot, struct pid_namespace *pid_ns,
		  struct m3ipc_proc_info *info)
{
	struct m3_proc *proc;

	*info = (struct m3ipc_proc_info){
		.vmid = vm->vmid,
		.nr = slot->nr,
		.endpoint = M3IPC_NONE,
		.nodeid = -1,
		.uid = -1,
		.getfrom = M3IPC_NONE,
		.sendto = M3IPC_NONE,
	};
	fill_slot(vm, slot, info);
	rcu_read_lock();
	proc = rcu_dereference(slot->proc);
	if (proc)
		fill_proc(proc, pid_ns, info);
	else
		info->rts_flags = M3IPC_RTS_FREE;
	rcu_read_unlock();
}

static bool in_use(const struct m3ipc_proc_info *info)
{
	return !(info->rts_flags & M3IPC_RTS_FREE) || info->misc_flags & M3IPC_MISC_RESERVED;
}

static int find_in_use(struct m3_vm *vm, s32 nr, struct m3ipc_proc_info *info)
{
	struct pid_namespace *pid_ns = task_active_pid_ns(current);
	struct m3_slot *slot;

	for (slot = m3_slot_next(vm, &nr); slot; nr++, slot = m3_slot_next(vm, &nr)) {
		m3_info_slot(vm, slot, pid_ns, info);
		if (in_use(info))
			return 0;
		cond_resched();
	}
	return -M3IPC_EBADPROC;
}

static int find_exactly(struct m3_vm *vm, s32 nr, struct m3ipc_proc_info *info)
{
	const struct m3_slot unused = { .nr = nr };
	struct m3_slot *slot;

	if (!m3_vm_has_nr(vm, nr))
		return -M3IPC_EBADPROC;
	slot = m3_slot_find(vm, nr);
	m3_info_slot(vm, slot ? slot : (struct m3_slot *)&unused, task_active_pid_ns(current),
		     info);
	return 0;
}

static bool may_see(struct m3_vm *vm)
{
	struct m3_proc *me;
	bool own;

	rcu_read_lock();
	me = m3_binding_current();
	own = me && me->vm == vm;
	rcu_read_unlock();
	return own || m3_access_vm(vm, M3IPC_MODE_SEE);
}

int m3_info_get_proc(struct m3ipc_proc_info *info)
{
	struct m3_vm *vm;
	int rc = -EPERM;

	if (info->flags & ~M3IPC_GET_NEXT)
		return -EINVAL;
	vm = m3_vm_get_or_own(info->vmid);
	if (IS_ERR(vm))
		return PTR_ERR(vm);
	if (may_see(vm)) {
		if (info->flags & M3IPC_GET_NEXT)
			rc = find_in_use(vm, info->nr, info);
		else
			rc = find_exactly(vm, info->nr, info);
	}
	m3_vm_put(vm);
	return rc;
}

/* ---- VMs ---- */

/* What all bindings, past and present, have moved. */
static void add_totals(struct m3_vm *vm, struct m3ipc_vm_info *info)
{
	struct m3_proc *proc;
	s32 nr = S32_MIN;

	rcu_read_lock();
	for (proc = m3_proc_next(vm, &nr); proc; nr++, proc = m3_proc_next(vm, &nr)) {
		raw_spin_lock(&proc->party.lock);
		info->messages += proc->party.received;
		info->lclsent += proc->party.sent;
		info->lclcopy += proc->party.copied;
		raw_spin_unlock(&proc->party.lock);
	}
	rcu_read_unlock();
}

void m3_info_vm(struct m3_vm *vm, struct m3ipc_vm_info *info)
{
	struct m3ipc_vm_params *params = &info->params;

	memset(info, 0, sizeof(*info));
	params->vmid = vm->vmid;
	params->abi = vm->abi;
	params->nodeid = m3_drvs_nodeid();
	info->incarnation = vm->incarnation;
	info->since_ns = vm->since_ns;
	raw_spin_lock(&vm->lock);
	params->nr_procs = vm->nr_procs;
	params->nr_tasks = vm->nr_tasks;
	params->nr_sysprocs = vm->nr_tasks + vm->nr_servers;
	params->uid = from_kuid_munged(current_user_ns(), vm->owner.uid);
	params->gid = from_kgid_munged(current_user_ns(), vm->owner.gid);
	params->mode = vm->owner.mode;
	params->level = vm->level;
	params->policy = vm->policy;
	params->warn2proc = vm->warn2proc;
	params->warnmsg = vm->warnmsg;
	memcpy(params->name, vm->name, sizeof(params->name));
	memcpy(params->tag, vm->tag, sizeof(params->tag));
	memcpy(params->nodes, vm->nodes, sizeof(params->nodes));
	info->bound = vm->bound;
	info->reserved_slots = vm->reserved;
	info->messages = vm->past_received;
	info->lclsent = vm->past_sent;
	info->lclcopy = vm->past_copied;
	raw_spin_unlock(&vm->lock);
	add_totals(vm, info);
	info->copied = info->lclcopy;
}

/* The first VM from @vmid on that the caller may see. */
static struct m3_vm *next_visible(s32 vmid)
{
	struct m3_vm *vm = m3_vm_get_next(vmid);
	int rc = m3_drvs_check();

	while (vm && !may_see(vm)) {
		vmid = vm->vmid + 1;
		m3_vm_put(vm);
		vm = m3_vm_get_next(vmid);
	}
	return vm ? vm : ERR_PTR(rc ? rc : -M3IPC_EVMNOTRUN);
}

int m3_info_get_vm(struct m3ipc_vm_info *info)
{
	struct m3_vm *vm;
	int rc = 0;

	if (info->flags & ~M3IPC_GET_NEXT)
		return -EINVAL;
	if (info->flags & M3IPC_GET_NEXT)
		vm = next_visible(info->params.vmid);
	else
		vm = m3_vm_get_or_own(info->params.vmid);
	if (IS_ERR(vm))
		return PTR_ERR(vm);
	if (may_see(vm))
		m3_info_vm(vm, info);
	else
		rc = -EPERM;
	m3_vm_put(vm);
	return rc;
}
