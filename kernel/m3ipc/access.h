/* SPDX-License-Identifier: GPL-2.0-only */
/* Who may do what, outside the message path: a VM's mode, kill's rule, the administrator. */
#ifndef _M3_ACCESS_H
#define _M3_ACCESS_H

#include <linux/cred.h>

#include "vm.h"

/* CAP_SYS_ADMIN in the initial user namespace. */
bool m3_access_admin(void);
/* Whether @owner is of @ns: its accounts are mapped there. */
bool m3_access_maps(struct user_namespace *ns, const struct m3_owner *owner);
/* Whether the caller is root of a user namespace that has @owner: of the initial one over all. */
bool m3_access_root_of(const struct m3_owner *owner);
/* Whether the caller has @want (M3IPC_MODE_*) on @vm. */
bool m3_access_vm(struct m3_vm *vm, unsigned int want);
/* The same for @cred, from a copy of the owner. */
bool m3_access_cred(const struct cred *cred, const struct m3_owner *owner, unsigned int want);
/* The account that the caller's VMs count against. */
kuid_t m3_access_charged(void);
/* Whether the caller might send @task a signal. */
bool m3_access_kill(struct task_struct *task);

#endif /* _M3_ACCESS_H */
