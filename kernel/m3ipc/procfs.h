/* SPDX-License-Identifier: GPL-2.0-only */
/* /proc/drvs: what is there, as text for people. */
#ifndef _M3_PROCFS_H
#define _M3_PROCFS_H

#include "internal.h"

struct m3_vm;

int m3_procfs_setup(void);
void m3_procfs_teardown(void);

/* All with m3_drvs.mutex held. */
int m3_procfs_add_vm(struct m3_vm *vm);
void m3_procfs_remove_vm(struct m3_vm *vm);
/* Gives the directory of @vm the name that it is about to have. */
int m3_procfs_rename_vm(struct m3_vm *vm, const char *name);

#endif /* _M3_PROCFS_H */
