// SPDX-License-Identifier: Apache-2.0
/* M3-IPC's own vector: the calls of M3-IPC 4.1 by number. */
#include <asm/unistd.h>

#include "calls.h"
#include "door.h"
#include "m3ipc.h"
#include "src/error.h"
#include "structures.h"
#include "uapi/m3ipc.h"

/* eax. Numbers not here are of proxies, replicas and migration: see absent.c of libm3ipc. */
enum old_call {
	OLD_DCINIT = 0,
	OLD_SEND = 1,
	OLD_RECEIVE = 2,
	OLD_NOTIFY = 4,
	OLD_SENDREC = 5,
	OLD_RCVRQST = 6,
	OLD_REPLY = 7,
	OLD_DCEND = 8,
	OLD_BIND = 9,
	OLD_UNBIND = 10,
	OLD_VCOPY = 15,
	OLD_GETDCINFO = 16,
	OLD_GETPROCINFO = 17,
	OLD_RELAY = 19,
	OLD_GETNODEINFO = 22,
	OLD_ADDNODE = 25,
	OLD_DELNODE = 26,
	OLD_DVSINIT = 27,
	OLD_DVSEND = 28,
	OLD_GETEP = 29,
	OLD_GETDVSINFO = 30,
	OLD_WAIT4BIND = 32,
	OLD_WAKEUPEP = 37,
	OLD_LAST = 37,
};

/* ----------------------------------------------------------- messages ---- */

static int32_t pass_message(unsigned long request, int32_t peer, uint32_t m, int32_t ms)
{
	struct m3ipc_msg args = {.endpoint = peer, .timeout_ms = ms, .msg = m};

	return m3_trap_ioctl(request, &args);
}

/* A reply never blocks, whatever the time it is given. */
static int32_t reply(int32_t peer, uint32_t m, int32_t ms)
{
	return ms < TIMEOUT_FOREVER ? EMOLINVAL : pass_message(M3IPC_IOC_REPLY, peer, m, 0);
}

/* One call for four: the source and the value tell which. */
static int32_t notify(int32_t source, int32_t peer, int32_t value)
{
	struct m3ipc_notify args = {.vmid = M3IPC_OWN_VM, .endpoint = peer};

	if (source == SELF && value == HARDWARE) {
		args.kind = M3IPC_NOTIFY_PLAIN;
	} else if (source == HARDWARE) {
		args.kind = M3IPC_NOTIFY_HARDWARE;
		args.vmid = value;
	} else {
		args.kind = value == HARDWARE ? M3IPC_NOTIFY_SOURCE : M3IPC_NOTIFY_VALUE;
		args.source = source;
		args.value = value == HARDWARE ? 0 : value;
	}
	return m3_trap_ioctl(M3IPC_IOC_NOTIFY, &args);
}

static int32_t vcopy(const uint32_t a[5])
{
	struct m3ipc_vcopy args = {
		.src = a[0],
		.src_addr = a[1],
		.dst = a[2],
		.dst_addr = a[3],
		.bytes = (int32_t)a[4],
		.timeout_ms = TIMEOUT_FOREVER,
		.src_grant = -1,
		.dst_grant = -1,
	};

	return m3_trap_ioctl(M3IPC_IOC_VCOPY, &args);
}

/* ------------------------------------------------------------ binding ---- */

/* M3-IPC's stubs name the caller by its pid, or by its tid. */
static int32_t bind_thread(uint32_t how, int32_t vmid, int32_t pid, int32_t nr)
{
	struct m3ipc_bind args = {.vmid = vmid, .nr = nr, .who = M3IPC_BIND_PID, .pid = pid};
	int32_t result;

	if (how != SELF_BIND && how != LCL_BIND)
		return how > MAX_BIND_TYPE ? EMOLBINDTYPE : m3_error_endpoint(EMOLNOSYS);
	if (how == SELF_BIND && (pid <= 0 || pid == m3_trap_syscall(__NR_gettid, 0, 0, 0, 0, 0))) {
		args.who = M3IPC_BIND_SELF;
		args.pid = 0;
	}
	result = m3_trap_ioctl(M3IPC_IOC_BIND, &args);
	return result < 0 ? m3_error_endpoint(result) : args.endpoint;
}

static int32_t unbind(int32_t vmid, int32_t endpoint, int32_t ms)
{
	struct m3ipc_unbind args = {.vmid = vmid, .endpoint = endpoint};

	return ms < TIMEOUT_FOREVER ? EMOLINVAL : m3_trap_ioctl(M3IPC_IOC_UNBIND, &args);
}

static int32_t get_endpoint(int32_t pid)
{
	struct m3ipc_getep args = {.pid = pid};
	int32_t result = pid < 0 ? EMOLBADPID : m3_trap_ioctl(M3IPC_IOC_GETEP, &args);

	return result < 0 ? m3_error_endpoint(result) : args.endpoint;
}

static int32_t wait_for(uint32_t what, int32_t endpoint, int32_t ms)
{
	struct m3ipc_wait args = {
		.what = M3IPC_WAIT_BIND,
		.vmid = M3IPC_OWN_VM,
		.endpoint = endpoint,
		.timeout_ms = ms,
	};
	int32_t result;

	if (what == WAIT_UNBIND) {
		args.what = M3IPC_WAIT_UNBIND;
		return m3_trap_ioctl(M3IPC_IOC_WAIT, &args);
	}
	if (what != WAIT_BIND)
		return EMOLINVAL;
	if (endpoint == SELF) {
		args.what = M3IPC_WAIT_SELF;
		args.endpoint = 0;
	}
	result = m3_trap_ioctl(M3IPC_IOC_WAIT, &args);
	if (result >= 0)
		return args.endpoint;
	/* Programs look for these two, although a task's endpoint could be the same number. */
	if (result == EMOLAGAIN || result == EMOLTIMEDOUT)
		return result;
	return m3_error_endpoint(result);
}

static int32_t wake_up(int32_t vmid, int32_t endpoint)
{
	struct m3ipc_wakeup args = {.vmid = vmid, .endpoint = endpoint};

	return m3_trap_ioctl(M3IPC_IOC_WAKEUP, &args);
}

/* ----------------------------------------------------------- dispatch ---- */

static int32_t system_call(uint32_t call, const uint32_t a[5])
{
	switch (call) {
	case OLD_DVSINIT:
		return m3_trap_dvs_init(a[0], a[1]);
	case OLD_DVSEND:
		return m3_trap_ioctl(M3IPC_IOC_DRVS_END, 0);
	case OLD_GETDVSINFO:
		return m3_trap_get_dvs(a[0]);
	case OLD_DCINIT:
		return m3_trap_dc_init(a[0]);
	case OLD_DCEND:
		return m3_trap_dc_end(a[0]);
	case OLD_GETDCINFO:
		return m3_trap_get_dc(a[0], a[1]);
	case OLD_GETPROCINFO:
		return m3_trap_get_proc(a[0], a[1], a[2]);
	case OLD_GETNODEINFO:
		return m3_trap_get_node(a[0], a[1]);
	case OLD_ADDNODE:
		return m3_trap_set_node(a[0], a[1], 1);
	case OLD_DELNODE:
		return m3_trap_set_node(a[0], a[1], 0);
	default:
		return call <= OLD_LAST ? EMOLNOSYS : EMOLBADCALL;
	}
}

static int32_t binding_call(uint32_t call, const uint32_t a[5])
{
	switch (call) {
	case OLD_BIND:
		return bind_thread(a[0], a[1], a[2], a[3]);
	case OLD_UNBIND:
		return unbind(a[0], a[1], a[2]);
	case OLD_GETEP:
		return get_endpoint(a[0]);
	case OLD_WAIT4BIND:
		return wait_for(a[0], a[1], a[2]);
	case OLD_WAKEUPEP:
		return wake_up(a[0], a[1]);
	default:
		return system_call(call, a);
	}
}

int32_t m3_trap_m3ipc(uint32_t call, const uint32_t a[5])
{
	switch (call) {
	case OLD_SEND:
		return pass_message(M3IPC_IOC_SEND, a[0], a[1], a[2]);
	case OLD_RECEIVE:
		return pass_message(M3IPC_IOC_RECEIVE, a[0], a[1], a[2]);
	case OLD_SENDREC:
		return pass_message(M3IPC_IOC_SENDREC, a[0], a[1], a[2]);
	case OLD_RCVRQST:
		return pass_message(M3IPC_IOC_RCVRQST, ANY, a[0], a[1]);
	case OLD_REPLY:
		return reply(a[0], a[1], a[2]);
	case OLD_RELAY:
		return pass_message(M3IPC_IOC_RELAY, a[0], a[1], TIMEOUT_NOWAIT);
	case OLD_NOTIFY:
		return notify(a[0], a[1], a[2]);
	case OLD_VCOPY:
		return vcopy(a);
	default:
		return binding_call(call, a);
	}
}
