/* SPDX-License-Identifier: GPL-2.0-only */
/* Waiting for a page of another process. */
#ifndef _M3_FAULT_H
#define _M3_FAULT_H

#include <linux/mm_types.h>

#include "deadline.h"

/*
 * Faults the page at @addr of @mm in, for writing or reading, and returns when that is done, a
 * signal came or @deadline passed, whoever minds the page: the caller looks again. -EINTR: killed.
 */
int m3_fault_in(struct mm_struct *mm, unsigned long addr, bool write,
		const struct m3_deadline *deadline);

#endif /* _M3_FAULT_H */
