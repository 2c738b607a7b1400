// SPDX-License-Identifier: GPL-2.0-only
/* M3-IPC: MINIX 3's message passing for the processes of a DRVS's VMs. */

#include <linux/init.h>
#include <linux/module.h>

#include "device.h"
#include "exit.h"
#include "proc.h"
#include "procfs.h"
#include "vm.h"

static int __init m3ipc_init(void)
{
	int rc = m3_proc_setup();

	if (rc)
		return rc;
	rc = m3_vm_setup();
	if (rc)
		goto err_proc;
	rc = m3_procfs_setup();
	if (rc)
		goto err_vm;
	rc = m3_exit_setup();
	if (rc)
		goto err_procfs;
	rc = m3_device_setup();
	if (rc)
		goto err_exit;
	return 0;

err_exit:
	m3_exit_teardown();
err_procfs:
	m3_procfs_teardown();
err_vm:
	m3_vm_teardown();
err_proc:
	m3_proc_teardown();
	return rc;
}

/* Only without a DRVS: drvs_init holds the module. */
static void __exit m3ipc_exit(void)
{
	m3_device_teardown();
	m3_exit_teardown();
	m3_procfs_teardown();
	m3_vm_teardown();
	m3_proc_teardown();
}

module_init(m3ipc_init);
module_exit(m3ipc_exit);

MODULE_DESCRIPTION("M3-IPC message passing");
MODULE_LICENSE("GPL");
MODULE_VERSION(M3IPC_RELEASE);
