// SPDX-License-Identifier: Apache-2.0
/* In the words of the first generation: DRVS and VM. Usage: first <vmid> */
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <m3ipc.h>

VM_usr_t vmu, *vm_ptr;
drvs_usr_t drvs, *drvs_ptr;
int local_nodeid;
proc_usr_t pm;

static void error_exit(int rcode)
{
	printf("ERROR %d\n", rcode);
	exit(EXIT_FAILURE);
}

void get_drvs_params(void)
{
	local_nodeid = mnx_getdrvsinfo(&drvs);
	printf("local_nodeid=%d\n", local_nodeid);
	if (local_nodeid < 0)
		error_exit(local_nodeid);
	drvs_ptr = &drvs;
	printf(DRVS_USR_FORMAT, DRVS_USR_FIELDS(drvs_ptr));
}

void get_vm_params(int vmid)
{
	int rcode;

	if (vmid < 0 || vmid >= drvs.d_nr_vms || vmid >= NR_VMS)
		error_exit(EMOLBADVMID);
	rcode = mnx_getvminfo(vmid, &vmu);
	if (rcode)
		error_exit(rcode);
	vm_ptr = &vmu;
	printf(VM_USR_FORMAT, VM_USR_FIELDS(vm_ptr));
}

int main(int argc, char *argv[])
{
	int child_lpid, child_ep, pm_ep, status;
	message m;

	if (argc != 2) {
		printf("Usage: %s <vmid>\n", argv[0]);
		exit(1);
	}
	alarm(60);
	get_drvs_params();
	get_vm_params(atoi(argv[1]));
	if (mnx_getvminfo(1 << 20, &vmu) != EMOLBADVMID)
		exit(EXIT_FAILURE);
	if (mnx_getvminfo(vm_ptr->vm_vmid + 1, &vmu) != EMOLVMNOTRUN)
		exit(EXIT_FAILURE);

	pm_ep = mnx_bind(atoi(argv[1]), PM_PROC_NR);
	if (pm_ep < 0)
		error_exit(pm_ep);
	if ((child_lpid = fork()) == 0) {
		child_ep = mnx_wait4bind();
		if (child_ep < 0)
			exit(EXIT_FAILURE);
		m.m_type = child_ep;
		exit(mnx_send(PM_PROC_NR, (long)&m) == OK ? EXIT_SUCCESS : EXIT_FAILURE);
	}
	child_ep = mnx_lclbind(atoi(argv[1]), child_lpid, FIRST_USER_NR);
	if (child_ep < 0)
		error_exit(child_ep);
	if (mnx_receive(child_ep, (long)&m) != OK || m.m_type != child_ep)
		exit(EXIT_FAILURE);
	if (mnx_getprocinfo(atoi(argv[1]), PM_PROC_NR, &pm) != OK || pm.p_nodeid != local_nodeid ||
	    pm.p_vmid != atoi(argv[1]))
		exit(EXIT_FAILURE);
	mnx_vm_dump();
	wait(&status);
	exit(status != 0);
}
