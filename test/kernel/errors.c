// SPDX-License-Identifier: Apache-2.0
/*
 * Errors that no other test meets on its way, so that each one in uapi/errors.md is seen: see
 * conformance/errors.awk.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "lib/harness.h"
#include "uapi/m3ipc.h"

enum { OUT_OF_RANGE = 5000, STRANGER = 1000, SHORT_MS = 20 };

/* The calls about a VM, and a process of it where the call names one. */
static const struct about_vm {
	unsigned long request;
	size_t vmid, endpoint; /* offsets; endpoint 0: none */
	size_t size;
} about_vm[] = {
#define OF(name, type, vm_field, ep_field)                                   \
	{                                                                    \
		M3IPC_IOC_##name, offsetof(struct type, vm_field),           \
			offsetof(struct type, ep_field), sizeof(struct type) \
	}
	OF(VM_SET, m3ipc_vm_params, vmid, vmid),
	OF(VM_END, m3ipc_vm_ref, vmid, vmid),
	OF(GET_VM, m3ipc_vm_info, params.vmid, params.vmid),
	OF(SLOT_SET, m3ipc_slot, vmid, vmid),
	OF(SLOT_CLEAR, m3ipc_slot, vmid, vmid),
	OF(GET_SLOT, m3ipc_slot, vmid, vmid),
	OF(BIND, m3ipc_bind, vmid, vmid),
	OF(GET_PROC, m3ipc_proc_info, vmid, vmid),
	OF(UNBIND, m3ipc_unbind, vmid, endpoint),
	OF(WAIT, m3ipc_wait, vmid, endpoint),
	OF(GET_PRIV, m3ipc_priv_args, vmid, endpoint),
	OF(SET_PRIV, m3ipc_priv_args, vmid, endpoint),
	OF(WAKEUP, m3ipc_wakeup, vmid, endpoint),
	OF(ENDPOINT_FD, m3ipc_endpoint_fd, vmid, endpoint),
	OF(GRANT_GET, m3ipc_grant_info, vmid, endpoint),
	OF(NOTIFY, m3ipc_notify, vmid, endpoint),
};
enum { ABOUT_VM = sizeof(about_vm) / sizeof(about_vm[0]) };

static void gives(unsigned long request, void *argument, int expected)
{
	int result = ioctl(door(), request, argument), error = errno;

	if (result >= 0 || error != expected) {
		printf("# command 0x%02lx gave %d\n", _IOC_NR(request), result < 0 ? error : 0);
		fflush(stdout);
		EXPECT_EQ(result < 0 ? error : 0, expected);
	}
}

/* The call about process @endpoint of VM @vmid, otherwise without fault. */
static void about(const struct about_vm *call, int vmid, int endpoint, int expected)
{
	union {
		struct m3ipc_vm_params params;
		struct m3ipc_vm_info info;
		struct m3ipc_wait wait;
		struct m3ipc_notify notify;
		unsigned char bytes[sizeof(struct m3ipc_vm_info)];
	} argument = {.bytes = {0}};

	if (call->request == M3IPC_IOC_WAIT)
		argument.wait.what = M3IPC_WAIT_BIND;
	if (call->request == M3IPC_IOC_NOTIFY)
		argument.notify.kind = M3IPC_NOTIFY_HARDWARE;
	if (call->endpoint != call->vmid)
		memcpy(argument.bytes + call->endpoint, &endpoint, sizeof(endpoint));
	memcpy(argument.bytes + call->vmid, &vmid, sizeof(vmid));
	gives(call->request, &argument, expected);
}

TEST(calls_about_no_vm, "error.documented")
{
	for (int i = 0; i < ABOUT_VM; i++) {
		about(&about_vm[i], 65536, 1, M3IPC_EBADVMID);
		about(&about_vm[i], UNUSED_VMID, 1, M3IPC_EVMNOTRUN);
	}
}

TEST(calls_about_no_process, "error.documented")
{
	for (int i = 0; i < ABOUT_VM; i++) {
		if (about_vm[i].endpoint == about_vm[i].vmid)
			continue;
		about(&about_vm[i], vm, OUT_OF_RANGE, ERANGE);
		about(&about_vm[i], vm, NONE, M3IPC_EENDPOINT);
	}
	gives(M3IPC_IOC_GET_SLOT, &(struct m3ipc_slot){.vmid = vm, .nr = OUT_OF_RANGE},
	      M3IPC_EBADPROC);
}

static const unsigned long messages[] = {
	M3IPC_IOC_SEND,	 M3IPC_IOC_RECEIVE, M3IPC_IOC_SENDREC,	M3IPC_IOC_RCVRQST,
	M3IPC_IOC_REPLY, M3IPC_IOC_RELAY,   M3IPC_IOC_REPLYREC,
};
enum { MESSAGES = sizeof(messages) / sizeof(messages[0]) };

static void all_messages_give(int expected)
{
	message m = request(1, 1);

	for (int i = 0; i < MESSAGES; i++) {
		struct m3ipc_msg call = {.endpoint = messages[i] == M3IPC_IOC_RCVRQST ? ANY : 2,
					 .msg = (uintptr_t)&m};

		gives(messages[i], &call, expected);
	}
}

TEST(calls_of_the_unbound, "error.documented")
{
	for (int i = 0; i < ABOUT_VM; i++) {
		switch (about_vm[i].request) {
		case M3IPC_IOC_GET_VM:
		case M3IPC_IOC_GET_PROC:
		case M3IPC_IOC_UNBIND:
		case M3IPC_IOC_WAIT:
		case M3IPC_IOC_GET_PRIV:
		case M3IPC_IOC_SET_PRIV:
		case M3IPC_IOC_WAKEUP:
		case M3IPC_IOC_ENDPOINT_FD:
		case M3IPC_IOC_GRANT_GET:
			about(&about_vm[i], M3IPC_OWN_VM, 1, M3IPC_ENOTBIND);
		}
	}
	all_messages_give(M3IPC_ENOTBIND);
}

TEST(calls_without_a_drvs, "error.documented")
{
	struct m3ipc_vm_params params = {.vmid = UNUSED_VMID, .name = "none"};
	struct m3ipc_grant grant = {.to = ANY, .addr = 4096, .bytes = 1, .access = 1};
	struct m3ipc_vcopy copy = {.src_grant = -1, .dst_grant = -1};

	EXPECT_EQ(mnx_drvs_end(), OK);
	for (int i = 0; i < ABOUT_VM; i++)
		about(&about_vm[i], UNUSED_VMID, 1, M3IPC_EDRVSINIT);
	all_messages_give(M3IPC_EDRVSINIT);
	gives(M3IPC_IOC_VM_INIT, &params, M3IPC_EDRVSINIT);
	gives(M3IPC_IOC_GET_NODE, &(struct m3ipc_node_info){.nodeid = 1}, M3IPC_EDRVSINIT);
	gives(M3IPC_IOC_GETEP, &(struct m3ipc_getep){.pid = 0}, M3IPC_EDRVSINIT);
	gives(M3IPC_IOC_GRANT_SET, &grant, M3IPC_EDRVSINIT);
	gives(M3IPC_IOC_GRANT_CLEAR, &grant, M3IPC_EDRVSINIT);
	gives(M3IPC_IOC_VCOPY, &copy, M3IPC_EDRVSINIT);
	gives(M3IPC_IOC_DRVS_END, NULL, M3IPC_EDRVSINIT);
	EXPECT_EQ(mnx_drvs_init(1, NULL), 1);
}

TEST(a_drvs_of_impossible_words, "error.documented")
{
	struct m3ipc_drvs_params params = {.nodeid = 1, .source = 9};

	EXPECT_EQ(mnx_drvs_end(), OK);
	gives(M3IPC_IOC_DRVS_INIT, &params, M3IPC_EBADVALUE);
	params = (struct m3ipc_drvs_params){.nodeid = 1, .source = 2, .name = "a/b"};
	gives(M3IPC_IOC_DRVS_INIT, &params, M3IPC_ENAMESIZE);
	EXPECT_EQ(mnx_drvs_init(1, NULL), 1);
}

TEST(a_vm_of_impossible_words, "error.documented")
{
	struct m3ipc_drvs_params few = {.nodeid = 1, .source = 2, .nr_nodes = 8};
	struct m3ipc_vm_params params = {.vmid = UNUSED_VMID, .name = "own"};
	struct m3ipc_vm_params nodes = {.set = M3IPC_VM_NODES, .name = "nodes"};

	EXPECT_EQ(mnx_drvs_end(), OK);
	EXPECT_EQ(ioctl(door(), M3IPC_IOC_DRVS_INIT, &few), 0);
	EXPECT_EQ(ioctl(door(), M3IPC_IOC_VM_INIT, &params), 0);
	nodes.vmid = UNUSED_VMID - 1;
	nodes.nodes[0] = 1 << 9 | 1 << 1;
	gives(M3IPC_IOC_VM_INIT, &nodes, M3IPC_EBADNODEID);
	nodes.set = M3IPC_VM_NODES;
	nodes.nodes[0] = 1 << 2;
	gives(M3IPC_IOC_VM_INIT, &nodes, M3IPC_ENOVMNODE);
	nodes = (struct m3ipc_vm_params){.vmid = UNUSED_VMID, .set = M3IPC_VM_NODES};
	nodes.nodes[0] = 1 << 9 | 1 << 1;
	gives(M3IPC_IOC_VM_SET, &nodes, M3IPC_EBADNODEID);
	params = (struct m3ipc_vm_params){.vmid = 2999, .set = M3IPC_VM_MODE, .mode = 01000};
	strcpy(params.name, "mode");
	gives(M3IPC_IOC_VM_INIT, &params, M3IPC_EBADVALUE);
	params = (struct m3ipc_vm_params){.vmid = 2999, .name = "other"};
	EXPECT_EQ(ioctl(door(), M3IPC_IOC_VM_INIT, &params), 0);
	params = (struct m3ipc_vm_params){.vmid = 2999, .set = M3IPC_VM_NAME, .name = "own"};
	gives(M3IPC_IOC_VM_SET, &params, M3IPC_ERSCBUSY);
	strcpy(params.name, "a/b");
	gives(M3IPC_IOC_VM_SET, &params, M3IPC_ENAMESIZE);
	EXPECT_EQ(mnx_drvs_end(), OK);
	EXPECT_EQ(mnx_drvs_init(1, NULL), 1);
}

static void look_as_stranger(void)
{
	pid_t bound = getppid();

	become(STRANGER, STRANGER);
	for (int i = 0; i < ABOUT_VM; i++) {
		switch (about_vm[i].request) {
		case M3IPC_IOC_GET_SLOT:
		case M3IPC_IOC_GET_PRIV:
		case M3IPC_IOC_WAKEUP:
		case M3IPC_IOC_ENDPOINT_FD:
			about(&about_vm[i], vm, 1, EPERM);
		}
	}
	EXPECT_EQ(mnx_getep(bound), EPRIVILEGES);
}

TEST(calls_of_a_stranger, "error.documented")
{
	enter(1);
	join(spawn(look_as_stranger));
}

TEST(no_more_descriptors, "error.documented")
{
	struct rlimit limit = {.rlim_cur = 0, .rlim_max = 0};
	struct m3ipc_endpoint_fd endpoint = {.vmid = M3IPC_OWN_VM, .endpoint = M3IPC_SELF};

	enter(1);
	REQUIRE(door() >= 0);
	REQUIRE(setrlimit(RLIMIT_NOFILE, &limit) == 0);
	gives(M3IPC_IOC_EVENTS, &(struct m3ipc_events){.flags = 0}, EMFILE);
	gives(M3IPC_IOC_ENDPOINT_FD, &endpoint, EMFILE);
}

/* ---- replyrec, whose receiving half fails like receive ---- */

static void ask_1(void)
{
	message m = request(1, 1);

	enter(2);
	EXPECT_EQ(mnx_sendrec(1, &m), OK);
}

/* A client whose request is taken. */
static pid_t take_request(message *m)
{
	pid_t client = spawn(ask_1);

	EXPECT_EQ(mnx_rcvrqst(m), OK);
	return client;
}

TEST(a_replyrec_with_nothing_to_receive, "error.documented")
{
	message m;
	pid_t client;

	enter(1);
	client = take_request(&m);
	EXPECT_EQ(mnx_replyrec_T(2, &m, -2), EMOLINVAL);
	EXPECT_EQ(mnx_replyrec(OUT_OF_RANGE, &m), EMOLRANGE);
	EXPECT_EQ(mnx_replyrec_T(2, &m, 0), EMOLAGAIN);
	join(client);
	client = take_request(&m);
	EXPECT_EQ(mnx_replyrec_T(2, &m, SHORT_MS), EMOLTIMEDOUT);
	join(client);
	client = take_request(&m);
	EXPECT_EQ(mnx_wakeup(vm, 1), EPROCRUN);
	EXPECT_EQ(mnx_replyrec(2, &m), EWOKENUP);
	join(client);
}

static void interrupt_1(void)
{
	await_flags(1, SENDING | RECEIVING, RECEIVING);
	kill(getppid(), SIGUSR1);
}

TEST(signals_end_replyrec_and_rcvrqst, "error.documented")
{
	message m;
	pid_t client, other;

	interruptible(SIGUSR1);
	enter(1);
	other = spawn(interrupt_1);
	EXPECT_EQ(mnx_rcvrqst(&m), EMOLINTR);
	join(other);
	client = take_request(&m);
	other = spawn(interrupt_1);
	EXPECT_EQ(mnx_replyrec(2, &m), EMOLINTR);
	join(other);
	join(client);
}

TEST(a_replyrec_that_is_not_allowed, "error.documented")
{
	priv_usr_t priv = {.s_given = M3_GIVEN | M3_PRIV_PEERS};
	message m;
	pid_t client;

	enter(1);
	client = take_request(&m);
	EXPECT_EQ(mnx_setpriv(vm, 1, &priv), OK);
	EXPECT_EQ(mnx_replyrec(2, &m), ECALLDENIED);
	priv = (priv_usr_t){.s_given = M3_GIVEN | M3_PRIV_CALLS, .s_calls = M3_CALL_RECEIVE};
	EXPECT_EQ(mnx_setpriv(vm, 1, &priv), OK);
	EXPECT_EQ(mnx_replyrec(2, &m), ETRAPDENIED);
	kill_and_reap(client);
}

static void end_vm(void)
{
	await_flags(1, SENDING | RECEIVING, RECEIVING);
	EXPECT_EQ(mnx_vm_end(vm), OK);
}

TEST(vm_end_ends_replyrec, "error.documented")
{
	message m;
	pid_t client, other;

	survive_sigpipe();
	enter(1);
	client = take_request(&m);
	other = spawn(end_vm);
	EXPECT_EQ(mnx_replyrec(2, &m), EMOLDCNOTRUN);
	join(other);
	join(client);
}

TEST(vm_end_ends_rcvrqst, "error.documented")
{
	message m;
	pid_t other;

	survive_sigpipe();
	enter(1);
	other = spawn(end_vm);
	EXPECT_EQ(mnx_rcvrqst(&m), EMOLDCNOTRUN);
	join(other);
}

/* ---- a second thread of the same endpoint ---- */

static void *receive_from_3(void *unused)
{
	message m;

	EXPECT_EQ(mnx_receive(3, &m), ESRCDIED);
	return unused;
}

static void be(int nr)
{
	enter(nr);
	reach(nr);
	await_step(0);
}

TEST(every_blocking_call_is_one_at_a_time, "error.documented")
{
	pid_t peer = spawn_with(be, 3), client;
	pthread_t thread;
	message m;

	await_step(3);
	enter(1);
	client = take_request(&m);
	pthread_create(&thread, NULL, receive_from_3, NULL);
	await_receiving(1);
	EXPECT_EQ(mnx_send_T(3, &m, 100), EMOLBUSY);
	EXPECT_EQ(mnx_sendrec_T(3, &m, 100), EMOLBUSY);
	EXPECT_EQ(mnx_rcvrqst_T(&m, 100), EMOLBUSY);
	EXPECT_EQ(mnx_replyrec_T(2, &m, 100), EMOLBUSY);
	join(client);
	reach(0);
	join(peer);
	pthread_join(thread, NULL);
}

TEST(a_copy_within_one_process, "vcopy.self")
{
	char bytes[2] = {1, 2};

	enter(1);
	EXPECT_EQ(mnx_vcopy(SELF, bytes, SELF, bytes + 1, 1), EENDPOINT);
	EXPECT_EQ(mnx_vcopy(SELF, bytes, 1, bytes + 1, 1), EENDPOINT);
	EXPECT_EQ(mnx_vcopy(NONE, bytes, SELF, bytes + 1, 1), EENDPOINT);
	EXPECT_EQ(bytes[1], 2);
}
