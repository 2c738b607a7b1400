/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Differences between kernel versions, and nothing else. M3_HAVE_* come from the compile
 * probes in probes/ (compat/run-probes.sh): distributions backport, so versions say little.
 */
#ifndef _M3_COMPAT_H
#define _M3_COMPAT_H

#include <linux/mm.h>
#include <linux/sched.h>

#include "generated/m3ipc-probes.h"

/* For automatic variables of the message path: kernels are built to zero them first. */
#if __has_attribute(uninitialized)
#define M3_COMPAT_UNINITIALIZED __attribute__((uninitialized))
#else
#define M3_COMPAT_UNINITIALIZED
#endif

#ifdef M3_HAVE_EXIT_GROUP_DEAD /* 6.16 */
#define M3_COMPAT_EXIT_PROBE_ARGS void *data, struct task_struct *task, bool group_dead
#else
#define M3_COMPAT_EXIT_PROBE_ARGS void *data, struct task_struct *task
#endif

/* Pins pages of another's memory; mmap_lock held for reading. */
static inline long m3_compat_pin_remote(struct mm_struct *mm, unsigned long start,
					unsigned long count, unsigned int flags,
					struct page **pages, int *locked)
{
#ifdef M3_HAVE_PIN_REMOTE_VMAS /* until 6.4 */
	return pin_user_pages_remote(mm, start, count, flags, pages, NULL, locked);
#else
	return pin_user_pages_remote(mm, start, count, flags, pages, locked);
#endif
}

#endif /* _M3_COMPAT_H */
