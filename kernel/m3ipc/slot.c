// SPDX-License-Identifier: GPL-2.0-only
/* Slots and their reservation. */

#include <linux/slab.h>
#include <linux/user_namespace.h>

#include "access.h"
#include "drvs.h"
#include "events.h"
#include "proc.h"
#include "slot.h"
#include "vm.h"

/* Tasks have a table of their own, so that there may be more of them later. */
static struct xarray *table_of(const struct m3_vm *vm, s32 nr)
{
	return (struct xarray *)(nr < 0 ? &vm->tasks : &vm->slots);
}

static unsigned long index_of(s32 nr)
{
	return nr < 0 ? -1 - nr : nr;
}

struct m3_slot *m3_slot_find(const struct m3_vm *vm, s32 nr)
{
	return xa_load(table_of(vm, nr), index_of(nr));
}

struct m3_slot *m3_slot_get(struct m3_vm *vm, s32 nr)
{
	struct m3_slot *slot = m3_slot_find(vm, nr);
	struct m3_slot *other;

	if (slot)
		return slot;
	slot = kzalloc(sizeof(*slot), GFP_KERNEL_ACCOUNT);
	if (!slot)
		return ERR_PTR(-ENOMEM);
	slot->nr = nr;
	INIT_LIST_HEAD(&slot->waiters);
	other = xa_cmpxchg(table_of(vm, nr), index_of(nr), NULL, slot, GFP_KERNEL_ACCOUNT);
	if (!other)
		return slot;
	kfree(slot);
	return xa_is_err(other) ? ERR_PTR(xa_err(other)) : other;
}

/* The first task from @nr on. Their table is backwards, and short. */
static struct m3_slot *next_task(struct m3_vm *vm, s32 nr)
{
	struct m3_slot *slot = NULL;

	if (xa_empty(&vm->tasks))
		return NULL;
	for (nr = max(nr, -M3IPC_MAX_TASKS); nr < 0 && !slot; nr++)
		slot = xa_load(&vm->tasks, index_of(nr));
	return slot;
}

struct m3_slot *m3_slot_next(struct m3_vm *vm, s32 *nr)
{
	unsigned long index = max(*nr, 0);
	struct m3_slot *slot = next_task(vm, *nr);

	if (!slot)
		slot = xa_find(&vm->slots, &index, ULONG_MAX, XA_PRESENT);
	if (slot)
		*nr = slot->nr;
	return slot;
}

static void free_table(struct xarray *table)
{
	struct m3_slot *slot;
	unsigned long index;

	xa_for_each(table, index, slot) {
		kfree(slot->reservation);
		kfree(slot);
	}
	xa_destroy(table);
}

void m3_slot_free_all(struct m3_vm *vm)
{
	free_table(&vm->tasks);
	free_table(&vm->slots);
}

static bool spans(struct m3_vm *vm, s32 nodeid)
{
	bool yes;

	raw_spin_lock(&vm->lock);
	yes = m3_vm_has_node(vm, nodeid);
	raw_spin_unlock(&vm->lock);
	return yes;
}

static int make_reservation(struct m3_vm *vm, const struct m3ipc_slot *args,
			    struct m3_reservation *res)
{
	int rc = m3_priv_check(&args->priv);

	if (rc)
		return rc;
	if (args->set & ~(M3IPC_SLOT_NODE | M3IPC_SLOT_UID))
		return -EINVAL;
	if (args->priv.set & M3IPC_PRIV_LEVEL && !m3_priv_may_give(vm, args->priv.level))
		return -EPERM;
	res->set = args->set;
	res->given.priv = args->priv;
	res->given.tasks = READ_ONCE(vm->nr_tasks);
	if (args->set & M3IPC_SLOT_NODE) {
		if (args->nodeid < 0 || args->nodeid >= M3IPC_MAX_NODES ||
		    !spans(vm, args->nodeid))
			return -M3IPC_ENOVMNODE;
		res->nodeid = args->nodeid;
	}
	if (args->set & M3IPC_SLOT_UID) {
		res->uid = make_kuid(current_user_ns(), args->uid);
		if (!uid_valid(res->uid))
			return -M3IPC_EBADVALUE;
	}
	return 0;
}

/* Puts @res (NULL: nothing) in the place of the slot's reservation; gives the old one. */
static struct m3_reservation *swap_reservation(struct m3_vm *vm, struct m3_slot *slot,
					       struct m3_reservation *res)
{
	struct m3_reservation *old;
	struct m3_proc *occupant;
	u32 level;

	raw_spin_lock(&vm->lock);
	old = slot->reservation;
	slot->reservation = res;
	vm->reserved += !!res - !!old;
	level = vm->level;
	occupant = rcu_dereference_protected(slot->proc, lockdep_is_held(&vm->lock));
	if (occupant && !m3_proc_try_hold(occupant))
		occupant = NULL;
	m3_events_emit_slot(res ? M3IPC_EVENT_SLOT_SET : M3IPC_EVENT_SLOT_CLEAR, vm, slot->nr);
	raw_spin_unlock(&vm->lock);

	if (occupant) {
		m3_priv_apply(occupant, res ? &res->given : NULL, level);
		m3_proc_put(occupant);
	}
	return old;
}

/* The VM of @args, if its slot exists and the caller may @want it. */
static struct m3_vm *slot_vm(const struct m3ipc_slot *args, unsigned int want)
{
	struct m3_vm *vm = m3_vm_get(args->vmid);
	int rc = 0;

	if (IS_ERR(vm))
		return vm;
	if (!m3_access_vm(vm, want))
		rc = -EPERM;
	else if (!m3_vm_has_nr(vm, args->nr))
		rc = -M3IPC_EBADPROC;
	if (!rc)
		return vm;
	m3_vm_put(vm);
	return ERR_PTR(rc);
}

int m3_slot_set(const struct m3ipc_slot *args)
{
	struct m3_vm *vm = slot_vm(args, M3IPC_MODE_MANAGE);
	struct m3_reservation *res;
	struct m3_slot *slot;
	int rc;

	if (IS_ERR(vm))
		return PTR_ERR(vm);
	res = kzalloc(sizeof(*res), GFP_KERNEL_ACCOUNT);
	slot = m3_slot_get(vm, args->nr);
	rc = res ? PTR_ERR_OR_ZERO(slot) : -ENOMEM;
	if (!rc)
		rc = make_reservation(vm, args, res);
	if (!rc) {
		mutex_lock(&m3_drvs.mutex);
		if (vm->ended)
			rc = -M3IPC_EVMNOTRUN;
		else
			res = swap_reservation(vm, slot, res);
		mutex_unlock(&m3_drvs.mutex);
	}
	kfree(res);
	m3_vm_put(vm);
	return rc;
}

int m3_slot_clear(const struct m3ipc_slot *args)
{
	struct m3_vm *vm = slot_vm(args, M3IPC_MODE_MANAGE);
	struct m3_slot *slot;

	if (IS_ERR(vm))
		return PTR_ERR(vm);
	slot = m3_slot_find(vm, args->nr);
	if (slot) {
		mutex_lock(&m3_drvs.mutex);
		if (slot->reservation)
			kfree(swap_reservation(vm, slot, NULL));
		mutex_unlock(&m3_drvs.mutex);
	}
	m3_vm_put(vm);
	return 0;
}

int m3_slot_get_info(struct m3ipc_slot *args)
{
	struct m3_vm *vm = slot_vm(args, M3IPC_MODE_SEE);
	struct m3_reservation *res;
	struct m3_slot *slot;

	if (IS_ERR(vm))
		return PTR_ERR(vm);
	*args = (struct m3ipc_slot){ .vmid = vm->vmid, .nr = args->nr, .nodeid = -1, .uid = -1 };
	slot = m3_slot_find(vm, args->nr);
	raw_spin_lock(&vm->lock);
	res = slot ? slot->reservation : NULL;
	if (res) {
		args->set = res->set;
		m3_priv_tell(&res->given, vm->nr_tasks, &args->priv);
		args->reserved = 1;
		if (res->set & M3IPC_SLOT_NODE)
			args->nodeid = res->nodeid;
		if (res->set & M3IPC_SLOT_UID)
			args->uid = from_kuid_munged(current_user_ns(), res->uid);
	}
	raw_spin_unlock(&vm->lock);
	m3_vm_put(vm);
	return 0;
}
