// SPDX-License-Identifier: Apache-2.0
/* Grants, and copies by them. */
#include "device.h"
#include "m3ipc.h"
#include "uapi/m3ipc.h"

_Static_assert(M3_GRANT_READ == M3IPC_GRANT_READ && M3_GRANT_WRITE == M3IPC_GRANT_WRITE &&
		       NR_GRANTS == M3IPC_MAX_GRANTS,
	       "grants");

int mnx_grant_set(int to, void *addr, unsigned long bytes, unsigned int access)
{
	struct m3ipc_grant grant = {
		.to = to,
		.addr = (uintptr_t)addr,
		.bytes = bytes,
		.access = access,
	};
	int result = m3_ioctl(M3IPC_IOC_GRANT_SET, &grant);

	return result < 0 ? result : grant.id;
}

int mnx_grant_clear(int id)
{
	struct m3ipc_grant grant = {.id = id};

	return m3_ioctl(M3IPC_IOC_GRANT_CLEAR, &grant);
}

int mnx_grant_next(int vmid, int endpoint, int id, grant_usr_t *grant)
{
	struct m3ipc_grant_info info = {
		.vmid = vmid,
		.endpoint = endpoint,
		.flags = M3IPC_GET_NEXT,
		.grant.id = id,
	};
	int result = m3_ioctl(M3IPC_IOC_GRANT_GET, &info);

	if (result < 0)
		return result;
	*grant = (grant_usr_t){
		.gr_id = info.grant.id,
		.gr_to = info.grant.to,
		.gr_access = info.grant.access,
		.gr_addr = info.grant.addr,
		.gr_bytes = info.grant.bytes,
	};
	return OK;
}

/* A copy by grant "id", whose place in "call" it is. */
static int copy(int id, struct m3ipc_vcopy call)
{
	/* -1 would be a copy without one. */
	if (id < 0)
		return EMOLBADVALUE;
	call.timeout_ms = M3IPC_FOREVER;
	return m3_ioctl(M3IPC_IOC_VCOPY, &call);
}

int mnx_safecopyfrom(int src, int grant, unsigned long offset, void *addr, int bytes)
{
	return copy(grant, (struct m3ipc_vcopy){
				   .src = src,
				   .src_grant = grant,
				   .src_addr = offset,
				   .dst = SELF,
				   .dst_grant = -1,
				   .dst_addr = (uintptr_t)addr,
				   .bytes = bytes,
			   });
}

int mnx_safecopyto(int dst, int grant, unsigned long offset, void *addr, int bytes)
{
	return copy(grant, (struct m3ipc_vcopy){
				   .src = SELF,
				   .src_grant = -1,
				   .src_addr = (uintptr_t)addr,
				   .dst = dst,
				   .dst_grant = grant,
				   .dst_addr = offset,
				   .bytes = bytes,
			   });
}
