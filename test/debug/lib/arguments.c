// SPDX-License-Identifier: Apache-2.0
#include "arguments.h"

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "ground.h"
#include "uapi/m3ipc.h"

struct fuzz_company *fuzz_company;

/* The VM that this thread was bound in last: 0 is FUZZ_FIRST_VMID. */
static _Thread_local int own_vm;
/* Whose message it got last. */
static _Thread_local int partner = M3IPC_NONE;

void arguments_open(void)
{
	fuzz_company = mmap(NULL, sizeof(*fuzz_company), PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (fuzz_company == MAP_FAILED)
		abort();
}

/* ---- values ---- */

static int64_t boundary(struct dice *dice)
{
	static const int64_t values[] = {
		0,
		1,
		2,
		-1,
		-2,
		31,
		32,
		63,
		64,
		250,
		255,
		256,
		4095,
		4096,
		16000,
		32767,
		65535,
		65536,
		M3IPC_ANY,
		M3IPC_NONE,
		M3IPC_SELF,
		INT_MAX,
		INT_MIN,
		UINT_MAX,
		LLONG_MAX,
		LLONG_MIN,
		M3IPC_MAX_COPY,
		M3IPC_MAX_COPY + 1,
	};

	return dice_percent(dice, 80) ? DICE_PICK(dice, values) : (int64_t)dice_next(dice);
}

/* Most often the same, so that processes meet. */
static int some_vmid(struct dice *dice)
{
	return FUZZ_FIRST_VMID + (dice_percent(dice, 70) ? 0 : (int)dice_below(dice, FUZZ_VMS));
}

static int vmid(struct dice *dice)
{
	uint32_t kind = dice_below(dice, 20);

	if (kind == 0)
		return boundary(dice);
	return kind < 8 ? M3IPC_OWN_VM : some_vmid(dice);
}

/* Few numbers, for the same reason: tasks, servers and others. */
static int number(struct dice *dice)
{
	static const int numbers[] = {-35, -34, -2, -1, 0, 1, 2, 3, 28, 29, 30, 31, 220};

	return dice_percent(dice, 95) ? DICE_PICK(dice, numbers) : boundary(dice);
}

/* One that somebody bound, if there is any. */
static int known_endpoint(struct dice *dice)
{
	int known = 0;

	for (int i = 0; i < FUZZ_ENDPOINTS && !known; i++)
		known = fuzz_company->endpoints[own_vm][dice_below(dice, FUZZ_ENDPOINTS)];
	return known;
}

static int endpoint(struct dice *dice)
{
	uint32_t kind = dice_below(dice, 40);

	if (kind == 0)
		return M3IPC_ANY;
	if (kind == 1)
		return M3IPC_SELF;
	if (kind == 2)
		return boundary(dice);
	if (kind < 6)
		return number(dice) + (int)(dice_below(dice, 6) << M3IPC_GENERATION_SHIFT);
	if (kind < 10)
		return number(dice);
	if (kind < 20 && partner != M3IPC_NONE)
		return partner;
	return known_endpoint(dice);
}

/* Nearly always what may be; and nearly always an end. */
static int timeout(struct dice *dice)
{
	static const int odd[] = {-2, INT_MIN, INT_MAX, M3IPC_FOREVER};
	uint32_t kind = dice_below(dice, 20);

	if (kind < 4)
		return odd[kind];
	return kind < 10 ? 0 : (int)dice_below(dice, 50);
}

static int pid(struct dice *dice)
{
	static const int others[] = {0, 1, 2, -1, INT_MAX, INT_MIN};

	return dice_percent(dice, 80) ? fuzz_company->pids[dice_below(dice, FUZZ_PIDS)]
				      : DICE_PICK(dice, others);
}

/* ---- structs ---- */

static struct m3ipc_priv priv(struct dice *dice)
{
	struct m3ipc_priv priv = {
		.set = dice_below(dice, 8),
		.level = dice_below(dice, 4),
		.calls = M3IPC_CALLS_ALL,
		.peers_rest = dice_below(dice, 2),
	};

	if (dice_percent(dice, 30))
		priv.calls &= dice_next(dice);
	for (int i = 0; i < M3IPC_PEER_WORDS; i++)
		priv.peers[i] = dice_percent(dice, 80) ? ~0ULL : dice_next(dice);
	return priv;
}

static void fill_drvs(struct dice *dice, struct m3ipc_drvs_params *params)
{
	*params = (struct m3ipc_drvs_params){.nodeid = dice_below(dice, 3),
					     .source = 2 + dice_below(dice, 3)};
}

static void fill_vm(struct dice *dice, struct m3ipc_vm_params *params)
{
	*params = (struct m3ipc_vm_params){
		.vmid = vmid(dice),
		.set = M3IPC_VM_NAME | (dice_next(dice) & dice_next(dice) & 0x3ff),
		.nr_procs = 221 + dice_below(dice, 3),
		.nr_tasks = 35,
		.nr_sysprocs = 64,
		.uid = dice_percent(dice, 50) ? 0 : 1000,
		.gid = dice_percent(dice, 50) ? 0 : 1000,
		.mode = dice_percent(dice, 80) ? 0777 : dice_below(dice, 01000),
		.level = dice_below(dice, 4),
		.abi = 0,
		.policy = dice_below(dice, 2),
		.warn2proc = endpoint(dice),
		.warnmsg = 99,
		.nodes = {7},
	};
	snprintf(params->name, sizeof(params->name), "fuzz%u", dice_below(dice, 8));
}

static void fill_slot(struct dice *dice, struct m3ipc_slot *slot)
{
	*slot = (struct m3ipc_slot){
		.vmid = vmid(dice),
		.nr = number(dice),
		.set = dice_below(dice, 4),
		.nodeid = dice_below(dice, 3),
		.uid = dice_percent(dice, 50) ? 0 : 1000,
		.priv = priv(dice),
	};
}

static void fill_bind(struct dice *dice, struct m3ipc_bind *bind)
{
	*bind = (struct m3ipc_bind){
		.vmid = some_vmid(dice), .nr = number(dice), .who = dice_percent(dice, 20)};
	if (bind->who == M3IPC_BIND_PID)
		bind->pid = pid(dice);
}

static void fill_notify(struct dice *dice, struct m3ipc_notify *notify)
{
	uint32_t kind = dice_below(dice, 4);

	*notify = (struct m3ipc_notify){
		.vmid = kind == M3IPC_NOTIFY_HARDWARE ? vmid(dice) : M3IPC_OWN_VM,
		.endpoint = endpoint(dice),
		.kind = kind,
	};
	if (kind == M3IPC_NOTIFY_SOURCE || kind == M3IPC_NOTIFY_VALUE)
		notify->source = number(dice);
	if (kind == M3IPC_NOTIFY_VALUE)
		notify->value = dice_below(dice, 33);
}

static void fill_vcopy(struct dice *dice, struct m3ipc_vcopy *copy)
{
	static const int64_t sizes[] = {0, 1, 100, 4096, 5000, 65536, 100000};

	*copy = (struct m3ipc_vcopy){
		.src = dice_percent(dice, 40) ? M3IPC_SELF : endpoint(dice),
		.dst = dice_percent(dice, 40) ? M3IPC_SELF : endpoint(dice),
		.bytes = dice_percent(dice, 95) ? DICE_PICK(dice, sizes) : boundary(dice),
		.timeout_ms = timeout(dice),
		.src_grant = -1,
		.dst_grant = -1,
	};
	if (dice_percent(dice, 20))
		copy->src_grant = dice_below(dice, 8);
	if (dice_percent(dice, 20))
		copy->dst_grant = dice_below(dice, 8);
}

static void fill_grant(struct dice *dice, struct m3ipc_grant *grant)
{
	*grant = (struct m3ipc_grant){
		.id = dice_below(dice, 8),
		.to = endpoint(dice),
		.bytes = dice_below(dice, 100000),
		.access = dice_below(dice, 4),
	};
}

static void fill_message_call(struct dice *dice, unsigned long request, struct m3ipc_msg *msg)
{
	*msg = (struct m3ipc_msg){.endpoint = endpoint(dice), .timeout_ms = timeout(dice)};
	if (request == M3IPC_IOC_RCVRQST ||
	    (request == M3IPC_IOC_RECEIVE && dice_percent(dice, 60)))
		msg->endpoint = M3IPC_ANY;
	if (request == M3IPC_IOC_REPLY || request == M3IPC_IOC_RELAY)
		msg->timeout_ms = 0;
	if ((request == M3IPC_IOC_REPLY || request == M3IPC_IOC_REPLYREC) &&
	    partner != M3IPC_NONE && dice_percent(dice, 60))
		msg->endpoint = partner;
}

/* What is right, or nearly. */
static void fill_sensibly(struct dice *dice, unsigned long request, void *arguments)
{
	switch (request) {
	case M3IPC_IOC_DRVS_INIT:
		fill_drvs(dice, arguments);
		break;
	case M3IPC_IOC_GET_NODE:
		*(struct m3ipc_node_info *)arguments = (struct m3ipc_node_info){
			.nodeid = dice_below(dice, 4), .flags = dice_below(dice, 2)};
		break;
	case M3IPC_IOC_VM_INIT:
	case M3IPC_IOC_VM_SET:
		fill_vm(dice, arguments);
		break;
	case M3IPC_IOC_VM_END:
		*(struct m3ipc_vm_ref *)arguments = (struct m3ipc_vm_ref){.vmid = vmid(dice)};
		break;
	case M3IPC_IOC_GET_VM:
		*(struct m3ipc_vm_info *)arguments = (struct m3ipc_vm_info){
			.params.vmid = vmid(dice), .flags = dice_below(dice, 2)};
		break;
	case M3IPC_IOC_SLOT_SET:
	case M3IPC_IOC_GET_SLOT:
		fill_slot(dice, arguments);
		break;
	case M3IPC_IOC_SLOT_CLEAR:
		*(struct m3ipc_slot *)arguments =
			(struct m3ipc_slot){.vmid = vmid(dice), .nr = number(dice)};
		break;
	case M3IPC_IOC_BIND:
		fill_bind(dice, arguments);
		break;
	case M3IPC_IOC_UNBIND:
		*(struct m3ipc_unbind *)arguments =
			(struct m3ipc_unbind){.vmid = vmid(dice), .endpoint = endpoint(dice)};
		break;
	case M3IPC_IOC_GETEP:
		*(struct m3ipc_getep *)arguments = (struct m3ipc_getep){.pid = pid(dice)};
		break;
	case M3IPC_IOC_WAIT:
		*(struct m3ipc_wait *)arguments = (struct m3ipc_wait){.what = dice_below(dice, 3),
								      .vmid = vmid(dice),
								      .endpoint = endpoint(dice),
								      .timeout_ms = timeout(dice)};
		break;
	case M3IPC_IOC_GET_PROC:
		*(struct m3ipc_proc_info *)arguments = (struct m3ipc_proc_info){
			.vmid = vmid(dice), .nr = number(dice), .flags = dice_below(dice, 2)};
		break;
	case M3IPC_IOC_GET_PRIV:
	case M3IPC_IOC_SET_PRIV:
		*(struct m3ipc_priv_args *)arguments = (struct m3ipc_priv_args){
			.vmid = vmid(dice), .endpoint = endpoint(dice), .priv = priv(dice)};
		break;
	case M3IPC_IOC_WAKEUP:
		*(struct m3ipc_wakeup *)arguments =
			(struct m3ipc_wakeup){.vmid = vmid(dice), .endpoint = endpoint(dice)};
		break;
	case M3IPC_IOC_NOTIFY:
		fill_notify(dice, arguments);
		break;
	case M3IPC_IOC_VCOPY:
		fill_vcopy(dice, arguments);
		break;
	case M3IPC_IOC_GRANT_SET:
	case M3IPC_IOC_GRANT_CLEAR:
		fill_grant(dice, arguments);
		break;
	case M3IPC_IOC_GRANT_GET:
		*(struct m3ipc_grant_info *)arguments =
			(struct m3ipc_grant_info){.vmid = vmid(dice),
						  .endpoint = endpoint(dice),
						  .flags = dice_below(dice, 2),
						  .grant.id = dice_below(dice, 8)};
		break;
	case M3IPC_IOC_EVENTS:
		*(struct m3ipc_events *)arguments = (struct m3ipc_events){
			.flags = dice_below(dice, 2), .records = dice_below(dice, 100)};
		break;
	case M3IPC_IOC_ENDPOINT_FD:
		*(struct m3ipc_endpoint_fd *)arguments =
			(struct m3ipc_endpoint_fd){.vmid = vmid(dice), .endpoint = endpoint(dice)};
		break;
	default:
		if (_IOC_SIZE(request) == sizeof(struct m3ipc_msg))
			fill_message_call(dice, request, arguments);
		break;
	}
}

/* Random or boundary values in some places. */
static void mutate(struct dice *dice, void *arguments, size_t size)
{
	int places = 1 + dice_below(dice, 3);
	int64_t value;
	size_t at;

	while (places--) {
		value = boundary(dice);
		if (size >= 8 && dice_percent(dice, 30)) {
			at = dice_below(dice, size / 8) * 8;
			memcpy((char *)arguments + at, &value, 8);
		} else if (size >= 4) {
			at = dice_below(dice, size / 4) * 4;
			memcpy((char *)arguments + at, &value, 4);
		}
	}
}

/* A message for the call; what is relayed says whose request it is. */
static uint64_t place_message(struct dice *dice, unsigned long request)
{
	uint64_t address = ground_address(dice, M3IPC_MESSAGE_SIZE_64);

	if (request == M3IPC_IOC_RELAY && ground_is_firm(address, M3IPC_MESSAGE_SIZE_64))
		memcpy((void *)(uintptr_t)address, &partner, sizeof(partner));
	return address;
}

/* Whatever the rest is: only addresses that are there for it. */
static void place_addresses(struct dice *dice, unsigned long request, void *arguments)
{
	struct m3ipc_vcopy *copy = arguments;
	struct m3ipc_grant *grant = arguments;
	struct m3ipc_msg *msg = arguments;

	switch (request) {
	case M3IPC_IOC_VCOPY:
		/* No more than the ground holds, from anywhere in it. */
		if (copy->bytes > 16 * GROUND_PAGE && copy->bytes <= M3IPC_MAX_COPY)
			copy->bytes = 16 * GROUND_PAGE;
		copy->src_addr = ground_address(dice, 16 * GROUND_PAGE);
		copy->dst_addr = ground_address(dice, 16 * GROUND_PAGE);
		break;
	case M3IPC_IOC_GRANT_SET:
		if (grant->bytes > 16 * GROUND_PAGE)
			grant->bytes = 16 * GROUND_PAGE;
		grant->addr = ground_address(dice, 16 * GROUND_PAGE);
		break;
	default:
		if (_IOC_SIZE(request) == sizeof(*msg) && _IOC_NR(request) >= 0x30 &&
		    _IOC_NR(request) < 0x38)
			msg->msg = place_message(dice, request);
		break;
	}
}

void arguments_fill(struct dice *dice, unsigned long request, void *arguments)
{
	size_t size = _IOC_SIZE(request);
	uint32_t kind = dice_below(dice, 100);

	memset(arguments, 0, size);
	if (kind < 4) {
		for (size_t i = 0; i + 4 <= size; i += 4) {
			uint32_t word = boundary(dice);

			memcpy((char *)arguments + i, &word, 4);
		}
	} else {
		fill_sensibly(dice, request, arguments);
		if (kind < 20)
			mutate(dice, arguments, size);
	}
	place_addresses(dice, request, arguments);
}

/* Who sent what lies there now; it may have been overwritten since, like anything there. */
static void learn_source(const struct m3ipc_msg *msg)
{
	if (ground_is_firm(msg->msg, M3IPC_MESSAGE_SIZE_64))
		memcpy(&partner, (const void *)(uintptr_t)msg->msg, sizeof(partner));
}

static void learn_binding(const struct m3ipc_bind *bind)
{
	unsigned int index = bind->vmid - FUZZ_FIRST_VMID;

	if (index >= FUZZ_VMS)
		return;
	fuzz_company->endpoints[index][bind->nr & (FUZZ_ENDPOINTS - 1)] = bind->endpoint;
	if (bind->who == M3IPC_BIND_SELF)
		own_vm = index;
}

/* The peer of this call is dead. */
static void forget_endpoint(int endpoint)
{
	volatile int *known;

	known = &fuzz_company->endpoints[own_vm][endpoint & (FUZZ_ENDPOINTS - 1)];
	if (*known == endpoint)
		*known = 0;
}

static bool says_dead(int error)
{
	return error == M3IPC_EDSTDIED || error == M3IPC_ESRCDIED || error == M3IPC_EDEADSRCDST;
}

void arguments_learn(unsigned long request, const void *arguments, int error)
{
	if (_IOC_SIZE(request) == sizeof(struct m3ipc_msg) && says_dead(error))
		forget_endpoint(((const struct m3ipc_msg *)arguments)->endpoint);
	if (error)
		return;
	switch (request) {
	case M3IPC_IOC_BIND:
		learn_binding(arguments);
		break;
	case M3IPC_IOC_RECEIVE:
	case M3IPC_IOC_RCVRQST:
	case M3IPC_IOC_REPLYREC:
		learn_source(arguments);
		break;
	default:
		break;
	}
}
