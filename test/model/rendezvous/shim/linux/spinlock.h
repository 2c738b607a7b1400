/* SPDX-License-Identifier: Apache-2.0 */
/* Locks that only know whether they are held, for the state machine's own assertions. */
#ifndef SHIM_SPINLOCK_H
#define SHIM_SPINLOCK_H

#include <linux/kernel.h>
#include <stdlib.h>

typedef struct {
	bool held;
} raw_spinlock_t;

static inline void raw_spin_lock_init(raw_spinlock_t *lock)
{
	lock->held = false;
}

static inline void raw_spin_lock(raw_spinlock_t *lock)
{
	if (lock->held)
		abort();
	lock->held = true;
}

static inline void raw_spin_unlock(raw_spinlock_t *lock)
{
	if (!lock->held)
		abort();
	lock->held = false;
}

static inline void lockdep_assert_held(const raw_spinlock_t *lock)
{
	if (!lock->held)
		abort();
}

#endif
