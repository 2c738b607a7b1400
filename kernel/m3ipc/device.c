// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/m3ipc. The only file that knows ioctl numbers: it copies the structs in and out and
 * calls the noun that does the work.
 */

#include <linux/compat.h>
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/uaccess.h>

#include "binding.h"
#include "device.h"
#include "drvs.h"
#include "endpoint_fd.h"
#include "events.h"
#include "grant.h"
#include "info.h"
#include "message.h"
#include "notifier.h"
#include "priv.h"
#include "slot.h"
#include "vcopy.h"
#include "vm.h"
#include "wait.h"

#define FEATURES                                                                                   \
	(M3IPC_FEATURE_MESSAGES | M3IPC_FEATURE_REQUESTS | M3IPC_FEATURE_RELAY |                \
	 M3IPC_FEATURE_VCOPY | M3IPC_FEATURE_VCOPY3 | M3IPC_FEATURE_DEADLOCK |                     \
	 M3IPC_FEATURE_WAKEUP | M3IPC_FEATURE_PRIV | M3IPC_FEATURE_SRC_NOTIFY |                    \
	 M3IPC_FEATURE_EVENTS | M3IPC_FEATURE_ENDPOINT_FD | M3IPC_FEATURE_REPLYREC |           \
	 M3IPC_FEATURE_WARN | M3IPC_FEATURE_GRANTS)

static int get_version(struct m3ipc_version *version)
{
	*version = (struct m3ipc_version){ .abi = M3IPC_ABI_VERSION, .features = FEATURES };
	strscpy(version->release, M3IPC_RELEASE, sizeof(version->release));
	return 0;
}

/* In calls that return an endpoint, small negative numbers are endpoints of tasks. */
static int as_endpoint_error(int rc)
{
	switch (rc) {
	case -EPERM:
		return -M3IPC_EPRIVILEGES;
	case -ENOMEM:
		return -M3IPC_EALLOCMEM;
	default:
		return rc;
	}
}

static long bind_ioctl(struct m3ipc_bind __user *uargs)
{
	struct m3ipc_bind args;

	if (copy_from_user(&args, uargs, sizeof(args)))
		return -EFAULT;
	/* Before anybody sees a binding that cannot stand. */
	if (put_user(args.endpoint, &uargs->endpoint))
		return -EFAULT;
	return as_endpoint_error(m3_bind(&args, &uargs->endpoint));
}

/* What cannot be told has not happened. */
static long drvs_init_ioctl(struct m3ipc_drvs_params __user *uparams)
{
	struct m3ipc_drvs_params params;
	int rc;

	if (copy_from_user(&params, uparams, sizeof(params)))
		return -EFAULT;
	rc = m3_drvs_init(&params);
	if (!rc && copy_to_user(uparams, &params, sizeof(params))) {
		m3_drvs_end();
		rc = -EFAULT;
	}
	return rc;
}

static long vm_init_ioctl(struct m3ipc_vm_params __user *uparams)
{
	struct m3ipc_vm_params params;
	struct m3ipc_vm_ref ref = {};
	int rc;

	if (copy_from_user(&params, uparams, sizeof(params)))
		return -EFAULT;
	rc = m3_vm_init(&params);
	if (!rc && copy_to_user(uparams, &params, sizeof(params))) {
		ref.vmid = params.vmid;
		m3_vm_end(&ref);
		rc = -EFAULT;
	}
	return rc;
}

static int getep(struct m3ipc_getep *args)
{
	return as_endpoint_error(m3_getep(args));
}

static long grant_set_ioctl(struct m3ipc_grant __user *ugrant)
{
	struct m3ipc_grant grant;
	int rc;

	if (copy_from_user(&grant, ugrant, sizeof(grant)))
		return -EFAULT;
	rc = m3_grant_set(&grant);
	if (!rc && copy_to_user(ugrant, &grant, sizeof(grant))) {
		m3_grant_clear(&grant);
		rc = -EFAULT;
	}
	return rc;
}

/* The struct in user space is copied in, and out if the call succeeds. */
#define CALL_INOUT(type, fn)                                                                       \
	({                                                                                         \
		struct type args;                                                                  \
		int rc = -EFAULT;                                                                  \
												   \
		if (!copy_from_user(&args, uargs, sizeof(args))) {                                 \
			rc = fn(&args);                                                            \
			if (rc >= 0 && copy_to_user(uargs, &args, sizeof(args)))                   \
				rc = -EFAULT;                                                      \
		}                                                                                  \
		rc;                                                                                \
	})

/* The struct is copied in only. */
#define CALL_IN(type, fn)                                                                          \
	({                                                                                         \
		struct type args;                                                                  \
												   \
		copy_from_user(&args, uargs, sizeof(args)) ? -EFAULT : fn(&args);                  \
	})

/* The struct is copied out only. */
#define CALL_OUT(type, fn)                                                                         \
	({                                                                                         \
		struct type args;                                                                  \
		int rc = fn(&args);                                                                \
												   \
		!rc && copy_to_user(uargs, &args, sizeof(args)) ? -EFAULT : rc;                    \
	})

static long message_ioctl(unsigned int cmd, void __user *uargs)
{
	switch (cmd) {
	case M3IPC_IOC_SEND:
		return CALL_IN(m3ipc_msg, m3_message_send);
	case M3IPC_IOC_RECEIVE:
		return CALL_IN(m3ipc_msg, m3_message_receive);
	case M3IPC_IOC_SENDREC:
		return CALL_IN(m3ipc_msg, m3_message_sendrec);
	case M3IPC_IOC_NOTIFY:
		return CALL_IN(m3ipc_notify, m3_notifier_notify);
	case M3IPC_IOC_RCVRQST:
		return CALL_IN(m3ipc_msg, m3_message_rcvrqst);
	case M3IPC_IOC_REPLY:
		return CALL_IN(m3ipc_msg, m3_message_reply);
	case M3IPC_IOC_REPLYREC:
		return CALL_IN(m3ipc_msg, m3_message_replyrec);
	case M3IPC_IOC_RELAY:
		return CALL_IN(m3ipc_msg, m3_message_relay);
	case M3IPC_IOC_GRANT_SET:
		return grant_set_ioctl(uargs);
	case M3IPC_IOC_GRANT_CLEAR:
		return CALL_IN(m3ipc_grant, m3_grant_clear);
	case M3IPC_IOC_GRANT_GET:
		return CALL_INOUT(m3ipc_grant_info, m3_grant_get);
	default:
		return -ENOIOCTLCMD;
	}
}

/* The number of bytes moved is told on errors, too. */
static long vcopy_ioctl(struct m3ipc_vcopy __user *uargs)
{
	struct m3ipc_vcopy args;
	int rc;

	if (copy_from_user(&args, uargs, sizeof(args)))
		return -EFAULT;
	rc = m3_vcopy(&args);
	return put_user(args.copied, &uargs->copied) ? -EFAULT : rc;
}

static long system_ioctl(unsigned int cmd, void __user *uargs)
{
	switch (cmd) {
	case M3IPC_IOC_GET_VERSION:
		return CALL_OUT(m3ipc_version, get_version);
	case M3IPC_IOC_DRVS_INIT:
		return drvs_init_ioctl(uargs);
	case M3IPC_IOC_DRVS_END:
		return m3_drvs_end();
	case M3IPC_IOC_GET_DRVS:
		return CALL_OUT(m3ipc_drvs_info, m3_drvs_get_info);
	case M3IPC_IOC_GET_NODE:
		return CALL_INOUT(m3ipc_node_info, m3_drvs_get_node);
	case M3IPC_IOC_VM_INIT:
		return vm_init_ioctl(uargs);
	case M3IPC_IOC_VM_SET:
		return CALL_IN(m3ipc_vm_params, m3_vm_set);
	case M3IPC_IOC_VM_END:
		return CALL_IN(m3ipc_vm_ref, m3_vm_end);
	case M3IPC_IOC_GET_VM:
		return CALL_INOUT(m3ipc_vm_info, m3_info_get_vm);
	case M3IPC_IOC_SLOT_SET:
		return CALL_IN(m3ipc_slot, m3_slot_set);
	case M3IPC_IOC_SLOT_CLEAR:
		return CALL_IN(m3ipc_slot, m3_slot_clear);
	case M3IPC_IOC_GET_SLOT:
		return CALL_INOUT(m3ipc_slot, m3_slot_get_info);
	default:
		return -ENOIOCTLCMD;
	}
}

static long process_ioctl(unsigned int cmd, void __user *uargs)
{
	switch (cmd) {
	case M3IPC_IOC_BIND:
		return bind_ioctl(uargs);
	case M3IPC_IOC_UNBIND:
		return CALL_IN(m3ipc_unbind, m3_unbind);
	case M3IPC_IOC_GETEP:
		return CALL_INOUT(m3ipc_getep, getep);
	case M3IPC_IOC_WAIT:
		return CALL_INOUT(m3ipc_wait, m3_wait);
	case M3IPC_IOC_GET_PROC:
		return CALL_INOUT(m3ipc_proc_info, m3_info_get_proc);
	case M3IPC_IOC_GET_PRIV:
		return CALL_INOUT(m3ipc_priv_args, m3_priv_get);
	case M3IPC_IOC_SET_PRIV:
		return CALL_IN(m3ipc_priv_args, m3_priv_set);
	case M3IPC_IOC_WAKEUP:
		return CALL_IN(m3ipc_wakeup, m3_notifier_wakeup);
	case M3IPC_IOC_EVENTS:
		return CALL_IN(m3ipc_events, m3_events_open);
	case M3IPC_IOC_ENDPOINT_FD:
		return CALL_IN(m3ipc_endpoint_fd, m3_endpoint_fd_open);
	default:
		return -ENOIOCTLCMD;
	}
}

static long device_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	void __user *uargs = (void __user *)arg;
	long rc = message_ioctl(cmd, uargs);

	if (rc == -ENOIOCTLCMD && cmd == M3IPC_IOC_VCOPY)
		rc = vcopy_ioctl(uargs);
	if (rc == -ENOIOCTLCMD)
		rc = process_ioctl(cmd, uargs);
	if (rc == -ENOIOCTLCMD)
		rc = system_ioctl(cmd, uargs);
	return rc;
}

static const struct file_operations device_fops = {
	.owner = THIS_MODULE,
	.open = nonseekable_open,
	.unlocked_ioctl = device_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
};

static struct miscdevice device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = M3IPC_DEVICE,
	.fops = &device_fops,
	.mode = 0666, /* every call has its own check */
};

int m3_device_setup(void)
{
	return misc_register(&device);
}

void m3_device_teardown(void)
{
	misc_deregister(&device);
}
