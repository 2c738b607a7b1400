// SPDX-License-Identifier: Apache-2.0
/* Entering and leaving a VM, and waiting for others to do so. */
#include "device.h"
#include "error.h"
#include "m3ipc.h"
#include "uapi/m3ipc.h"

static int bind_thread(int vmid, int nr, unsigned int who, int pid)
{
	struct m3ipc_bind b = {.vmid = vmid, .nr = nr, .who = who, .pid = pid};
	int result = m3_ioctl(M3IPC_IOC_BIND, &b);

	return result < 0 ? m3_error_endpoint(result) : b.endpoint;
}

int mnx_bind(int vmid, int nr)
{
	return bind_thread(vmid, nr, M3IPC_BIND_SELF, 0);
}

int mnx_tbind(int vmid, int nr)
{
	return bind_thread(vmid, nr, M3IPC_BIND_SELF, 0);
}

int mnx_lclbind(int vmid, int pid, int nr)
{
	if (pid <= 0)
		return EMOLBADPID;
	return bind_thread(vmid, nr, M3IPC_BIND_PID, pid);
}

int mnx_unbind(int vmid, int endpoint)
{
	struct m3ipc_unbind u = {.vmid = vmid, .endpoint = endpoint};

	return m3_ioctl(M3IPC_IOC_UNBIND, &u);
}

int mnx_unbind_T(int vmid, int endpoint, long ms)
{
	/* Unbinding is done when the call returns, so no time is needed for it. */
	if (ms < TIMEOUT_FOREVER)
		return EMOLINVAL;
	return mnx_unbind(vmid, endpoint);
}

int mnx_getep(int pid)
{
	struct m3ipc_getep g = {.pid = pid};
	int result;

	if (pid < 0)
		return EMOLBADPID;
	result = m3_ioctl(M3IPC_IOC_GETEP, &g);
	return result < 0 ? m3_error_endpoint(result) : g.endpoint;
}

static int wait_for(unsigned int what, int vmid, int endpoint, int *bound, long ms)
{
	struct m3ipc_wait w = {
		.what = what,
		.vmid = vmid,
		.endpoint = endpoint,
		.timeout_ms = m3_timeout(ms),
	};
	int result = m3_ioctl(M3IPC_IOC_WAIT, &w);

	if (result < 0)
		return result;
	if (bound)
		*bound = w.endpoint;
	return OK;
}

int(mnx_wait4bind_T)(int *bound, long ms)
{
	return wait_for(M3IPC_WAIT_SELF, M3IPC_OWN_VM, 0, bound, ms);
}

int(mnx_wait4bindep_T)(int endpoint, int *bound, long ms)
{
	/* M3-IPC 4.1 spells wait4bind so. */
	if (endpoint == SELF)
		return wait_for(M3IPC_WAIT_SELF, M3IPC_OWN_VM, 0, bound, ms);
	return wait_for(M3IPC_WAIT_BIND, M3IPC_OWN_VM, endpoint, bound, ms);
}

int mnx_wait4unbind_T(int endpoint, long ms)
{
	return wait_for(M3IPC_WAIT_UNBIND, M3IPC_OWN_VM, endpoint, NULL, ms);
}

int mnx_wait4bind(void)
{
	int bound;
	int result = mnx_wait4bind_T(&bound, TIMEOUT_FOREVER);

	return result < 0 ? m3_error_endpoint(result) : bound;
}

int mnx_wait4bindep(int endpoint)
{
	int bound;
	int result = mnx_wait4bindep_T(endpoint, &bound, TIMEOUT_FOREVER);

	return result < 0 ? m3_error_endpoint(result) : bound;
}

int mnx_wait4unbind(int endpoint)
{
	return mnx_wait4unbind_T(endpoint, TIMEOUT_FOREVER);
}

int mnx_vm_wait4bind_T(int vmid, int endpoint, int *bound, long ms)
{
	return wait_for(M3IPC_WAIT_BIND, vmid, endpoint, bound, ms);
}

int mnx_vm_wait4unbind_T(int vmid, int endpoint, long ms)
{
	return wait_for(M3IPC_WAIT_UNBIND, vmid, endpoint, NULL, ms);
}
