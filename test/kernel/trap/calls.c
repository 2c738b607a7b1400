// SPDX-License-Identifier: Apache-2.0
/*
 * The calls of libm3ipc by the two vectors, linked before the library: so its tests become
 * tests of the trap. What the vectors have no number for goes to the module itself.
 */
#include <errno.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/harness.h"
#include "trap/vectors.h"
#include "uapi/m3ipc.h"

/* ----------------------------------------------------------- messages ---- */

int(mnx_send)(int dst, message *m)
{
	return minix_trap(dst, m, MINIX_SEND);
}

int(mnx_receive)(int src, message *m)
{
	return minix_trap(src, m, MINIX_RECEIVE);
}

int(mnx_sendrec)(int dst, message *m)
{
	return minix_trap(dst, m, MINIX_SENDREC);
}

int mnx_notify(int dst)
{
	return minix_trap(dst, NULL, MINIX_NOTIFY);
}

int(mnx_send_T)(int dst, message *m, long ms)
{
	return m3ipc_trap(OLD_SEND, dst, (long)m, ms, 0, 0);
}

int(mnx_receive_T)(int src, message *m, long ms)
{
	return m3ipc_trap(OLD_RECEIVE, src, (long)m, ms, 0, 0);
}

int(mnx_sendrec_T)(int dst, message *m, long ms)
{
	return m3ipc_trap(OLD_SENDREC, dst, (long)m, ms, 0, 0);
}

int(mnx_rcvrqst_T)(message *m, long ms)
{
	return m3ipc_trap(OLD_RCVRQST, (long)m, ms, 0, 0, 0);
}

int(mnx_rcvrqst)(message *m)
{
	return mnx_rcvrqst_T(m, TIMEOUT_FOREVER);
}

int(mnx_reply_T)(int dst, message *m, long ms)
{
	return m3ipc_trap(OLD_REPLY, dst, (long)m, ms, 0, 0);
}

int(mnx_reply)(int dst, message *m)
{
	return mnx_reply_T(dst, m, TIMEOUT_FOREVER);
}

int(mnx_relay)(int dst, message *m)
{
	return m3ipc_trap(OLD_RELAY, dst, (long)m, 0, 0, 0);
}

int mnx_src_notify(int src_nr, int dst)
{
	return m3ipc_trap(OLD_NOTIFY, src_nr, dst, HARDWARE, 0, 0);
}

int mnx_ntfy_value(int src_nr, int dst, int value)
{
	return m3ipc_trap(OLD_NOTIFY, src_nr, dst, value, 0, 0);
}

int mnx_hdw_notify(int vmid, int dst)
{
	return m3ipc_trap(OLD_NOTIFY, HARDWARE, dst, vmid, 0, 0);
}

int(mnx_vcopy)(int src, void *saddr, int dst, void *daddr, int bytes)
{
	return m3ipc_trap(OLD_VCOPY, src, (long)saddr, dst, (long)daddr, bytes);
}

/* The numbers that M3-IPC 4.1 lacks. */
static int by_ioctl(unsigned long request, void *argument)
{
	if (ioctl(door(), request, argument) == 0)
		return OK;
	switch (errno) {
	case EAGAIN:
		return EMOLAGAIN;
	case ETIMEDOUT:
		return EMOLTIMEDOUT;
	default:
		return EMOLERRCODE;
	}
}

int(mnx_replyrec_T)(int dst, message *m, long ms)
{
	struct m3ipc_msg args = {.endpoint = dst, .timeout_ms = ms, .msg = (uintptr_t)m};

	return by_ioctl(M3IPC_IOC_REPLYREC, &args);
}

int(mnx_replyrec)(int dst, message *m)
{
	return mnx_replyrec_T(dst, m, TIMEOUT_FOREVER);
}

int(mnx_vcopy_T)(int src, void *saddr, int dst, void *daddr, int bytes, long ms)
{
	struct m3ipc_vcopy args = {
		.src = src,
		.dst = dst,
		.src_addr = (uintptr_t)saddr,
		.dst_addr = (uintptr_t)daddr,
		.bytes = bytes,
		.timeout_ms = ms,
		.src_grant = -1,
		.dst_grant = -1,
	};

	return by_ioctl(M3IPC_IOC_VCOPY, &args);
}

/* ------------------------------------------------------------ binding ---- */

int mnx_bind(int vmid, int nr)
{
	return m3ipc_trap(OLD_BIND, SELF_BIND, vmid, syscall(SYS_gettid), nr, LOCALNODE);
}

int mnx_tbind(int vmid, int nr)
{
	return mnx_bind(vmid, nr);
}

int mnx_lclbind(int vmid, int pid, int nr)
{
	return m3ipc_trap(OLD_BIND, LCL_BIND, vmid, pid, nr, LOCALNODE);
}

int mnx_unbind_T(int vmid, int endpoint, long ms)
{
	return m3ipc_trap(OLD_UNBIND, vmid, endpoint, ms, 0, 0);
}

int mnx_unbind(int vmid, int endpoint)
{
	return mnx_unbind_T(vmid, endpoint, TIMEOUT_FOREVER);
}

int mnx_getep(int pid)
{
	return m3ipc_trap(OLD_GETEP, pid, 0, 0, 0, 0);
}

int mnx_wait4bindep(int endpoint)
{
	return m3ipc_trap(OLD_WAIT4BIND, WAIT_BIND, endpoint, TIMEOUT_FOREVER, 0, 0);
}

int mnx_wait4bind(void)
{
	return mnx_wait4bindep(SELF);
}

int(mnx_wait4bindep_T)(int endpoint, int *bound, long ms)
{
	int result = m3ipc_trap(OLD_WAIT4BIND, WAIT_BIND, endpoint, ms, 0, 0);

	if (result == EMOLAGAIN || result == EMOLTIMEDOUT)
		return result;
	/* The vector's result is an endpoint, so these have other names. */
	if (result == EMOLRESTARTSYS)
		return EMOLINTR;
	if (result <= EMOLERRCODE)
		return result == EMOLBADVALUE ? EMOLINVAL : result;
	if (bound)
		*bound = result;
	return OK;
}

int(mnx_wait4bind_T)(int *bound, long ms)
{
	return (mnx_wait4bindep_T)(SELF, bound, ms);
}

int mnx_wait4unbind_T(int endpoint, long ms)
{
	return m3ipc_trap(OLD_WAIT4BIND, WAIT_UNBIND, endpoint, ms, 0, 0);
}

int mnx_wait4unbind(int endpoint)
{
	return mnx_wait4unbind_T(endpoint, TIMEOUT_FOREVER);
}

static int wait_in(unsigned int what, int vmid, int endpoint, int *bound, long ms)
{
	struct m3ipc_wait args = {
		.what = what, .vmid = vmid, .endpoint = endpoint, .timeout_ms = ms};
	int result = by_ioctl(M3IPC_IOC_WAIT, &args);

	if (result == OK && bound)
		*bound = args.endpoint;
	return result;
}

int mnx_vm_wait4bind_T(int vmid, int endpoint, int *bound, long ms)
{
	return wait_in(M3IPC_WAIT_BIND, vmid, endpoint, bound, ms);
}

int mnx_vm_wait4unbind_T(int vmid, int endpoint, long ms)
{
	return wait_in(M3IPC_WAIT_UNBIND, vmid, endpoint, NULL, ms);
}
