// SPDX-License-Identifier: Apache-2.0
/* Messages, notifications and copies. */
#include "device.h"
#include "m3ipc.h"
#include "uapi/m3ipc.h"

_Static_assert(M3_MESSAGE_SIZE_32 == M3IPC_MESSAGE_SIZE_32 &&
		       M3_MESSAGE_SIZE_64 == M3IPC_MESSAGE_SIZE_64,
	       "size of a message");
_Static_assert(NOTIFY_FROM(0) == M3IPC_NOTIFY_FROM(0), "type of a notification");

static int message_call(unsigned long request, int endpoint, message *m, long ms)
{
	struct m3ipc_msg call = {
		.endpoint = endpoint,
		.timeout_ms = m3_timeout(ms),
		.msg = (uintptr_t)m,
	};

	return m3_ioctl(request, &call);
}

int(mnx_send)(int dst, message *m)
{
	return message_call(M3IPC_IOC_SEND, dst, m, TIMEOUT_FOREVER);
}

int(mnx_send_T)(int dst, message *m, long ms)
{
	return message_call(M3IPC_IOC_SEND, dst, m, ms);
}

int(mnx_receive)(int src, message *m)
{
	return message_call(M3IPC_IOC_RECEIVE, src, m, TIMEOUT_FOREVER);
}

int(mnx_receive_T)(int src, message *m, long ms)
{
	return message_call(M3IPC_IOC_RECEIVE, src, m, ms);
}

int(mnx_sendrec)(int dst, message *m)
{
	return message_call(M3IPC_IOC_SENDREC, dst, m, TIMEOUT_FOREVER);
}

int(mnx_sendrec_T)(int dst, message *m, long ms)
{
	return message_call(M3IPC_IOC_SENDREC, dst, m, ms);
}

int(mnx_rcvrqst)(message *m)
{
	return message_call(M3IPC_IOC_RCVRQST, ANY, m, TIMEOUT_FOREVER);
}

int(mnx_rcvrqst_T)(message *m, long ms)
{
	return message_call(M3IPC_IOC_RCVRQST, ANY, m, ms);
}

int(mnx_reply)(int dst, message *m)
{
	return message_call(M3IPC_IOC_REPLY, dst, m, TIMEOUT_NOWAIT);
}

int(mnx_reply_T)(int dst, message *m, long ms)
{
	/* A reply never blocks, whatever the time it is given. */
	if (ms < TIMEOUT_FOREVER)
		return EMOLINVAL;
	return message_call(M3IPC_IOC_REPLY, dst, m, TIMEOUT_NOWAIT);
}

int(mnx_relay)(int dst, message *m)
{
	return message_call(M3IPC_IOC_RELAY, dst, m, TIMEOUT_NOWAIT);
}

int(mnx_replyrec)(int dst, message *m)
{
	return message_call(M3IPC_IOC_REPLYREC, dst, m, TIMEOUT_FOREVER);
}

int(mnx_replyrec_T)(int dst, message *m, long ms)
{
	return message_call(M3IPC_IOC_REPLYREC, dst, m, ms);
}

static int notify_call(struct m3ipc_notify call)
{
	return m3_ioctl(M3IPC_IOC_NOTIFY, &call);
}

int mnx_notify(int dst)
{
	return notify_call((struct m3ipc_notify){
		.vmid = M3IPC_OWN_VM,
		.endpoint = dst,
		.kind = M3IPC_NOTIFY_PLAIN,
	});
}

int mnx_src_notify(int src_nr, int dst)
{
	return notify_call((struct m3ipc_notify){
		.vmid = M3IPC_OWN_VM,
		.endpoint = dst,
		.kind = M3IPC_NOTIFY_SOURCE,
		.source = src_nr,
	});
}

int mnx_ntfy_value(int src_nr, int dst, int value)
{
	return notify_call((struct m3ipc_notify){
		.vmid = M3IPC_OWN_VM,
		.endpoint = dst,
		.kind = M3IPC_NOTIFY_VALUE,
		.source = src_nr,
		.value = value,
	});
}

int mnx_hdw_notify(int vmid, int dst)
{
	return notify_call((struct m3ipc_notify){
		.vmid = vmid,
		.endpoint = dst,
		.kind = M3IPC_NOTIFY_HARDWARE,
	});
}

int(mnx_vcopy_T)(int src, void *saddr, int dst, void *daddr, int bytes, long ms)
{
	struct m3ipc_vcopy call = {
		.src = src,
		.dst = dst,
		.src_addr = (uintptr_t)saddr,
		.dst_addr = (uintptr_t)daddr,
		.bytes = bytes,
		.timeout_ms = m3_timeout(ms),
		.src_grant = -1,
		.dst_grant = -1,
	};

	return m3_ioctl(M3IPC_IOC_VCOPY, &call);
}

int(mnx_vcopy)(int src, void *saddr, int dst, void *daddr, int bytes)
{
	return mnx_vcopy_T(src, saddr, dst, daddr, bytes, TIMEOUT_FOREVER);
}
