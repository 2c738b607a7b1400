/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Included before the module's deadlock.c, instead of its proc.h and vm.h: of a process and a VM
 * nothing but what the detection of deadlocks looks at.
 */
#ifndef MODULE_H
#define MODULE_H

#define _M3_PROC_H
#define _M3_VM_H

/* Of the locks, see the shim of linux/spinlock.h: here others act then. */
void lock_released(void);
#define lock_released lock_released

#include "rendezvous.h"

struct m3_vm {
	u32 bound;
	raw_spinlock_t deadlock_lock;
};

struct m3_proc {
	struct m3_party party;
	struct m3_vm *vm;
};

#define smp_mb() ((void)0)
#define rcu_read_lock() ((void)0)
#define rcu_read_unlock() ((void)0)
#define wake_up_process(task) ((void)(task))
#define swap(a, b)                         \
	do {                               \
		__typeof__(a) was_a = (a); \
                                           \
		(a) = (b);                 \
		(b) = was_a;               \
	} while (0)

#endif
