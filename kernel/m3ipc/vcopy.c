// SPDX-License-Identifier: GPL-2.0-only
/*
 * vcopy. Both sides are pinned, a batch at a time, and then copied page to page. Faults happen
 * while pinning, when nobody is held up by them; one that waits for its page ends with the copy's
 * deadline, or a signal. During the copy itself the other parties are held in their calls
 * (m3_party.copy_hold), and it is short: it takes no faults.
 */

#include <linux/cred.h>
#include <linux/highmem.h>
#include <linux/mm.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>

#include "compat/compat.h"
#include "deadline.h"
#include "drvs.h"
#include "fault.h"
#include "grant.h"
#include "message.h"
#include "proc.h"
#include "trace.h"
#include "vcopy.h"
#include "vm.h"

#define BATCH_PAGES 16

/* Source or destination. */
struct m3_side {
	struct m3_proc *proc; /* counted */
	int died; /* what its death is for the caller */
	u64 addr; /* next byte; before begin_side() perhaps one in a grant */
	s32 grant; /* by which it is copied, -1: none */
	bool write;
	/* of a party other than the caller */
	bool begun; /* marked as copying */
	u64 wait_seq; /* the wait in which it consents */
	struct mm_struct *mm;
	/* this batch */
	long pinned;
	struct page *pages[BATCH_PAGES + 1];
};

struct m3_copy {
	struct m3_proc *me; /* counted */
	struct m3_side src;
	struct m3_side dst;
	u64 left;
	struct m3_deadline deadline;
};

static bool is_caller(const struct m3_copy *copy, const struct m3_side *side)
{
	return side->proc == copy->me;
}

/* ---- the parties ---- */

static int find_side(struct m3_copy *copy, struct m3_side *side, s32 endpoint)
{
	int rc = 0;

	side->proc = copy->me;
	if (endpoint != M3IPC_SELF)
		rc = m3_proc_find(copy->me->vm, endpoint, &side->proc);
	if (!rc && !m3_proc_try_hold(side->proc))
		rc = -ENOENT;
	if (rc)
		side->proc = NULL;
	return rc == -ENOENT ? side->died : rc;
}

/* Own memory needs no grant. */
static int check_grant(const struct m3_copy *copy, const struct m3_side *side)
{
	if (side->grant < -1 || (side->grant != -1 && is_caller(copy, side)))
		return -M3IPC_EBADVALUE;
	return 0;
}

static int check_rights(const struct m3_copy *copy)
{
	const struct m3_proc *me = copy->me;

	if (!(READ_ONCE(me->rights.calls) & M3IPC_CALL_VCOPY))
		return -M3IPC_ETRAPDENIED;
	if (!is_caller(copy, &copy->src) && !m3_proc_may_address(me, copy->src.proc->party.nr))
		return -M3IPC_ECALLDENIED;
	if (!is_caller(copy, &copy->dst) && !m3_proc_may_address(me, copy->dst.proc->party.nr))
		return -M3IPC_ECALLDENIED;
	return 0;
}

/* Finds and holds everybody. In an RCU read section. */
static int find_parties(struct m3_copy *copy, const struct m3ipc_vcopy *args)
{
	struct m3_proc *me = m3_message_caller();
	int rc;

	if (IS_ERR(me))
		return PTR_ERR(me);
	if (!m3_proc_try_hold(me))
		return -M3IPC_ENOTBIND;
	copy->me = me;
	if (args->bytes < 0 || args->bytes > READ_ONCE(m3_drvs.max_copy))
		return -ERANGE;
	rc = find_side(copy, &copy->src, args->src);
	if (!rc)
		rc = find_side(copy, &copy->dst, args->dst);
	if (!rc && copy->src.proc == copy->dst.proc)
		rc = -M3IPC_EENDPOINT;
	if (!rc)
		rc = check_grant(copy, &copy->src);
	if (!rc)
		rc = check_grant(copy, &copy->dst);
	return rc ? rc : check_rights(copy);
}

/* Whether the party, locked, granted what is to be copied; fills in which grant, and where. */
static bool is_granted(const struct m3_copy *copy, struct m3_side *side)
{
	struct m3_grant_use use = {
		.by = copy->me,
		.id = side->grant,
		.addr = side->addr,
		.bytes = copy->left,
		.access = side->write ? M3IPC_GRANT_WRITE : M3IPC_GRANT_READ,
	};

	if (!m3_grant_covers(side->proc, &use))
		return false;
	side->grant = use.id;
	side->addr = use.addr;
	return true;
}

/* Whether the party, locked, is a client of the caller, and unanswered. */
static bool is_client(const struct m3_copy *copy, const struct m3_party *party)
{
	return party->state == M3_RECEIVING && party->reply_pending &&
	       party->peer == &copy->me->party;
}

/* Whether the party, locked, lets the caller at its memory. */
static int check_consent(const struct m3_copy *copy, struct m3_side *side)
{
	const struct m3_proc *me = copy->me;
	const struct m3_party *party = &side->proc->party;
	bool grants_only = READ_ONCE(me->vm->policy) == M3IPC_POLICY_GRANTS || side->grant != -1;

	if (!(party->state & M3_RECEIVING))
		return -M3IPC_EPROCSTS;
	if (party->copying)
		return -EBUSY;
	if (!grants_only && is_client(copy, party))
		return 0;
	if (is_granted(copy, side))
		return 0;
	if (grants_only)
		return -EPERM;
	if (!(READ_ONCE(me->rights.calls) & M3IPC_CALL_VCOPY_ANY))
		return -M3IPC_ETRAPDENIED;
	if (READ_ONCE(me->rights.level) != M3IPC_LEVEL_SYSTEM &&
	    !uid_eq(current_euid(), task_euid(side->proc->task)))
		return -EPERM;
	return 0;
}

/* Gets the consent of a party and its memory. */
static int begin_side(struct m3_copy *copy, struct m3_side *side)
{
	struct m3_party *party = &side->proc->party;
	struct task_struct *task = NULL;
	int rc;

	if (is_caller(copy, side))
		return 0;
	rcu_read_lock();
	raw_spin_lock(&party->lock);
	rc = party->dead ? side->died : check_consent(copy, side);
	if (!rc) {
		party->copying = true;
		side->begun = true;
		side->wait_seq = party->wait_seq;
		task = get_task_struct(party->waiter);
	}
	raw_spin_unlock(&party->lock);
	rcu_read_unlock();
	if (rc)
		return rc;
	side->mm = get_task_mm(task);
	put_task_struct(task);
	return side->mm ? 0 : side->died;
}

static void end_side(struct m3_side *side)
{
	if (side->begun) {
		raw_spin_lock(&side->proc->party.lock);
		side->proc->party.copying = false;
		raw_spin_unlock(&side->proc->party.lock);
	}
	if (side->mm)
		mmput(side->mm);
	if (side->proc)
		m3_proc_put(side->proc);
}

/* What ends a copy in its middle. */
static int check_going(const struct m3_copy *copy)
{
	if (READ_ONCE(copy->me->vm->ended))
		return -M3IPC_EVMNOTRUN;
	if (READ_ONCE(copy->me->party.dead))
		return -M3IPC_ENOTBIND;
	if (signal_pending(current))
		return -EINTR;
	return m3_deadline_passed(&copy->deadline) ? -ETIMEDOUT : 0;
}

/* ---- one batch ---- */

/* Whether the party, locked, still is in the call in which it consented. */
static int check_held(const struct m3_side *side)
{
	const struct m3_party *party = &side->proc->party;

	lockdep_assert_held(&party->lock);

	if (party->dead)
		return READ_ONCE(side->proc->vm->ended) ? -M3IPC_EVMNOTRUN : side->died;
	if (!(party->state & M3_RECEIVING) || party->wait_seq != side->wait_seq)
		return -M3IPC_EPROCSTS;
	if (side->grant != -1 && !m3_grant_holds(side->proc, side->grant))
		return -EPERM;
	return 0;
}

/* Keeps a party in the call in which it consented. */
static int hold_side(struct m3_side *side)
{
	struct m3_party *party = &side->proc->party;
	int rc;

	if (!side->begun)
		return 0;
	raw_spin_lock(&party->lock);
	rc = check_held(side);
	if (!rc)
		WRITE_ONCE(party->copy_hold, true);
	raw_spin_unlock(&party->lock);
	return rc;
}

/*
 * Why a page of @side is not there. A party whose call is over may have unmapped it, or be
 * another program: that is no bad address of the caller's.
 */
static int fault_of(struct m3_side *side)
{
	struct m3_party *party = &side->proc->party;
	int rc;

	if (!side->begun)
		return -EFAULT;
	raw_spin_lock(&party->lock);
	rc = check_held(side);
	raw_spin_unlock(&party->lock);
	return rc ? rc : -EFAULT;
}

static size_t offset_of(const struct m3_side *side)
{
	return offset_in_page(side->addr);
}

/* What pinning returned, as an error of the copy. */
static long pin_result(struct m3_side *side, long pinned)
{
	if (pinned > 0 || pinned == -ENOMEM || pinned == -EINTR)
		return pinned;
	return fault_of(side);
}

/* Pins pages of another's memory. Waits for the first if it is not there, or for the copy's end. */
static long pin_others(const struct m3_copy *copy, struct m3_side *side, unsigned long start,
		       unsigned long count, unsigned int flags)
{
	int locked, rc;
	long pinned;

	for (;;) {
		if (mmap_read_lock_killable(side->mm))
			return -EINTR;
		locked = 1;
		pinned = m3_compat_pin_remote(side->mm, start, count, flags | FOLL_NOWAIT,
					      side->pages, &locked);
		if (locked)
			mmap_read_unlock(side->mm);
		if (pinned)
			return pin_result(side, pinned);
		rc = m3_fault_in(side->mm, start, side->write, &copy->deadline);
		if (!rc)
			rc = check_going(copy);
		if (rc)
			return rc;
		cond_resched();
	}
}

/* Pins the pages of @bytes. How many bytes they hold, or an error. */
static long pin_side(const struct m3_copy *copy, struct m3_side *side, size_t bytes)
{
	unsigned long count = DIV_ROUND_UP(offset_of(side) + bytes, PAGE_SIZE);
	unsigned long start = side->addr & PAGE_MASK;
	unsigned int flags = side->write ? FOLL_WRITE : 0;
	long pinned;

	if (side->mm)
		pinned = pin_others(copy, side, start, count, flags);
	else
		pinned = pin_result(side, pin_user_pages_fast(start, count, flags, side->pages));
	if (pinned < 0)
		return pinned;
	side->pinned = pinned;
	return min_t(size_t, bytes, pinned * PAGE_SIZE - offset_of(side));
}

static void unpin_side(struct m3_side *side)
{
	if (side->write)
		unpin_user_pages_dirty_lock(side->pages, side->pinned, true);
	else
		unpin_user_pages(side->pages, side->pinned);
	side->pinned = 0;
}

static void release_side(struct m3_side *side)
{
	struct m3_party *party = &side->proc->party;
	struct task_struct *waiter;

	if (!side->begun)
		return;
	raw_spin_lock(&party->lock);
	waiter = party->waiter;
	/* Pairs with the acquire of await_copy(): the pages are not touched any more. */
	smp_store_release(&party->copy_hold, false);
	if (!party->state)
		wake_up_process(waiter);
	raw_spin_unlock(&party->lock);
}

/* Copies @bytes within the pinned pages of both sides. */
static void copy_pages(struct m3_copy *copy, size_t bytes)
{
	size_t from = offset_of(&copy->src);
	size_t to = offset_of(&copy->dst);
	size_t part;
	char *src, *dst;

	while (bytes) {
		part = min3(bytes, PAGE_SIZE - from % PAGE_SIZE, PAGE_SIZE - to % PAGE_SIZE);
		src = kmap_local_page(copy->src.pages[from / PAGE_SIZE]);
		dst = kmap_local_page(copy->dst.pages[to / PAGE_SIZE]);
		if (part == PAGE_SIZE)
			copy_page(dst, src);
		else /* both may be the same page, shared */
			memmove(dst + to % PAGE_SIZE, src + from % PAGE_SIZE, part);
		flush_dcache_page(copy->dst.pages[to / PAGE_SIZE]);
		kunmap_local(dst);
		kunmap_local(src);
		from += part;
		to += part;
		bytes -= part;
	}
}

/* One RCU read section: who takes back a grant waits for those. */
static int copy_held(struct m3_copy *copy, size_t bytes)
{
	int rc;

	rcu_read_lock();
	rc = hold_side(&copy->src);
	if (rc)
		goto out;
	rc = hold_side(&copy->dst);
	if (!rc) {
		copy_pages(copy, bytes);
		release_side(&copy->dst);
	}
	release_side(&copy->src);
out:
	rcu_read_unlock();
	return rc;
}

/* Moves the next batch: the bytes, or an error. */
static long copy_batch(struct m3_copy *copy)
{
	size_t skip = max(offset_of(&copy->src), offset_of(&copy->dst));
	size_t bytes = min_t(u64, copy->left, (BATCH_PAGES + 1) * PAGE_SIZE - skip);
	long n = pin_side(copy, &copy->src, bytes);
	int rc;

	if (n < 0)
		return n;
	n = pin_side(copy, &copy->dst, n);
	if (n > 0) {
		rc = copy_held(copy, n);
		unpin_side(&copy->dst);
		if (rc)
			n = rc;
	}
	unpin_side(&copy->src);
	return n;
}

/* ---- all of it ---- */

static int copy_all(struct m3_copy *copy)
{
	long n;
	int rc;

	while (copy->left) {
		n = copy_batch(copy);
		if (n < 0)
			return n;
		copy->src.addr += n;
		copy->dst.addr += n;
		copy->left -= n;
		rc = copy->left ? check_going(copy) : 0;
		if (rc)
			return rc;
		cond_resched();
	}
	return 0;
}

/* Whether @side has no such addresses; those of a grant are good. */
static bool range_wraps(const struct m3_side *side, u64 bytes)
{
	u64 end = side->addr + bytes;

	return side->grant == -1 && (end < bytes || end > TASK_SIZE_MAX);
}

static void count_copied(struct m3_proc *me, u64 bytes)
{
	raw_spin_lock(&me->party.lock);
	me->party.copied += bytes;
	raw_spin_unlock(&me->party.lock);
}

static int vcopy(struct m3ipc_vcopy *args)
{
	struct m3_copy copy = {
		.src = {
			.died = -M3IPC_ESRCDIED,
			.addr = args->src_addr,
			.grant = args->src_grant,
		},
		.dst = {
			.died = -M3IPC_EDSTDIED,
			.addr = args->dst_addr,
			.grant = args->dst_grant,
			.write = true,
		},
		.left = args->bytes,
	};
	int rc;

	args->copied = 0;
	if (args->flags || !m3_timeout_valid(args->timeout_ms))
		return -EINVAL;
	/* A copy waits for no other call: 0 has nothing to refuse. */
	copy.deadline = m3_deadline_in(args->timeout_ms ? args->timeout_ms : M3IPC_FOREVER);
	rcu_read_lock();
	rc = find_parties(&copy, args);
	rcu_read_unlock();
	if (!rc && copy.left &&
	    (range_wraps(&copy.src, copy.left) || range_wraps(&copy.dst, copy.left)))
		rc = -EFAULT;
	if (!rc)
		rc = begin_side(&copy, &copy.src);
	if (!rc)
		rc = begin_side(&copy, &copy.dst);
	if (!rc) {
		rc = copy_all(&copy);
		args->copied = args->bytes - copy.left;
		count_copied(copy.me, args->copied);
	}
	end_side(&copy.src);
	end_side(&copy.dst);
	if (copy.me)
		m3_proc_put(copy.me);
	return rc;
}

int m3_vcopy(struct m3ipc_vcopy *args)
{
	int rc = vcopy(args);

	if (trace_m3ipc_vcopy_enabled()) {
		struct m3_traced who = {};

		m3_traced_caller(&who);
		trace_m3ipc_vcopy(&who, args, rc);
	}
	return rc;
}
