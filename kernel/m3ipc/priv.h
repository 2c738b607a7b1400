/* SPDX-License-Identifier: GPL-2.0-only */
/* What a process may do: levels, maps of calls and of peers. */
#ifndef _M3_PRIV_H
#define _M3_PRIV_H

#include "internal.h"

struct m3_proc;
struct m3_vm;

/* 0, -EINVAL (mask, padding) or -EBADVALUE. */
int m3_priv_check(const struct m3ipc_priv *priv);
/*
 * Whether the caller may hand out @level in @vm (NULL: a new one): SYSTEM, before which nobody's
 * memory in the VM is private, takes the administrator, or a process of that VM and level.
 */
bool m3_priv_may_give(const struct m3_vm *vm, u32 level);
/* Rights as somebody gave them, when the VM had so many tasks: priv.peers begins with -tasks. */
struct m3_given {
	struct m3ipc_priv priv;
	u32 tasks;
};

/* Gives a new @proc the rights @given (NULL: none said), over those of the VM's @vm_level. */
void m3_priv_init(struct m3_proc *proc, const struct m3_given *given, u32 vm_level);
/* The same for one that others know. */
void m3_priv_apply(struct m3_proc *proc, const struct m3_given *given, u32 vm_level);
/* @given as it is said in a VM of @tasks, at least as many: what the map lacks is as its rest. */
void m3_priv_tell(const struct m3_given *given, u32 tasks, struct m3ipc_priv *priv);

/* ioctls */
int m3_priv_get(struct m3ipc_priv_args *args);
int m3_priv_set(const struct m3ipc_priv_args *args);

#endif /* _M3_PRIV_H */
