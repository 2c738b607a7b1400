/* SPDX-License-Identifier: GPL-2.0-only */
/* Waiting for a bind or an unbind, without polling. */
#ifndef _M3_WAIT_H
#define _M3_WAIT_H

#include "internal.h"

struct m3_proc;
struct m3_slot;
struct m3_vm;

/* A sleeping caller, on its own stack. Protected by the lock of the list it is in. */
struct m3_waiter {
	struct list_head link;
	struct list_head own; /* in me->own_waits */
	struct m3_proc *me; /* its process, if it waits in its own VM, or NULL */
	struct task_struct *task;
	unsigned long since; /* jiffies */
	bool for_bind; /* else for unbind */
	s32 endpoint; /* wanted; [out] that was bound */
	s32 vmid; /* [out] */
	bool done; /* release; the waiter may go once it is set */
	int result;
};

/* A process of @slot came (@bound) or went: tells those who wait for it. m3_vm.lock held. */
void m3_wait_slot_changed(struct m3_vm *vm, struct m3_slot *slot, struct m3_proc *proc,
			  bool bound);
/* The VM ended: tells all but its own processes, whose bindings end next. m3_vm.lock held. */
void m3_wait_vm_ended(struct m3_vm *vm);
/* Slots became system slots: tells those who wait for a generation in one. m3_vm.lock held. */
void m3_wait_system_slots(struct m3_vm *vm);
/* @proc is not bound any more: ends the waits of its threads. m3_vm.lock held. */
void m3_wait_proc_ended(struct m3_proc *proc);
/* Sets the result and wakes. The lock of the waiter's list is held, in an RCU read section. */
void m3_wait_finish(struct m3_waiter *waiter, int result);

/* ioctl */
int m3_wait(struct m3ipc_wait *args);

#endif /* _M3_WAIT_H */
