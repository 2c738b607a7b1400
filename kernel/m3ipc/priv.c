// SPDX-License-Identifier: GPL-2.0-only
/* What a process may do. */

#include <linux/bitmap.h>

#include "access.h"
#include "binding.h"
#include "priv.h"
#include "proc.h"
#include "vm.h"

#define CALLS_USER                                                                                 \
	(M3IPC_CALL_SENDREC | M3IPC_CALL_RECEIVE | M3IPC_CALL_RCVRQST | M3IPC_CALL_REPLY |         \
	 M3IPC_CALL_REPLYREC | M3IPC_CALL_VCOPY)
#define CALLS_SERVER                                                                               \
	(CALLS_USER | M3IPC_CALL_SEND | M3IPC_CALL_NOTIFY | M3IPC_CALL_RELAY |                     \
	 M3IPC_CALL_VCOPY_ANY)
#define CALLS_TASK (CALLS_SERVER | M3IPC_CALL_SRC_NOTIFY | M3IPC_CALL_NTFY_VALUE)
#define CALLS_SYSTEM (CALLS_TASK | M3IPC_CALL_HDW_NOTIFY | M3IPC_CALL_SETPRIV)

static const u64 level_calls[] = {
	[M3IPC_LEVEL_USER] = CALLS_USER,
	[M3IPC_LEVEL_SERVER] = CALLS_SERVER,
	[M3IPC_LEVEL_TASK] = CALLS_TASK,
	[M3IPC_LEVEL_SYSTEM] = CALLS_SYSTEM,
};

int m3_priv_check(const struct m3ipc_priv *priv)
{
	if (priv->set & ~(M3IPC_PRIV_LEVEL | M3IPC_PRIV_CALLS | M3IPC_PRIV_PEERS) || priv->pad)
		return -EINVAL;
	if (priv->set & M3IPC_PRIV_LEVEL && priv->level > M3IPC_LEVEL_SYSTEM)
		return -M3IPC_EBADVALUE;
	if (priv->set & M3IPC_PRIV_CALLS && priv->calls & ~M3IPC_CALLS_ALL)
		return -M3IPC_EBADVALUE;
	if (priv->set & M3IPC_PRIV_PEERS && priv->peers_rest > 1)
		return -M3IPC_EBADVALUE;
	return 0;
}

bool m3_priv_may_give(const struct m3_vm *vm, u32 level)
{
	struct m3_proc *me;
	bool may;

	if (level != M3IPC_LEVEL_SYSTEM)
		return true;
	rcu_read_lock();
	me = m3_binding_current();
	may = me && me->vm == vm && READ_ONCE(me->rights.level) == M3IPC_LEVEL_SYSTEM;
	rcu_read_unlock();
	return may || m3_access_admin();
}

void m3_priv_init(struct m3_proc *proc, const struct m3_given *given, u32 vm_level)
{
	const struct m3ipc_priv *priv = given ? &given->priv : NULL;
	struct m3_rights *rights = &proc->rights;
	u32 set = given ? priv->set : 0;
	u32 level = set & M3IPC_PRIV_LEVEL ? priv->level : vm_level;
	int i;

	WRITE_ONCE(rights->level, level);
	WRITE_ONCE(rights->calls, set & M3IPC_PRIV_CALLS ? priv->calls : level_calls[level]);
	if (set & M3IPC_PRIV_PEERS) {
		for (i = 0; i < M3IPC_PEER_WORDS; i++)
			WRITE_ONCE(rights->peers[i], priv->peers[i]);
		WRITE_ONCE(rights->peers_rest, priv->peers_rest);
		WRITE_ONCE(rights->peers_tasks, given->tasks);
	}
	/* The maps come first: a call that sees all_peers false sees them. */
	smp_store_release(&rights->all_peers, !(set & M3IPC_PRIV_PEERS));
}

void m3_priv_apply(struct m3_proc *proc, const struct m3_given *given, u32 vm_level)
{
	raw_spin_lock(&proc->party.lock);
	m3_priv_init(proc, given, vm_level);
	raw_spin_unlock(&proc->party.lock);
}

void m3_priv_tell(const struct m3_given *given, u32 tasks, struct m3ipc_priv *priv)
{
	const unsigned int bits = M3IPC_PEER_WORDS * 64;
	unsigned int more = tasks - given->tasks;

	*priv = given->priv;
	if (!(priv->set & M3IPC_PRIV_PEERS) || !more)
		return;
	bitmap_shift_left((unsigned long *)priv->peers, (unsigned long *)given->priv.peers, more,
			  bits);
	if (priv->peers_rest)
		bitmap_set((unsigned long *)priv->peers, 0, more);
}

/* What @rights, locked, amount to. */
static void rights_to_given(const struct m3_rights *rights, struct m3_given *given)
{
	struct m3ipc_priv *priv = &given->priv;

	*given = (struct m3_given){
		.priv.set = M3IPC_PRIV_LEVEL,
		.priv.level = rights->level,
		.priv.calls = rights->calls,
		.tasks = rights->peers_tasks,
	};
	/* Not marked as given if they follow from the level: whoever changes the level alone
	 * and sets the rest as it was, as M3-IPC programs do, means its calls, too.
	 */
	if (rights->calls != level_calls[rights->level])
		priv->set |= M3IPC_PRIV_CALLS;
	if (!rights->all_peers) {
		priv->set |= M3IPC_PRIV_PEERS;
		memcpy(priv->peers, rights->peers, sizeof(rights->peers));
		priv->peers_rest = rights->peers_rest;
	}
}

int m3_priv_get(struct m3ipc_priv_args *args)
{
	struct m3_proc *proc = m3_binding_get(args->vmid, args->endpoint, M3IPC_MODE_SEE);
	struct m3_given given;

	if (IS_ERR(proc))
		return PTR_ERR(proc);
	raw_spin_lock(&proc->party.lock);
	rights_to_given(&proc->rights, &given);
	raw_spin_unlock(&proc->party.lock);
	m3_priv_tell(&given, READ_ONCE(proc->vm->nr_tasks), &args->priv);
	args->vmid = proc->vm->vmid;
	args->endpoint = proc->party.endpoint;
	m3_proc_put(proc);
	return 0;
}

/* One of the VM's processes with the call, or whoever manages the VM. */
static bool may_set(const struct m3_proc *target)
{
	struct m3_proc *me;
	bool may;

	rcu_read_lock();
	me = m3_binding_current();
	may = me && me->vm == target->vm && READ_ONCE(me->rights.calls) & M3IPC_CALL_SETPRIV;
	rcu_read_unlock();
	return may || m3_access_vm(target->vm, M3IPC_MODE_MANAGE);
}

static bool gives_too_much(const struct m3_vm *vm, const struct m3ipc_priv *priv)
{
	return priv->set & M3IPC_PRIV_LEVEL && !m3_priv_may_give(vm, priv->level);
}

int m3_priv_set(const struct m3ipc_priv_args *args)
{
	struct m3_given given = { .priv = args->priv };
	struct m3_proc *proc;
	int rc = m3_priv_check(&args->priv);

	if (rc)
		return rc;
	proc = m3_binding_get(args->vmid, args->endpoint, 0);
	if (IS_ERR(proc))
		return PTR_ERR(proc);
	given.tasks = READ_ONCE(proc->vm->nr_tasks);
	if (!may_set(proc) || gives_too_much(proc->vm, &args->priv))
		rc = -EPERM;
	else
		m3_priv_apply(proc, &given, READ_ONCE(proc->vm->level));
	m3_proc_put(proc);
	return rc;
}
