/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Locking overview
 * ================
 *
 * Nothing on the message path is shared by all: a call finds its own binding and its
 * peer under RCU and then takes the two process locks only.
 *
 *  1. m3_drvs.mutex        sleeps. The life of the DRVS and of its VMs, changes of their
 *                          parameters and of slot reservations.
 *  2. m3_vm.lock           raw. What the slots of one VM hold (slot->proc, lives,
 *                          reservation, waiters), vm->ended, owner and mode.
 *  3. bindings lock        raw, binding.c. Writers of the thread -> process table and
 *                          threads that wait for their own bind.
 *  4. event reader lock    raw, events.c. One reader's ring.
 *
 *  5. m3_vm.deadlock_lock  raw. Held while a suspected deadlock is verified and broken.
 *  6. m3_party.lock        raw, in every process. Its message state, its queue of senders
 *                          and the links of the processes that wait for it. To hold two,
 *                          take that of the lower process number first.
 *
 * Order: 1, 2, 3, 4 and, apart from them, 5, 6: a holder of 5 or 6 takes none of 1..3 and
 * a holder of 2..4 takes no 5 or 6.
 *
 * All but the mutex are raw spinlocks, because the probe of sched_process_exit takes them
 * with preemption off, on PREEMPT_RT too. None is taken from an interrupt.
 *
 * Lifetimes
 * ---------
 *  m3_proc  one binding of a thread to a slot. Found under RCU; whoever sleeps holds a
 *           reference. m3_proc.party.dead is set, under its lock, before it leaves the
 *           tables; from then on nobody queues on it and it queues on nobody.
 *  m3_slot  as long as its VM. m3_vm is counted; bindings hold it.
 *  task     a binding counts its task_struct, and always ends in that task's exit.
 *  waiter   the task that sleeps in a party's call is read under the party's lock and woken
 *           within the same RCU read section: task_structs are freed after a grace period.
 */
#ifndef _M3_INTERNAL_H
#define _M3_INTERNAL_H

#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/rcupdate.h>
#include <linux/spinlock.h>
#include <linux/sched.h>
#include <linux/types.h>

#include "uapi/m3ipc.h"

#endif /* _M3_INTERNAL_H */
