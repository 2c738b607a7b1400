/* SPDX-License-Identifier: GPL-2.0-only */
/* A slot: one process number of a VM, with what survives its occupants. */
#ifndef _M3_SLOT_H
#define _M3_SLOT_H

#include <linux/uidgid.h>

#include "priv.h"

struct m3_proc;
struct m3_vm;

/* Whom a slot is kept for, and what its occupant may do. */
struct m3_reservation {
	u32 set; /* M3IPC_SLOT_* */
	s32 nodeid;
	kuid_t uid;
	struct m3_given given;
};

/* Members protected by m3_vm.lock; @proc is read under RCU. Lives as long as its VM. */
struct m3_slot {
	struct m3_proc __rcu *proc;
	s32 nr; /* invariant */
	u32 lives; /* bindings so far */
	struct m3_reservation *reservation; /* NULL: none */
	struct list_head waiters; /* of m3_waiter */
};

/* The slot of @nr if it was ever used. Caller in an RCU read section, or holding the VM. */
struct m3_slot *m3_slot_find(const struct m3_vm *vm, s32 nr);
/* The slot of @nr, made if need be. ERR_PTR(-ENOMEM). @nr is in range. */
struct m3_slot *m3_slot_get(struct m3_vm *vm, s32 nr);
/* The first slot ever used with a number >= *nr; its number in *nr. */
struct m3_slot *m3_slot_next(struct m3_vm *vm, s32 *nr);
/* Frees all slots of a VM that nobody can reach any more. */
void m3_slot_free_all(struct m3_vm *vm);

/* ioctls */
int m3_slot_set(const struct m3ipc_slot *args);
int m3_slot_clear(const struct m3ipc_slot *args);
int m3_slot_get_info(struct m3ipc_slot *args);

#endif /* _M3_SLOT_H */
