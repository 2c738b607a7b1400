/* SPDX-License-Identifier: GPL-2.0-only */
/* What can be asked about VMs and processes. */
#ifndef _M3_INFO_H
#define _M3_INFO_H

#include "internal.h"

struct m3_slot;
struct m3_vm;

/* What slot @slot of @vm holds, at one moment, with pids as the current reader sees them. */
void m3_info_slot(struct m3_vm *vm, struct m3_slot *slot, struct pid_namespace *pid_ns,
		  struct m3ipc_proc_info *info);
/* What is known of @vm. */
void m3_info_vm(struct m3_vm *vm, struct m3ipc_vm_info *info);

/* ioctls */
int m3_info_get_vm(struct m3ipc_vm_info *info);
int m3_info_get_proc(struct m3ipc_proc_info *info);

#endif /* _M3_INFO_H */
