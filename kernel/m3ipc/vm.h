/* SPDX-License-Identifier: GPL-2.0-only */
/* A VM: a numbered, named set of slots, and who may do what with it. */
#ifndef _M3_VM_H
#define _M3_VM_H

#include <linux/refcount.h>
#include <linux/uidgid.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>

#include "internal.h"

struct m3_proc;
struct proc_dir_entry;

/* Who owns a VM; checked like a file's. */
struct m3_owner {
	kuid_t uid;
	kgid_t gid;
	umode_t mode;
};

struct m3_vm {
	/* invariant after vm_init */
	s32 vmid;
	u32 abi; /* M3IPC_ABI_32 or _64 */
	u64 incarnation;
	u64 since_ns;
	kuid_t creator; /* whom the VM counts against */

	raw_spinlock_t lock; /* see internal.h */
	/* protected by @lock */
	bool ended;
	u32 bound;
	u32 reserved;
	/* these grow only; read without the lock */
	u32 nr_procs;
	u32 nr_tasks;
	u32 nr_servers; /* system slots that are no tasks: numbers 0..nr_servers-1 */
	u32 level;
	u32 policy;
	s32 warn2proc;
	s32 warnmsg;
	struct m3_owner owner;
	u64 past_received; /* of bindings that ended */
	u64 past_sent;
	u64 past_copied;
	char name[M3IPC_NAME_SIZE];
	u8 tag[16];
	u64 nodes[M3IPC_NODE_WORDS];

	struct xarray slots; /* process number -> m3_slot; entries only come */
	struct xarray tasks; /* likewise, of negative numbers: -1 - process number -> m3_slot */
	raw_spinlock_t deadlock_lock; /* see internal.h */

	struct proc_dir_entry *dir; /* protected by m3_drvs.mutex */
	refcount_t refs;
	struct rcu_head rcu;
	struct work_struct free_work;
};

/* The VM with a reference; ERR_PTR(-EBADVMID, -EVMNOTRUN, -EDRVSINIT). */
struct m3_vm *m3_vm_get(s32 vmid);
/* Likewise; M3IPC_OWN_VM means that of the calling thread (ENOTBIND). */
struct m3_vm *m3_vm_get_or_own(s32 vmid);
/* The VM with the lowest vmid >= @vmid, or NULL. */
struct m3_vm *m3_vm_get_next(s32 vmid);
void m3_vm_hold(struct m3_vm *vm);
/* May be called from any context. */
void m3_vm_put(struct m3_vm *vm);

static inline bool m3_vm_has_nr(const struct m3_vm *vm, s32 nr)
{
	return nr >= -(s32)READ_ONCE(vm->nr_tasks) && nr < (s32)READ_ONCE(vm->nr_procs);
}

static inline bool m3_vm_is_system_nr(const struct m3_vm *vm, s32 nr)
{
	return nr < (s32)READ_ONCE(vm->nr_servers);
}

/* m3_vm.lock or m3_drvs.mutex held. */
static inline bool m3_vm_has_node(const struct m3_vm *vm, s32 nodeid)
{
	return vm->nodes[nodeid / 64] & BIT_ULL(nodeid % 64);
}

struct m3_owner m3_vm_owner(struct m3_vm *vm);

/* ioctls */
int m3_vm_init(struct m3ipc_vm_params *params);
int m3_vm_set(const struct m3ipc_vm_params *params);
int m3_vm_end(const struct m3ipc_vm_ref *ref);

/* Ends @vm, which is out of the table. The caller holds m3_drvs.mutex and gives its reference. */
void m3_vm_shut_down(struct m3_vm *vm);

int m3_vm_setup(void);
void m3_vm_teardown(void);

#endif /* _M3_VM_H */
