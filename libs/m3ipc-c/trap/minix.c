// SPDX-License-Identifier: Apache-2.0
/* MINIX 3.1.2's own vector. */
#include "calls.h"
#include "door.h"
#include "m3ipc.h"
#include "uapi/m3ipc.h"

/* ecx: a function, and whether it may block. */
enum {
	MINIX_SEND = 1,
	MINIX_RECEIVE = 2,
	MINIX_SENDREC = 3,
	MINIX_NOTIFY = 4,
	MINIX_ECHO = 8,
	MINIX_FUNCTION = 0x0f,
	MINIX_NON_BLOCKING = 0x10,
};

static int32_t pass_message(unsigned long request, int32_t peer, uint32_t m, uint32_t call)
{
	struct m3ipc_msg args = {
		.endpoint = peer,
		.timeout_ms = call & MINIX_NON_BLOCKING ? TIMEOUT_NOWAIT : TIMEOUT_FOREVER,
		.msg = m,
	};
	int32_t result = m3_trap_ioctl(request, &args);

	/* MINIX's word for it. */
	return result == EMOLAGAIN ? EMOLNOTREADY : result;
}

static int32_t notify(int32_t peer)
{
	struct m3ipc_notify args = {
		.vmid = M3IPC_OWN_VM,
		.endpoint = peer,
		.kind = M3IPC_NOTIFY_PLAIN,
	};

	return m3_trap_ioctl(M3IPC_IOC_NOTIFY, &args);
}

/* The message comes back as it is, from oneself. */
static int32_t echo(uint32_t m)
{
	struct m3ipc_getep own = {.pid = 0};
	uint8_t text[M3IPC_MESSAGE_SIZE_32];
	int32_t result = m3_trap_ioctl(M3IPC_IOC_GETEP, &own);

	if (result == OK)
		result = m3_trap_read(text, m, sizeof(text));
	if (result != OK)
		return result;
	*(int32_t *)text = own.endpoint;
	return m3_trap_write(m, text, sizeof(text));
}

int32_t m3_trap_minix(uint32_t peer, uint32_t m, uint32_t call)
{
	if (call & ~(uint32_t)(MINIX_FUNCTION | MINIX_NON_BLOCKING))
		return EMOLBADCALL;
	switch (call & MINIX_FUNCTION) {
	case MINIX_SEND:
		return pass_message(M3IPC_IOC_SEND, peer, m, call);
	case MINIX_RECEIVE:
		return pass_message(M3IPC_IOC_RECEIVE, peer, m, call);
	case MINIX_SENDREC:
		return pass_message(M3IPC_IOC_SENDREC, peer, m, call);
	case MINIX_NOTIFY:
		return notify(peer);
	case MINIX_ECHO:
		return echo(m);
	default:
		return EMOLBADCALL;
	}
}

int32_t m3_trap_perform(const struct trap_frame *frame)
{
	const uint32_t arguments[5] = {
		frame->ebx, frame->ecx, frame->edx, frame->esi, frame->edi,
	};

	if (frame->resume.vector == TRAP_MINIX)
		return m3_trap_minix(frame->eax, frame->ebx, frame->ecx);
	return m3_trap_m3ipc(frame->eax, arguments);
}
