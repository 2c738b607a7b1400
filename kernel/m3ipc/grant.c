// SPDX-License-Identifier: GPL-2.0-only
/*
 * Grants. They are few, and looked at under the lock of the process that made them, as its consent
 * is. A grant is to one binding, and of one program's memory: it means nothing to a successor in
 * the slot of either, and nothing after an exec.
 */

#include <linux/sched.h>
#include <linux/slab.h>

#include "access.h"
#include "binding.h"
#include "grant.h"
#include "message.h"
#include "proc.h"
#include "vm.h"

/* Members invariant. */
struct m3_grant {
	struct list_head link; /* in proc->grants; party.lock of the process that made it */
	s32 id;
	s32 to; /* endpoint, or ANY */
	u64 to_serial; /* of the binding */
	u64 exec_id; /* of the program whose memory it is */
	u64 addr;
	u64 bytes;
	u32 access;
};

static u64 exec_id_of(const struct m3_proc *proc)
{
	return READ_ONCE(proc->task->self_exec_id);
}

static bool is_to(const struct m3_grant *grant, const struct m3_proc *by)
{
	return grant->to == M3IPC_ANY || grant->to_serial == by->party.serial;
}

static struct m3_grant *find(const struct m3_proc *proc, s32 id)
{
	struct m3_grant *grant;

	lockdep_assert_held(&proc->party.lock);

	list_for_each_entry(grant, &proc->grants, link) {
		if (grant->id == id)
			return grant;
	}
	return NULL;
}

/* ---- use ---- */

/* Whether [@at, @at + @bytes) lies in a range of @size. */
static bool within(u64 at, u64 bytes, u64 size)
{
	return at <= size && bytes <= size - at;
}

bool m3_grant_covers(const struct m3_proc *proc, struct m3_grant_use *use)
{
	struct m3_grant *grant;
	u64 at;

	lockdep_assert_held(&proc->party.lock);

	list_for_each_entry(grant, &proc->grants, link) {
		if (use->id != -1 && use->id != grant->id)
			continue;
		at = use->id == -1 ? use->addr - grant->addr : use->addr;
		if (!(grant->access & use->access) || !within(at, use->bytes, grant->bytes) ||
		    !is_to(grant, use->by) || grant->exec_id != exec_id_of(proc))
			continue;
		use->id = grant->id;
		use->addr = grant->addr + at;
		return true;
	}
	return false;
}

bool m3_grant_holds(const struct m3_proc *proc, s32 id)
{
	return find(proc, id);
}

/* ---- making and taking back ---- */

/* Whether nobody can use it any more. In an RCU read section. */
static bool is_void(const struct m3_proc *proc, const struct m3_grant *grant)
{
	struct m3_proc *to;

	if (grant->exec_id != exec_id_of(proc))
		return true;
	if (grant->to == M3IPC_ANY)
		return false;
	return m3_proc_find(proc->vm, grant->to, &to) || to->party.serial != grant->to_serial;
}

/* Takes @grant out, for free_list(): memory is not freed under a raw lock. */
static void drop(struct m3_proc *proc, struct m3_grant *grant, struct list_head *dropped)
{
	list_move(&grant->link, dropped);
	proc->nr_grants--;
}

static void free_list(struct list_head *list)
{
	struct m3_grant *grant, *next;

	list_for_each_entry_safe(grant, next, list, link)
		kfree(grant);
}

/* Room for one more, if need be by forgetting what is void. */
static bool make_room(struct m3_proc *proc, struct list_head *dropped)
{
	struct m3_grant *grant, *next;

	if (proc->nr_grants < M3IPC_MAX_GRANTS)
		return true;
	list_for_each_entry_safe(grant, next, &proc->grants, link) {
		if (is_void(proc, grant))
			drop(proc, grant, dropped);
	}
	return proc->nr_grants < M3IPC_MAX_GRANTS;
}

/* An id that was not used for as long as possible: a late user must not meet another's grant. */
static s32 next_id(struct m3_proc *proc)
{
	do {
		proc->last_grant = (proc->last_grant + 1) & S32_MAX;
	} while (find(proc, proc->last_grant));
	return proc->last_grant;
}

/* Names the process that @grant is to. In an RCU read section. */
static int find_grantee(const struct m3_proc *me, struct m3_grant *grant)
{
	struct m3_proc *to;
	int rc;

	if (grant->to == M3IPC_ANY)
		return 0;
	if (grant->to == M3IPC_SELF || grant->to == me->party.endpoint)
		return -M3IPC_EENDPOINT;
	rc = m3_proc_find(me->vm, grant->to, &to);
	if (rc)
		return rc == -ENOENT ? -M3IPC_EDSTDIED : rc;
	grant->to_serial = to->party.serial;
	return 0;
}

/* Makes the caller's @grant known: its id, or an error. In an RCU read section. */
static int publish(struct m3_grant *grant)
{
	struct m3_proc *me = m3_message_caller();
	LIST_HEAD(dropped);
	int rc;

	if (IS_ERR(me))
		return PTR_ERR(me);
	rc = find_grantee(me, grant);
	if (rc)
		return rc;
	raw_spin_lock(&me->party.lock);
	if (me->party.dead) {
		rc = -M3IPC_ENOTBIND;
	} else if (!make_room(me, &dropped)) {
		rc = -M3IPC_ERSCBUSY;
	} else {
		rc = next_id(me);
		grant->id = rc;
		grant->exec_id = exec_id_of(me);
		list_add(&grant->link, &me->grants);
		me->nr_grants++;
	}
	raw_spin_unlock(&me->party.lock);
	free_list(&dropped);
	return rc;
}

static int check_args(const struct m3ipc_grant *args)
{
	if (args->pad || args->access & ~(M3IPC_GRANT_READ | M3IPC_GRANT_WRITE))
		return -EINVAL;
	if (!args->access || !args->bytes)
		return -M3IPC_EBADVALUE;
	/* The caller's own: that of a 32-bit program ends below 4 GiB. */
	if (!within(args->addr, args->bytes, TASK_SIZE))
		return -EFAULT;
	return 0;
}

int m3_grant_set(struct m3ipc_grant *args)
{
	struct m3_grant *grant;
	int rc = check_args(args);

	if (rc)
		return rc;
	grant = kzalloc(sizeof(*grant), GFP_KERNEL_ACCOUNT);
	if (!grant)
		return -ENOMEM;
	grant->to = args->to;
	grant->addr = args->addr;
	grant->bytes = args->bytes;
	grant->access = args->access;
	rcu_read_lock();
	rc = publish(grant);
	rcu_read_unlock();
	if (rc < 0) {
		kfree(grant);
		return rc;
	}
	args->id = rc;
	return 0;
}

/* Takes back @id: 0, an error, or 1: a copy by it may be under way. In an RCU read section. */
static int unpublish(s32 id, struct list_head *dropped)
{
	struct m3_proc *me = m3_message_caller();
	struct m3_grant *grant;
	int rc = -M3IPC_EBADVALUE;

	if (IS_ERR(me))
		return PTR_ERR(me);
	raw_spin_lock(&me->party.lock);
	grant = find(me, id);
	if (grant) {
		drop(me, grant, dropped);
		rc = me->party.copy_hold;
	}
	raw_spin_unlock(&me->party.lock);
	return rc;
}

int m3_grant_clear(const struct m3ipc_grant *args)
{
	LIST_HEAD(dropped);
	int rc;

	if (args->pad)
		return -EINVAL;
	rcu_read_lock();
	rc = unpublish(args->id, &dropped);
	rcu_read_unlock();
	free_list(&dropped);
	if (rc < 0)
		return rc;
	if (rc)
		synchronize_rcu_expedited(); /* a batch is one RCU read section: copy_held() */
	return 0;
}

void m3_grant_free_all(struct m3_proc *proc)
{
	free_list(&proc->grants);
}

/* ---- asking ---- */

/* Of the grants from args->grant.id on that are @viewer's business (NULL: all) the first. */
static struct m3_grant *find_next(const struct m3_proc *proc, const struct m3_proc *viewer,
				  const struct m3ipc_grant_info *args)
{
	struct m3_grant *grant, *best = NULL;

	lockdep_assert_held(&proc->party.lock);

	list_for_each_entry(grant, &proc->grants, link) {
		if (args->flags & M3IPC_GET_NEXT ? grant->id < args->grant.id :
						   grant->id != args->grant.id)
			continue;
		if ((best && best->id < grant->id) || is_void(proc, grant))
			continue;
		if (!viewer || viewer == proc || is_to(grant, viewer))
			best = grant;
	}
	return best;
}

/* @proc's grants, as the caller may see them. */
static int get(struct m3_proc *proc, bool all, struct m3ipc_grant_info *args)
{
	const struct m3_proc *viewer = NULL;
	struct m3_grant *grant;
	int rc = -M3IPC_EBADVALUE;

	rcu_read_lock();
	if (!all)
		viewer = m3_binding_current();
	if (!all && (!viewer || viewer->vm != proc->vm)) {
		rcu_read_unlock();
		return -EPERM;
	}
	raw_spin_lock(&proc->party.lock);
	grant = find_next(proc, viewer, args);
	if (grant) {
		args->grant = (struct m3ipc_grant){
			.id = grant->id,
			.to = grant->to,
			.addr = grant->addr,
			.bytes = grant->bytes,
			.access = grant->access,
		};
		rc = 0;
	}
	raw_spin_unlock(&proc->party.lock);
	rcu_read_unlock();
	return rc;
}

int m3_grant_get(struct m3ipc_grant_info *args)
{
	struct m3_proc *proc;
	int rc;

	if (args->flags & ~M3IPC_GET_NEXT || args->pad || args->grant.pad)
		return -EINVAL;
	proc = m3_binding_get(args->vmid, args->endpoint, 0);
	if (IS_ERR(proc))
		return PTR_ERR(proc);
	rc = get(proc, m3_access_vm(proc->vm, M3IPC_MODE_MANAGE), args);
	if (!rc) {
		args->vmid = proc->vm->vmid;
		args->endpoint = proc->party.endpoint;
		args->flags = 0;
	}
	m3_proc_put(proc);
	return rc;
}
