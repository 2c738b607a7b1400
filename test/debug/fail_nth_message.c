// SPDX-License-Identifier: Apache-2.0
/*
 * fail_nth's commands that move messages: each with a peer that is where the call needs it.
 */
#include <stdint.h>
#include <unistd.h>

#include "fail_nth.h"

/* Takes whatever comes, and blocks again. */
static void receive_all(int nr)
{
	message m;
	int result;

	enter(nr);
	for (;;) {
		result = mnx_receive(ANY, &m);
		EXPECT(result == OK || result == EWOKENUP);
	}
}

static void serve_all(int nr)
{
	message m;

	enter(nr);
	for (;;) {
		EXPECT_EQ(mnx_receive(ANY, &m), OK);
		EXPECT_EQ(mnx_reply(m.m_source, &m), OK);
	}
}

static void send_always(int nr)
{
	message m = request(7, nr);

	enter(nr);
	for (;;)
		EXPECT_EQ(mnx_send(MINE, &m), OK);
}

static void ask_always(int nr)
{
	message m;

	enter(nr);
	for (;;) {
		m = request(7, nr);
		EXPECT_EQ(mnx_sendrec(MINE, &m), OK);
	}
}

static message text;

static void await_peer_receiving(void *arguments)
{
	(void)arguments;
	await_receiving(PEER);
}

FAULTS(WAKEUP)
{
	struct m3ipc_wakeup args = {.vmid = M3IPC_OWN_VM, .endpoint = PEER};
	pid_t peer;

	need_faults();
	enter(MINE);
	peer = spawn_with(receive_all, PEER);
	TRY(WAKEUP, ARGUMENTS(args), .prepare = await_peer_receiving);
	kill_and_reap(peer);
}

FAULTS(SEND)
{
	struct m3ipc_msg args = {.endpoint = PEER, .timeout_ms = -1, .msg = (uintptr_t)&text};
	pid_t peer;

	need_faults();
	enter(MINE);
	peer = spawn_with(receive_all, PEER);
	TRY(SEND, ARGUMENTS(args), .prepare = await_peer_receiving);
	kill_and_reap(peer);
}

FAULTS(SENDREC)
{
	struct m3ipc_msg args = {.endpoint = PEER, .timeout_ms = -1, .msg = (uintptr_t)&text};
	pid_t peer;

	need_faults();
	enter(MINE);
	peer = spawn_with(serve_all, PEER);
	TRY(SENDREC, ARGUMENTS(args), .prepare = await_peer_receiving);
	kill_and_reap(peer);
}

static void await_peer_sending(void *arguments)
{
	(void)arguments;
	await_sending(PEER);
}

static void notify_myself(void *arguments)
{
	(void)arguments;
	/* On top of one that was not taken it is the same. */
	REQUIRE_EQ(mnx_notify(SELF), OK);
}

FAULTS(RECEIVE)
{
	struct m3ipc_msg args = {.endpoint = ANY, .timeout_ms = -1, .msg = (uintptr_t)&text};
	struct m3ipc_msg from = {.endpoint = PEER, .timeout_ms = -1, .msg = (uintptr_t)&text};
	pid_t peer;

	need_faults();
	enter(MINE);
	TRY(RECEIVE, ARGUMENTS(args), .prepare = notify_myself);
	peer = spawn_with(send_always, PEER);
	TRY(RECEIVE, ARGUMENTS(args), .prepare = await_peer_sending);
	TRY(RECEIVE, ARGUMENTS(from), .prepare = await_peer_sending);
	kill_and_reap(peer);
	args.timeout_ms = 1;
	TRY(RECEIVE, ARGUMENTS(args), .expected = ETIMEDOUT);
}

static void answer(void *arguments, long result)
{
	message m = request(8, 0);

	(void)arguments;
	(void)result;
	REQUIRE_EQ(mnx_reply(PEER, &m), OK);
}

FAULTS(RCVRQST)
{
	struct m3ipc_msg args = {.endpoint = ANY, .timeout_ms = -1, .msg = (uintptr_t)&text};
	pid_t peer;

	need_faults();
	enter(MINE);
	peer = spawn_with(ask_always, PEER);
	TRY(RCVRQST, ARGUMENTS(args), .prepare = await_peer_sending, .undo = answer);
	kill_and_reap(peer);
}

static bool request_taken;

/* The peer's request, if it is not the one of the try before. */
static void take_request(void *arguments)
{
	if (!request_taken) {
		await_peer_sending(arguments);
		REQUIRE_EQ(mnx_receive(PEER, &text), OK);
	}
	request_taken = true;
}

static void forget_request(void *arguments, long result)
{
	(void)arguments;
	(void)result;
	request_taken = false;
}

FAULTS(REPLY)
{
	struct m3ipc_msg args = {.endpoint = PEER, .msg = (uintptr_t)&text};
	pid_t peer;

	need_faults();
	enter(MINE);
	peer = spawn_with(ask_always, PEER);
	TRY(REPLY, ARGUMENTS(args), .prepare = take_request, .undo = forget_request);
	kill_and_reap(peer);
}

static void forget_relayed(void *arguments, long result)
{
	forget_request(arguments, result);
	await_receiving(OTHER);
}

FAULTS(RELAY)
{
	struct m3ipc_msg args = {.endpoint = OTHER, .msg = (uintptr_t)&text};
	pid_t peer, other;

	need_faults();
	enter(MINE);
	other = spawn_with(serve_all, OTHER);
	await_receiving(OTHER);
	peer = spawn_with(ask_always, PEER);
	TRY(RELAY, ARGUMENTS(args), .prepare = take_request, .undo = forget_relayed);
	kill_and_reap(peer);
	kill_and_reap(other);
}

FAULTS(REPLYREC)
{
	struct m3ipc_msg args = {.endpoint = PEER, .timeout_ms = -1, .msg = (uintptr_t)&text};
	pid_t peer;

	need_faults();
	enter(MINE);
	peer = spawn_with(ask_always, PEER);
	/* What it receives is the request for the next try. */
	TRY(REPLYREC, ARGUMENTS(args), .prepare = take_request);
	kill_and_reap(peer);
}

static pid_t notified;

static void hold_number(int nr)
{
	enter(nr);
	pause();
}

/* Somebody who never got a notification: there is no map for it yet. */
static void renew_notified(void *arguments)
{
	(void)arguments;
	if (notified)
		kill_and_reap(notified);
	notified = spawn_with(hold_number, PEER);
	await_bound(PEER);
}

FAULTS(NOTIFY)
{
	struct m3ipc_notify args = {.vmid = M3IPC_OWN_VM, .endpoint = PEER};
	struct m3ipc_notify self = {.vmid = M3IPC_OWN_VM, .endpoint = M3IPC_SELF};
	struct m3ipc_notify hardware = {
		.vmid = vm, .endpoint = PEER, .kind = M3IPC_NOTIFY_HARDWARE};

	need_faults();
	enter(MINE);
	TRY(NOTIFY, ARGUMENTS(args), .no_memory = ENOMEM, .prepare = renew_notified);
	TRY(NOTIFY, ARGUMENTS(hardware), .no_memory = ENOMEM, .prepare = renew_notified);
	kill_and_reap(notified);
	TRY(NOTIFY, ARGUMENTS(self), .no_memory = ENOMEM);
}
