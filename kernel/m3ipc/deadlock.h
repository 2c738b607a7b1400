/* SPDX-License-Identifier: GPL-2.0-only */
/* Cycles of processes that wait for each other by name. */
#ifndef _M3_DEADLOCK_H
#define _M3_DEADLOCK_H

#include "internal.h"

struct m3_proc;

/*
 * @proc, held by the caller, has just been blocked on one who is blocked, too. If that closed a
 * cycle, and nobody else of the cycle gave up first, its wait is withdrawn: true.
 */
bool m3_deadlock_closed_by(struct m3_proc *proc);

/*
 * Likewise after @me has relayed the request of @client to @dst, who is blocked, which began the
 * @wait (wait_seq) of @client: true if that was taken back. In an RCU read section.
 */
bool m3_deadlock_closed_by_relay(struct m3_proc *me, struct m3_proc *client, struct m3_proc *dst,
				 u64 wait);

#endif /* _M3_DEADLOCK_H */
