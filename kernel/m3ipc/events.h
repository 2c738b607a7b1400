/* SPDX-License-Identifier: GPL-2.0-only */
/* Event descriptors: what happened to DRVS, VMs, slots and bindings. */
#ifndef _M3_EVENTS_H
#define _M3_EVENTS_H

#include "internal.h"

struct m3_ending;
struct m3_proc;
struct m3_vm;

/* Any context that may take raw locks. m3_drvs.mutex held: */
void m3_events_emit_drvs(u32 type);
/* vm->lock held: events come in the order of what they tell. */
void m3_events_emit_vm(u32 type, struct m3_vm *vm);
void m3_events_emit_slot(u32 type, struct m3_vm *vm, s32 nr);
void m3_events_emit_bind(struct m3_proc *proc);
void m3_events_emit_unbind(struct m3_proc *proc, const struct m3_ending *ending);

/* ioctl: the new descriptor, or an error */
int m3_events_open(const struct m3ipc_events *args);

#endif /* _M3_EVENTS_H */
