// SPDX-License-Identifier: GPL-2.0-only
/* Making notifications: never blocks, needs no receiver that waits. */

#include <linux/log2.h>

#include "access.h"
#include "binding.h"
#include "endpoint.h"
#include "message.h"
#include "notifier.h"
#include "notify.h"
#include "party_lock.h"
#include "proc.h"
#include "slot.h"
#include "trace.h"
#include "vm.h"

/* In whose name a notification is made. */
struct m3_notifier {
	struct m3_party *party; /* NULL: the kernel's (HARDWARE) */
	s32 nr;
	s32 source; /* endpoint to show */
	u32 life;
};

#define NEEDS_MEMORY 1 /* the destination's map must grow first */

static const u64 call_of_kind[] = {
	[M3IPC_NOTIFY_PLAIN] = M3IPC_CALL_NOTIFY,
	[M3IPC_NOTIFY_SOURCE] = M3IPC_CALL_SRC_NOTIFY,
	[M3IPC_NOTIFY_VALUE] = M3IPC_CALL_NTFY_VALUE,
	[M3IPC_NOTIFY_HARDWARE] = M3IPC_CALL_HDW_NOTIFY,
};

static const struct m3_notifier hardware = {
	.nr = M3IPC_HARDWARE,
	.source = M3IPC_HARDWARE,
	.life = M3_NOTIFY_LIFE_KERNEL,
};

/* Both locked, the party of @from if there is one. @arg: bits to add to the argument. */
static int notify_locked(struct m3_proc *proc, const struct m3_notifier *from, u32 arg,
			 struct m3_notify_spare *spare, struct task_struct **woken)
{
	const struct m3_notification n = { from->nr, from->source };
	struct m3_party *dst = &proc->party;
	bool now = m3_rdv_accepts_notify(dst, from->party);
	struct m3ipc_message msg;

	if (dst->dead)
		return -M3IPC_EDSTDIED;
	if (arg || !now) {
		if (!m3_notify_mark(dst, from->nr, from->life, spare))
			return NEEDS_MEMORY;
		m3_notify_add_arg(dst, from->nr, arg);
	}
	if (now) {
		m3_notify_build(dst, &n, proc->vm->abi == M3IPC_ABI_32, &msg);
		m3_notify_taken(dst, from->nr);
		m3_rdv_deliver_notify(dst, from->party, &msg, woken);
	} else {
		m3_rdv_env_readable(dst);
	}
	return 0;
}

/* In an RCU read section. */
static int notify_once(struct m3_proc *proc, const struct m3_notifier *from, u32 arg,
		       struct m3_notify_spare *spare)
{
	struct task_struct *woken = NULL;
	int rc;

	m3_party_lock_pair(&proc->party, from->party);
	rc = notify_locked(proc, from, arg, spare, &woken);
	m3_party_unlock_pair(&proc->party, from->party);
	if (woken)
		wake_up_process(woken);
	return rc;
}

/* The bound process @nr of @vm as a source. */
static int notifier_by_nr(const struct m3_vm *vm, s32 nr, struct m3_notifier *from)
{
	struct m3_proc *proc;
	struct m3_slot *slot;

	if (!m3_vm_has_nr(vm, nr))
		return -ERANGE;
	slot = m3_slot_find(vm, nr);
	proc = slot ? rcu_dereference(slot->proc) : NULL;
	if (!proc)
		return -M3IPC_ESRCDIED;
	*from = (struct m3_notifier){ &proc->party, nr, proc->party.endpoint, proc->party.life };
	return 0;
}

static int find_source(const struct m3_proc *me, const struct m3_proc *dst,
		       const struct m3ipc_notify *args, struct m3_notifier *from)
{
	bool by_nr = args->kind == M3IPC_NOTIFY_SOURCE || args->kind == M3IPC_NOTIFY_VALUE;
	s32 nr = by_nr ? args->source : me->party.nr;

	/* To oneself it is the hardware's, as in M3-IPC. */
	if (nr == dst->party.nr || (by_nr && nr == M3IPC_HARDWARE)) {
		*from = hardware;
		return 0;
	}
	return notifier_by_nr(me->vm, nr, from);
}

/* A notification by a bound process, in an RCU read section. */
static int notify_bound(const struct m3ipc_notify *args, struct m3_notify_spare *spare)
{
	struct m3_proc *me = m3_message_caller();
	struct m3_proc *dst;
	struct m3_notifier from;
	u32 arg = args->kind == M3IPC_NOTIFY_VALUE ? BIT(args->value) : 0;
	int rc = 0;

	if (IS_ERR(me))
		return PTR_ERR(me);
	if (args->endpoint == M3IPC_SELF)
		dst = me;
	else
		rc = m3_proc_find(me->vm, args->endpoint, &dst);
	if (rc)
		return rc == -ENOENT ? -M3IPC_EDSTDIED : rc;
	if (!(READ_ONCE(me->rights.calls) & call_of_kind[args->kind]))
		return -M3IPC_ETRAPDENIED;
	if (dst != me && !m3_proc_may_address(me, dst->party.nr))
		return -M3IPC_ECALLDENIED;
	rc = find_source(me, dst, args, &from);
	return rc ? rc : notify_once(dst, &from, arg, spare);
}

/* hdw_notify: by a process of the VM with the call, or by one who manages the VM. */
static int notify_hardware(const struct m3ipc_notify *args, struct m3_notify_spare *spare)
{
	struct m3_proc *dst = m3_binding_get(args->vmid, args->endpoint, 0);
	struct m3_proc *me;
	bool may;
	int rc;

	if (IS_ERR(dst)) {
		rc = PTR_ERR(dst);
		return rc == -M3IPC_ENOTBIND && args->vmid >= 0 ? -M3IPC_EDSTDIED : rc;
	}
	rcu_read_lock();
	me = m3_binding_current();
	may = me && me->vm == dst->vm && READ_ONCE(me->rights.calls) & M3IPC_CALL_HDW_NOTIFY;
	rcu_read_unlock();
	if (!may && !m3_access_vm(dst->vm, M3IPC_MODE_MANAGE)) {
		rc = -M3IPC_ETRAPDENIED;
	} else {
		rcu_read_lock();
		rc = notify_once(dst, &hardware, 0, spare);
		rcu_read_unlock();
	}
	m3_proc_put(dst);
	return rc;
}

static int check_args(const struct m3ipc_notify *args)
{
	bool hdw = args->kind == M3IPC_NOTIFY_HARDWARE;
	bool by_nr = args->kind == M3IPC_NOTIFY_SOURCE || args->kind == M3IPC_NOTIFY_VALUE;

	if (args->kind > M3IPC_NOTIFY_HARDWARE)
		return -M3IPC_EBADVALUE;
	if (args->pad || (args->source && !by_nr) || (args->vmid != M3IPC_OWN_VM && !hdw))
		return -EINVAL;
	if (args->kind != M3IPC_NOTIFY_VALUE)
		return args->value ? -EINVAL : 0;
	return args->value < 0 || args->value > 31 ? -M3IPC_EBADVALUE : 0;
}

static int notify(const struct m3ipc_notify *args, struct m3_notify_spare *spare)
{
	int rc;

	if (args->kind == M3IPC_NOTIFY_HARDWARE)
		return notify_hardware(args, spare);
	rcu_read_lock();
	rc = notify_bound(args, spare);
	rcu_read_unlock();
	return rc;
}

/* The m_type that @args, which are good, make when @caller makes them. */
static s32 type_of(const struct m3ipc_notify *args, s32 caller)
{
	switch (args->kind) {
	case M3IPC_NOTIFY_SOURCE:
	case M3IPC_NOTIFY_VALUE:
		return M3IPC_NOTIFY_FROM(args->source);
	case M3IPC_NOTIFY_PLAIN:
		if (args->endpoint != M3IPC_SELF && args->endpoint != caller)
			return M3IPC_NOTIFY_FROM(m3_endpoint_nr(caller));
		fallthrough;
	default:
		return M3IPC_NOTIFY_FROM(M3IPC_HARDWARE);
	}
}

static void trace_notify(const struct m3ipc_notify *args, int rc)
{
	struct m3_traced who = {};

	m3_traced_caller(&who);
	trace_m3ipc_exit(&who, ilog2(call_of_kind[args->kind]), args->endpoint,
			 type_of(args, who.caller), rc);
}

int m3_notifier_notify(const struct m3ipc_notify *args)
{
	struct m3_notify_spare spare = {};
	int rc = check_args(args);

	if (rc)
		return rc;
	rc = notify(args, &spare);
	while (rc == NEEDS_MEMORY) {
		rc = m3_notify_spare_alloc(&spare);
		if (!rc)
			rc = notify(args, &spare);
	}
	m3_notify_spare_free(&spare);
	if (trace_m3ipc_exit_enabled())
		trace_notify(args, rc);
	return rc;
}

static int wakeup(const struct m3ipc_wakeup *args)
{
	struct m3_proc *proc = m3_binding_get(args->vmid, args->endpoint, M3IPC_MODE_MANAGE);
	struct m3_party *party;
	int rc = 0;

	if (IS_ERR(proc))
		return PTR_ERR(proc);
	party = &proc->party;
	rcu_read_lock();
	raw_spin_lock(&party->lock);
	if (party->dead) {
		rc = -M3IPC_ENOTBIND;
	} else if (party->state == M3_RECEIVING && !party->peer && !party->requests_only) {
		wake_up_process(m3_rdv_resolve(party, -M3IPC_EWOKENUP));
	} else {
		party->woken = true;
		m3_rdv_env_readable(party);
		rc = -M3IPC_EPROCRUN;
	}
	raw_spin_unlock(&party->lock);
	rcu_read_unlock();
	m3_proc_put(proc);
	return rc;
}

int m3_notifier_wakeup(const struct m3ipc_wakeup *args)
{
	int rc = wakeup(args);

	if (trace_m3ipc_exit_enabled()) {
		struct m3_traced who = {};

		m3_traced_caller(&who);
		trace_m3ipc_exit(&who, M3_TRACED_WAKEUP, args->endpoint, 0, rc);
	}
	return rc;
}
