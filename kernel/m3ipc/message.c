// SPDX-License-Identifier: GPL-2.0-only
/*
 * Message calls. Each one: read the message, find the parties, check in the documented order,
 * let the state machine act under the two locks, wake, sleep. User memory is touched with
 * locks held only where it must not be lost between the two sides (copy_out_locked()), and then
 * without faulting.
 */

#include <linux/compat.h>
#include <linux/freezer.h>
#include <linux/log2.h>
#include <linux/sched/signal.h>
#include <linux/uaccess.h>

#include "binding.h"
#include "compat/compat.h"
#include "deadline.h"
#include "deadlock.h"
#include "drvs.h"
#include "message.h"
#include "notify.h"
#include "party_lock.h"
#include "proc.h"
#include "trace.h"
#include "vm.h"

/* One message call of the current thread. */
struct m3_call {
	struct m3ipc_message __user *umsg;
	size_t size; /* of the message, in the caller's ABI */
	s32 timeout_ms;
	u64 bit; /* M3IPC_CALL_* */
	bool fault; /* umsg is bad: EFAULT, once it is its turn */
	struct m3_proc *me;
	struct m3_proc *peer; /* NULL: anybody */
	struct m3_traced traced;
	struct m3ipc_message msg; /* to send */
};

#define CALLS_THAT_SEND_NOTHING (M3IPC_CALL_RECEIVE | M3IPC_CALL_RCVRQST)

static s32 sent_type(const struct m3_call *call)
{
	return call->bit & CALLS_THAT_SEND_NOTHING ? 0 : call->msg.m_type;
}

/* ---- tracing ---- */

static noinline void do_trace_enter(struct m3_call *call, const struct m3ipc_msg *args)
{
	m3_traced_caller(&call->traced);
	trace_m3ipc_enter(&call->traced, ilog2(call->bit), args->endpoint, sent_type(call),
			  args->timeout_ms);
}

static inline void trace_enter(struct m3_call *call, const struct m3ipc_msg *args)
{
	if (trace_m3ipc_enter_enabled() || trace_m3ipc_exit_enabled())
		do_trace_enter(call, args);
}

static inline void trace_received(struct m3_call *call, const struct m3ipc_message *msg)
{
	if (!trace_m3ipc_exit_enabled())
		return;
	call->traced.received = true;
	call->traced.source = msg->m_source;
	call->traced.source_type = msg->m_type;
}

static noinline void do_trace_exit(struct m3_call *call, const struct m3ipc_msg *args, int rc)
{
	m3_traced_caller(&call->traced);
	trace_m3ipc_exit(&call->traced, ilog2(call->bit), args->endpoint, sent_type(call), rc);
}

/* The end of every call: passes on its result. */
static inline int trace_exit(struct m3_call *call, const struct m3ipc_msg *args, int rc)
{
	if (trace_m3ipc_exit_enabled())
		do_trace_exit(call, args, rc);
	return rc;
}

/* ---- user memory ---- */

static size_t message_size(void)
{
	return in_compat_syscall() ? M3IPC_MESSAGE_SIZE_32 : M3IPC_MESSAGE_SIZE_64;
}

/* Whether the message can be written, without changing it: first and last byte, any page. */
static bool writable(struct m3ipc_message __user *umsg, size_t size)
{
	char __user *first = (char __user *)umsg;
	char __user *last = first + size - 1;
	char byte;

	return !get_user(byte, first) && !put_user(byte, first) && !get_user(byte, last) &&
	       !put_user(byte, last);
}

/* Leaves nothing of call->msg as it was: what cannot be read is zero. */
static void copy_in(struct m3_call *call)
{
	call->fault = copy_from_user(&call->msg, call->umsg, call->size);
	if (unlikely(call->size < sizeof(call->msg)))
		memset((char *)&call->msg + call->size, 0, sizeof(call->msg) - call->size);
}

static int copy_out(struct m3_call *call, const struct m3ipc_message *msg)
{
	trace_received(call, msg);
	return copy_to_user(call->umsg, msg, call->size) ? -EFAULT : 0;
}

/* With locks held: false if the page is not there at the moment. */
static bool copy_out_locked(struct m3_call *call, const struct m3ipc_message *msg)
{
	unsigned long left;

	trace_received(call, msg);
	if (!access_ok(call->umsg, call->size))
		return false;
	pagefault_disable();
	left = __copy_to_user_inatomic(call->umsg, msg, call->size);
	pagefault_enable();
	return !left;
}

/* ---- who, and may they ---- */

/*
 * The message is left to copy_in(), and who calls to find_caller(): the struct starts as it is,
 * since to clear it would be a good part of the work.
 */
static void call_init(struct m3_call *call, const struct m3ipc_msg *args, u64 bit)
{
	call->umsg = u64_to_user_ptr(args->msg);
	call->size = message_size();
	call->timeout_ms = args->timeout_ms;
	call->bit = bit;
	call->fault = false;
	call->traced.known = false;
	call->traced.received = false;
}

struct m3_proc *m3_message_caller(void)
{
	struct m3_proc *me = m3_binding_current();

	if (unlikely(!me))
		return ERR_PTR(m3_drvs_running() ? -M3IPC_ENOTBIND : -M3IPC_EDRVSINIT);
	if (unlikely(READ_ONCE(me->vm->ended)))
		return ERR_PTR(-M3IPC_EVMNOTRUN);
	return me;
}

static int find_caller(struct m3_call *call)
{
	u32 abi = call->size == M3IPC_MESSAGE_SIZE_32 ? M3IPC_ABI_32 : M3IPC_ABI_64;

	call->me = m3_message_caller();
	if (IS_ERR(call->me))
		return PTR_ERR(call->me);
	return call->me->vm->abi == abi ? 0 : -EINVAL;
}

static int find_peer(struct m3_call *call, s32 endpoint, int dead)
{
	int rc;

	if (endpoint == M3IPC_SELF || endpoint == call->me->party.endpoint)
		return -M3IPC_EENDPOINT;
	rc = m3_proc_find(call->me->vm, endpoint, &call->peer);
	return rc == -ENOENT ? dead : rc;
}

static int check_rights(const struct m3_call *call)
{
	if (unlikely(!(READ_ONCE(call->me->rights.calls) & call->bit)))
		return -M3IPC_ETRAPDENIED;
	/* The map says whom a process may address, not whom it may hear. */
	if (call->peer && call->bit != M3IPC_CALL_RECEIVE &&
	    !m3_proc_may_address(call->me, call->peer->party.nr))
		return -M3IPC_ECALLDENIED;
	return call->fault ? -EFAULT : 0;
}

/*
 * All checks that need no lock, for a call to @endpoint, which fails with @dead if nobody is
 * there. In an RCU read section.
 */
static int resolve(struct m3_call *call, s32 endpoint, int dead)
{
	int rc = find_caller(call);

	if (!rc)
		rc = find_peer(call, endpoint, dead);
	return rc ? rc : check_rights(call);
}

/* ---- sleeping ---- */

/* Leaves whatever queue @me is in. False: it was resolved before. */
static bool withdraw(struct m3_party *me)
{
	struct m3_party *peer;
	bool waiting;

	rcu_read_lock();
	peer = m3_party_lock_with_peer(me);
	waiting = me->state;
	if (waiting)
		m3_rdv_withdraw(me);
	m3_party_unlock_pair(me, peer);
	rcu_read_unlock();
	return waiting;
}

/* Sleeps until @me is resolved: 0, -EINTR or -ETIMEDOUT. */
static int sleep_blocked(struct m3_party *me, s32 timeout_ms)
{
	/* Pairs with the release in m3_rdv_resolve(). */
	return m3_sleep_until(!smp_load_acquire(&me->state), timeout_ms);
}

/* The batch of somebody's vcopy from or to us may still run; it takes no faults. */
static void await_copy(struct m3_party *me)
{
	for (;;) {
		set_current_state(TASK_UNINTERRUPTIBLE);
		/* Pairs with the release in release_side() of vcopy. */
		if (!smp_load_acquire(&me->copy_hold))
			break;
		schedule();
	}
	__set_current_state(TASK_RUNNING);
}

/* After the state machine has blocked @proc, with a reference to it: the result of the wait. */
static int wait_blocked(struct m3_proc *proc, int blocked, s32 timeout_ms)
{
	struct m3_party *me = &proc->party;
	int rc = 0;

	if (blocked == M3_BLOCKED_CHAIN && m3_deadlock_closed_by(proc))
		rc = -M3IPC_ELOCKED;
	else
		rc = sleep_blocked(me, timeout_ms);
	if (rc == -EINTR || rc == -ETIMEDOUT) {
		/* If delivery and signal race, delivery wins. */
		if (!withdraw(me))
			rc = 0;
	}
	if (READ_ONCE(me->copy_hold))
		await_copy(me);
	return rc ? rc : me->result;
}

/* The next call of this endpoint may begin: the message slot has been read. */
static void end_wait(struct m3_proc *me)
{
	/* Pairs with may_begin() of another thread: my reads of the slot come before its writes. */
	smp_store_release(&me->party.waiter, NULL);
	m3_proc_put(me);
}

/* Sleeps if @rc says so, and writes the message that ends a receiving call. */
static int finish(struct m3_call *call, int rc, bool receives)
{
	if (rc <= 0)
		return rc;
	rc = wait_blocked(call->me, rc, call->timeout_ms);
	if (!rc && receives)
		rc = copy_out(call, &call->me->party.msg);
	end_wait(call->me);
	return rc;
}

static void wake(struct task_struct *task)
{
	if (task)
		wake_up_process(task);
}

/* ---- send, sendrec, reply ---- */

typedef int (*m3_transfer_fn)(struct m3_party *me, struct m3_party *dst,
			      const struct m3ipc_message *msg, bool may_block,
			      struct task_struct *self, struct task_struct **wake);

/* A step of the state machine between caller and peer, with what surrounds it. */
static int transfer(struct m3_call *call, s32 endpoint, int dead, m3_transfer_fn step)
{
	struct task_struct *woken = NULL;
	struct m3_party *me, *dst;
	int rc;

	rcu_read_lock();
	rc = resolve(call, endpoint, dead);
	if (!rc) {
		me = &call->me->party;
		dst = &call->peer->party;
		call->msg.m_source = me->endpoint;
		m3_party_lock_pair(me, dst);
		rc = step(me, dst, &call->msg, call->timeout_ms, current, &woken);
		if (rc > 0)
			m3_proc_hold(call->me);
		m3_party_unlock_pair(me, dst);
		wake(woken);
	}
	rcu_read_unlock();
	return rc;
}

int m3_message_send(const struct m3ipc_msg *args)
{
	struct m3_call call M3_COMPAT_UNINITIALIZED;
	int rc;

	if (!m3_timeout_valid(args->timeout_ms))
		return -EINVAL;
	call_init(&call, args, M3IPC_CALL_SEND);
	copy_in(&call);
	trace_enter(&call, args);
	rc = transfer(&call, args->endpoint, -M3IPC_EDSTDIED, m3_rdv_send);
	return trace_exit(&call, args, finish(&call, rc, false));
}

int m3_message_sendrec(const struct m3ipc_msg *args)
{
	struct m3_call call M3_COMPAT_UNINITIALIZED;
	int rc;

	if (!m3_timeout_valid(args->timeout_ms))
		return -EINVAL;
	call_init(&call, args, M3IPC_CALL_SENDREC);
	copy_in(&call);
	if (!call.fault)
		call.fault = !writable(call.umsg, call.size);
	trace_enter(&call, args);
	rc = transfer(&call, args->endpoint, -M3IPC_EDEADSRCDST, m3_rdv_sendrec);
	return trace_exit(&call, args, finish(&call, rc, true));
}

static int reply_step(struct m3_party *me, struct m3_party *dst, const struct m3ipc_message *msg,
		      bool may_block, struct task_struct *self, struct task_struct **wake)
{
	return m3_rdv_reply(me, dst, msg, wake);
}

int m3_message_reply(const struct m3ipc_msg *args)
{
	struct m3_call call M3_COMPAT_UNINITIALIZED;
	int rc;

	if (args->timeout_ms)
		return -EINVAL;
	call_init(&call, args, M3IPC_CALL_REPLY);
	copy_in(&call);
	rc = transfer(&call, args->endpoint, -M3IPC_EDSTDIED, reply_step);
	return trace_exit(&call, args, rc);
}

/* ---- relay ---- */

/* The client whose request @call, resolved, carries: m_source says who. */
static int find_client(const struct m3_call *call, struct m3_proc **client)
{
	int rc = m3_proc_find(call->me->vm, call->msg.m_source, client);

	if (rc)
		return -M3IPC_EPROCSTS;
	return *client == call->me || *client == call->peer ? -M3IPC_EENDPOINT : 0;
}

static int relay_locked(struct m3_call *call, struct m3_proc *client)
{
	struct task_struct *woken = NULL;
	struct m3_party *me = &call->me->party;
	struct m3_party *dst = &call->peer->party;
	bool broken;
	u64 wait;
	int rc;

	m3_party_lock_three(me, &client->party, dst);
	rc = m3_rdv_relay(me, &client->party, dst, &call->msg, &woken);
	wait = client->party.wait_seq;
	m3_party_unlock_three(me, &client->party, dst);
	wake(woken);
	if (rc != M3_BLOCKED_CHAIN)
		return rc;
	broken = m3_deadlock_closed_by_relay(call->me, client, call->peer, wait);
	return broken ? -M3IPC_ELOCKED : 0;
}

int m3_message_relay(const struct m3ipc_msg *args)
{
	struct m3_proc *client;
	struct m3_call call M3_COMPAT_UNINITIALIZED;
	int rc;

	if (args->timeout_ms)
		return -EINVAL;
	call_init(&call, args, M3IPC_CALL_RELAY);
	copy_in(&call);
	rcu_read_lock();
	rc = resolve(&call, args->endpoint, -M3IPC_EDSTDIED);
	if (!rc)
		rc = find_client(&call, &client);
	if (!rc)
		rc = relay_locked(&call, client);
	rcu_read_unlock();
	return trace_exit(&call, args, rc);
}

/* ---- receive ---- */

/* Results of one look at what there is to receive, besides errors and M3_BLOCKED*. */
#define RECEIVE_FAULT 1000 /* the user's page is not there: fault it in, look again */
#define RECEIVE_OTHER 1001 /* another sender must be locked first */

static int take_notification(struct m3_call *call, const struct m3_notification *n)
{
	struct m3_party *me = &call->me->party;
	struct m3ipc_message msg;

	m3_notify_build(me, n, call->me->vm->abi == M3IPC_ABI_32, &msg);
	if (!copy_out_locked(call, &msg))
		return RECEIVE_FAULT;
	m3_notify_taken(me, n->nr);
	me->received++;
	return 0;
}

/*
 * One look, with @me and *@held (NULL: nobody) locked on entry and on return. What is there is
 * copied out before its sender is told. *@held may become a sender that had to be locked, too.
 */
static int receive_locked(struct m3_call *call, const struct m3_filter *filter,
			  struct m3_party **held, struct task_struct **woken)
{
	struct m3_party *me = &call->me->party;
	struct m3_notification notification;
	struct m3_party *sender;
	int rc = m3_rdv_receive_check(me, filter);

	if (rc)
		return rc;
	if (!filter->requests_only && m3_notify_next(me, filter->src, &notification))
		return take_notification(call, &notification);
	sender = m3_rdv_next_sender(me, filter);
	if (!sender) {
		if (!call->timeout_ms)
			return -EAGAIN;
		return m3_rdv_receive_block(me, filter, current);
	}
	if (sender != *held) {
		if (*held || !m3_party_lock_second(me, sender)) {
			m3_party_unlock_pair(me, *held);
			*held = sender;
			m3_party_lock_pair(me, sender);
			return RECEIVE_OTHER;
		}
		*held = sender;
	}
	if (!copy_out_locked(call, &sender->msg))
		return RECEIVE_FAULT;
	m3_rdv_take(me, sender, woken);
	return 0;
}

/* The locked part, in an RCU read section. */
static int receive_step(struct m3_call *call, bool requests_only)
{
	struct m3_filter filter = {
		.src = call->peer ? &call->peer->party : NULL,
		.requests_only = requests_only,
	};
	struct m3_party *me = &call->me->party;
	struct m3_party *held = filter.src;
	struct task_struct *woken = NULL;
	int rc;

	m3_party_lock_pair(me, held);
	do {
		rc = receive_locked(call, &filter, &held, &woken);
	} while (rc == RECEIVE_OTHER);
	if (rc == M3_BLOCKED || rc == M3_BLOCKED_CHAIN)
		m3_proc_hold(call->me);
	m3_party_unlock_pair(me, held);
	wake(woken);
	return rc;
}

static int receive(struct m3_call *call, s32 endpoint, bool requests_only)
{
	int rc;

	do {
		call->fault = !writable(call->umsg, call->size);
		rcu_read_lock();
		call->peer = NULL;
		rc = find_caller(call);
		if (!rc && endpoint != M3IPC_ANY)
			rc = find_peer(call, endpoint, -M3IPC_ESRCDIED);
		if (!rc)
			rc = check_rights(call);
		if (!rc)
			rc = receive_step(call, requests_only);
		rcu_read_unlock();
		if (rc == RECEIVE_FAULT && fatal_signal_pending(current))
			rc = -EINTR;
	} while (rc == RECEIVE_FAULT);
	return finish(call, rc, true);
}

int m3_message_receive(const struct m3ipc_msg *args)
{
	struct m3_call call M3_COMPAT_UNINITIALIZED;

	if (!m3_timeout_valid(args->timeout_ms))
		return -EINVAL;
	call_init(&call, args, M3IPC_CALL_RECEIVE);
	trace_enter(&call, args);
	return trace_exit(&call, args, receive(&call, args->endpoint, false));
}

int m3_message_rcvrqst(const struct m3ipc_msg *args)
{
	struct m3_call call M3_COMPAT_UNINITIALIZED;

	if (!m3_timeout_valid(args->timeout_ms) || args->endpoint != M3IPC_ANY)
		return -EINVAL;
	call_init(&call, args, M3IPC_CALL_RCVRQST);
	trace_enter(&call, args);
	return trace_exit(&call, args, receive(&call, M3IPC_ANY, true));
}

int m3_message_replyrec(const struct m3ipc_msg *args)
{
	struct m3_call call M3_COMPAT_UNINITIALIZED;
	int rc;

	if (!m3_timeout_valid(args->timeout_ms))
		return -EINVAL;
	call_init(&call, args, M3IPC_CALL_REPLYREC);
	copy_in(&call);
	trace_enter(&call, args);
	rc = transfer(&call, args->endpoint, -M3IPC_EDSTDIED, reply_step);
	if (!rc)
		rc = receive(&call, M3IPC_ANY, false);
	return trace_exit(&call, args, rc);
}
