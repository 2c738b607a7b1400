// SPDX-License-Identifier: GPL-2.0-only
/* Who may do what, outside the message path. */

#include <linux/capability.h>
#include <linux/sched/task.h>
#include <linux/uidgid.h>
#include <linux/user_namespace.h>

#include "access.h"

bool m3_access_admin(void)
{
	return capable(CAP_SYS_ADMIN);
}

static bool cred_in_group(const struct cred *cred, kgid_t gid)
{
	const struct group_info *groups = cred->group_info;
	int i;

	if (gid_eq(cred->fsgid, gid))
		return true;
	for (i = 0; i < groups->ngroups; i++) {
		if (gid_eq(groups->gid[i], gid))
			return true;
	}
	return false;
}

bool m3_access_cred(const struct cred *cred, const struct m3_owner *owner, unsigned int want)
{
	unsigned int mode = owner->mode;

	if (uid_eq(cred->fsuid, owner->uid))
		mode >>= 6;
	else if (cred_in_group(cred, owner->gid))
		mode >>= 3;
	return (mode & want) == want;
}

bool m3_access_maps(struct user_namespace *ns, const struct m3_owner *owner)
{
	return kuid_has_mapping(ns, owner->uid) && kgid_has_mapping(ns, owner->gid);
}

bool m3_access_root_of(const struct m3_owner *owner)
{
	struct user_namespace *ns = current_user_ns();

	return m3_access_maps(ns, owner) && ns_capable(ns, CAP_SYS_ADMIN);
}

bool m3_access_vm(struct m3_vm *vm, unsigned int want)
{
	struct m3_owner owner = m3_vm_owner(vm);

	return m3_access_cred(current_cred(), &owner, want) || m3_access_root_of(&owner);
}

/*
 * The accounts of a container are no more than the user who made it; those of one that root made
 * are what root gave out.
 */
kuid_t m3_access_charged(void)
{
	struct user_namespace *ns = current_user_ns();

	if (ns == &init_user_ns)
		return current_euid();
	while (ns->parent != &init_user_ns)
		ns = ns->parent;
	return uid_eq(ns->owner, GLOBAL_ROOT_UID) ? current_euid() : ns->owner;
}

bool m3_access_kill(struct task_struct *task)
{
	const struct cred *cred = current_cred();
	const struct cred *tcred = get_task_cred(task);
	bool ok;

	ok = uid_eq(cred->euid, tcred->suid) || uid_eq(cred->euid, tcred->uid) ||
	     uid_eq(cred->uid, tcred->suid) || uid_eq(cred->uid, tcred->uid) ||
	     ns_capable(tcred->user_ns, CAP_KILL);
	put_cred(tcred);
	return ok;
}
