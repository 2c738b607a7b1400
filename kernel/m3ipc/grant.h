/* SPDX-License-Identifier: GPL-2.0-only */
/* Grants: what of its memory a process lets others copy. */
#ifndef _M3_GRANT_H
#define _M3_GRANT_H

#include "internal.h"

struct m3_proc;

/* What a copy by @by needs. */
struct m3_grant_use {
	const struct m3_proc *by;
	s32 id; /* of the grant, -1: any */
	u64 addr; /* of a grant that is named: from its begin */
	u64 bytes;
	u32 access; /* one of M3IPC_GRANT_* */
};

/*
 * Whether @proc (party.lock held) has granted @use: then use->id and use->addr become those of the
 * grant and of the memory.
 */
bool m3_grant_covers(const struct m3_proc *proc, struct m3_grant_use *use);
/* Whether the grant @id of @proc (party.lock held) was not taken back. */
bool m3_grant_holds(const struct m3_proc *proc, s32 id);
/* Nobody can reach @proc any more. */
void m3_grant_free_all(struct m3_proc *proc);

/* ioctls */
int m3_grant_set(struct m3ipc_grant *args);
int m3_grant_clear(const struct m3ipc_grant *args);
int m3_grant_get(struct m3ipc_grant_info *args);

#endif /* _M3_GRANT_H */
