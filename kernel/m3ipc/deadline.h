/* SPDX-License-Identifier: GPL-2.0-only */
/* The end of a timed call. */
#ifndef _M3_DEADLINE_H
#define _M3_DEADLINE_H

#include <linux/freezer.h>
#include <linux/hrtimer.h>
#include <linux/ktime.h>
#include <linux/sched/signal.h>

#include "uapi/m3ipc.h"

#define M3_SLACK_NS (50 * NSEC_PER_USEC) /* that of the kernel's own timed calls */

struct m3_deadline {
	ktime_t at; /* CLOCK_MONOTONIC */
	bool never;
};

static inline bool m3_timeout_valid(s32 timeout_ms)
{
	return timeout_ms >= -1;
}

static inline struct m3_deadline m3_deadline_in(s32 timeout_ms)
{
	struct m3_deadline deadline = { .never = timeout_ms < 0 };

	if (!deadline.never)
		deadline.at = ktime_add_ms(ktime_get(), timeout_ms);
	return deadline;
}

static inline bool m3_deadline_passed(const struct m3_deadline *deadline)
{
	return !deadline->never && ktime_compare(ktime_get(), deadline->at) >= 0;
}

/* Sleeps in the task state that is set. True: the deadline has passed. */
static inline bool m3_deadline_sleep(struct m3_deadline *deadline)
{
	return !schedule_hrtimeout_range(deadline->never ? NULL : &deadline->at, M3_SLACK_NS,
					 HRTIMER_MODE_ABS);
}

/*
 * Sleeps until @condition, which must read with acquire what its waker releases: 0, -EINTR or
 * -ETIMEDOUT. The state is set before the condition is read, so no wake-up is lost.
 */
#define m3_sleep_until(condition, timeout_ms)						\
({											\
	struct m3_deadline __deadline = m3_deadline_in(timeout_ms);			\
	int __rc = 0;									\
											\
	for (;;) {									\
		set_current_state(TASK_INTERRUPTIBLE | TASK_FREEZABLE);			\
		if (condition)								\
			break;								\
		if (signal_pending(current)) {						\
			__rc = -EINTR;							\
			break;								\
		}									\
		if (m3_deadline_sleep(&__deadline)) {					\
			__rc = -ETIMEDOUT;						\
			break;								\
		}									\
	}										\
	__set_current_state(TASK_RUNNING);						\
	__rc;										\
})

#endif /* _M3_DEADLINE_H */
