/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Locks that only know whether they are held, for the module's own assertions. Between whose
 * release and the next taking others may act is the business of lock_released().
 */
#ifndef SHIM_SPINLOCK_H
#define SHIM_SPINLOCK_H

#include <linux/kernel.h>
#include <stdlib.h>

typedef struct {
	bool held;
} raw_spinlock_t;

/* A lock was released: whoever waited for it is next. */
#ifndef lock_released
#define lock_released() ((void)0)
#endif

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

static inline bool raw_spin_trylock(raw_spinlock_t *lock)
{
	raw_spin_lock(lock);
	return true;
}

static inline void raw_spin_unlock(raw_spinlock_t *lock)
{
	if (!lock->held)
		abort();
	lock->held = false;
	lock_released();
}

static inline void lockdep_assert_held(const raw_spinlock_t *lock)
{
	if (!lock->held)
		abort();
}

#define raw_spin_lock_nested(lock, class) raw_spin_lock(lock)

#endif
