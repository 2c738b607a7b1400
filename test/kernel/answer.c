// SPDX-License-Identifier: Apache-2.0
/* Whom a reply answers, and where a relayed request goes. */
#include <errno.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/harness.h"
#include "uapi/m3ipc.h"

/* Asks server 1; says what came. */
static void ask(int nr)
{
	message m = request(7, nr);

	enter(nr);
	shared_word[nr] = mnx_sendrec(1, &m);
	if (shared_word[nr] == OK)
		shared_word[10 + nr] = m.m_source;
}

/* Asks, and then waits for another message of the server by name. */
static void ask_then_receive(void)
{
	message m = request(7, 2);

	enter(2);
	EXPECT_EQ(mnx_sendrec(1, &m), OK);
	EXPECT_EQ(mnx_receive(1, &m), OK);
	EXPECT_EQ(m.m_type, 99);
}

TEST(a_request_is_answered_once, "reply.once")
{
	message m, last = request(99, 0);
	pid_t client;

	enter(1);
	client = spawn(ask_then_receive);
	EXPECT_EQ(mnx_receive(ANY, &m), OK);
	EXPECT_EQ(mnx_reply(2, &m), OK);
	EXPECT_EQ(mnx_reply(2, &m), EPROCSTS);
	/* It waits for us by name, but has asked nothing. */
	await_receiving(2);
	EXPECT_EQ(mnx_reply(2, &m), EPROCSTS);
	EXPECT_EQ(mnx_send(2, &last), OK);
	join(client);
}

static void abandon_then_receive(void)
{
	message m = request(7, 2);

	enter(2);
	EXPECT_EQ(mnx_sendrec_T(1, &m, 50), EMOLTIMEDOUT);
	/* Other calls that are given up do not make it forgotten. */
	EXPECT_EQ(mnx_receive_T(1, &m, 5), EMOLTIMEDOUT);
	reach(2);
	EXPECT_EQ(mnx_receive(1, &m), OK);
	EXPECT_EQ(m.m_type, 99);
}

TEST(an_abandoned_request_is_not_answered_later, "timeout.abandoned")
{
	message m, last = request(99, 0);
	proc_usr_t proc;
	pid_t client;

	enter(1);
	client = spawn(abandon_then_receive);
	EXPECT_EQ(mnx_receive(ANY, &m), OK);
	await_step(2);
	await_receiving(2);
	EXPECT_EQ(mnx_getprocinfo(vm, 2, &proc), OK);
	EXPECT(proc.p_misc_flags & MIS_ABANDONED);
	EXPECT_EQ(mnx_reply(2, &m), EPROCSTS);
	EXPECT_EQ(mnx_send(2, &last), OK);
	join(client);
}

static void be(int nr)
{
	enter(nr);
	await_step(0);
}

TEST(a_reply_does_not_wait_for_anybody, "reply.nonblocking")
{
	pid_t peer = spawn_with(be, 2);
	message m = request(7, 1);
	struct m3ipc_msg call = {.endpoint = 2, .timeout_ms = -1, .msg = (uintptr_t)&m};
	long start;

	enter(1);
	await_bound(2);
	start = now_ms();
	for (int i = 0; i < 100; i++)
		REQUIRE_EQ(mnx_reply(2, &m), EPROCSTS);
	EXPECT(now_ms() - start < 10000);
	EXPECT_EQ(ioctl(door(), M3IPC_IOC_REPLY, &call), -1);
	EXPECT_EQ(errno, EINVAL);
	EXPECT_EQ(ioctl(door(), M3IPC_IOC_RELAY, &call), -1);
	EXPECT_EQ(errno, EINVAL);
	reach(0);
	join(peer);
}

/* The first server takes the request and lives on in another slot. */
static void take_and_leave(void)
{
	message m;

	enter(1);
	EXPECT_EQ(mnx_receive(ANY, &m), OK);
	reach(1);
	EXPECT_EQ(mnx_unbind(vm, SELF), OK);
	reach(2);
}

TEST(the_next_server_in_the_slot_answers_no_old_request, "reply.incarnation")
{
	message m = request(8, 0);
	pid_t first = spawn(take_and_leave), client;

	await_receiving(1);
	client = spawn_with(ask, 2);
	await_step(2);
	join(client);
	/* It died to the client, which learns of it. */
	EXPECT_EQ(shared_word[2], ESRCDIED);
	join(first);
	enter(1);
	client = spawn_with(ask, 3);
	await_sending(3);
	EXPECT_EQ(mnx_reply(3, &m), EPROCSTS);
	EXPECT_EQ(mnx_receive(ANY, &m), OK);
	EXPECT_EQ(m.m_source, 3);
	EXPECT_EQ(mnx_reply(3, &m), OK);
	join(client);
}

/* A client in a system slot: its successor has the same endpoint. */
TEST(the_next_client_in_the_slot_gets_no_old_answer, "reply.incarnation")
{
	message m;
	pid_t client;

	enter(1);
	client = spawn_with(ask, 2);
	EXPECT_EQ(mnx_receive(ANY, &m), OK);
	kill_and_reap(client);
	client = spawn_with(ask, 2);
	await_sending(2);
	EXPECT_EQ(mnx_reply(2, &m), EPROCSTS);
	EXPECT_EQ(mnx_receive(ANY, &m), OK);
	EXPECT_EQ(mnx_reply(2, &m), OK);
	join(client);
	EXPECT_EQ(shared_word[2], OK);
}

TEST(a_replyrec_that_cannot_reply_receives_nothing, "replyrec.failed")
{
	message m = request(8, 0);
	pid_t client;

	need_feature(M3IPC_FEATURE_REPLYREC, "replyrec");
	enter(1);
	client = spawn_with(ask, 2);
	await_sending(2);
	EXPECT_EQ(mnx_replyrec(2, &m), EPROCSTS);
	EXPECT_EQ(mnx_replyrec(9, &m), EDSTDIED);
	EXPECT_EQ(mnx_replyrec(1, &m), EENDPOINT);
	EXPECT_EQ(m.m_type, 8);
	EXPECT_EQ(mnx_receive(ANY, &m), OK);
	EXPECT_EQ(m.m_source, 2);
	EXPECT_EQ(mnx_reply(2, &m), OK);
	join(client);
}

/* ---- relay ---- */

static void serve_2_requests(void)
{
	message m;

	enter(5);
	reach(5);
	await_step(0);
	for (int i = 0; i < 2; i++) {
		EXPECT_EQ(mnx_receive(ANY, &m), OK);
		/* In the order in which they came. */
		EXPECT_EQ(m.m_source, 2 + i);
		EXPECT_EQ(mnx_reply(m.m_source, &m), OK);
	}
}

TEST(a_request_relayed_to_a_busy_server_queues_there, "relay.queued")
{
	pid_t other, two, three;
	proc_usr_t proc;
	message m;

	need_feature(M3IPC_FEATURE_RELAY, "relay");
	enter(1);
	other = spawn(serve_2_requests);
	await_step(5);
	two = spawn_with(ask, 2);
	await_sending(2);
	EXPECT_EQ(mnx_receive(2, &m), OK);
	EXPECT_EQ(mnx_relay(5, &m), OK);
	await_sending(2);
	EXPECT_EQ(mnx_getprocinfo(vm, 2, &proc), OK);
	EXPECT_EQ(proc.p_sendto, 5);
	three = spawn_with(ask, 3);
	await_sending(3);
	EXPECT_EQ(mnx_receive(3, &m), OK);
	EXPECT_EQ(mnx_relay(5, &m), OK);
	reach(0);
	join(two);
	join(three);
	join(other);
	EXPECT_EQ(shared_word[2], OK);
	EXPECT_EQ(shared_word[12], 5);
	EXPECT_EQ(shared_word[3], OK);
	EXPECT_EQ(shared_word[13], 5);
}

static void send_1(int nr)
{
	message m = request(9, nr);

	enter(nr);
	EXPECT_EQ(mnx_send(1, &m), OK);
}

TEST(only_a_request_that_was_taken_is_relayed, "relay.who")
{
	pid_t other, client, sender;
	message m = request(7, 1);

	need_feature(M3IPC_FEATURE_RELAY, "relay");
	enter(1);
	other = spawn_with(be, 5);
	await_bound(5);
	m.m_source = 2;
	EXPECT_EQ(mnx_relay(5, &m), EPROCSTS); /* nobody there */
	client = spawn_with(ask, 2);
	await_sending(2);
	EXPECT_EQ(mnx_relay(5, &m), EPROCSTS); /* not taken */
	EXPECT_EQ(mnx_receive(2, &m), OK);
	EXPECT_EQ(mnx_relay(9, &m), EDSTDIED);
	EXPECT_EQ(mnx_relay(2, &m), EENDPOINT); /* to the client itself */
	sender = spawn_with(send_1, 3);
	await_sending(3);
	m.m_source = 3;
	EXPECT_EQ(mnx_relay(5, &m), EPROCSTS); /* no request */
	m.m_source = 2;
	EXPECT_EQ(mnx_reply(2, &m), OK);
	EXPECT_EQ(mnx_relay(5, &m), EPROCSTS); /* answered */
	EXPECT_EQ(mnx_receive(3, &m), OK);
	join(client);
	join(sender);
	reach(0);
	join(other);
}

static void send_2(int nr)
{
	message m = request(9, nr);

	enter(nr);
	shared_word[nr] = mnx_send(2, &m);
}

TEST(a_relay_that_would_close_a_cycle_moves_nothing, "relay.deadlock")
{
	pid_t client, other;
	message m;

	need_feature(M3IPC_FEATURE_RELAY | M3IPC_FEATURE_DEADLOCK, "relay");
	enter(1);
	client = spawn_with(ask, 2);
	await_sending(2);
	EXPECT_EQ(mnx_receive(2, &m), OK);
	/* 5 waits for the client: to wait for 5 is no way out for it. */
	other = spawn_with(send_2, 5);
	await_sending(5);
	EXPECT_EQ(mnx_relay(5, &m), ELOCKED);
	/* The client still waits for us. */
	EXPECT_EQ(mnx_reply(2, &m), OK);
	join(client);
	EXPECT_EQ(shared_word[2], OK);
	EXPECT_EQ(shared_word[12], 1);
	join(other);
	EXPECT_EQ(shared_word[5], EDSTDIED);
}

TEST(values_beyond_32_bits_of_argument_are_refused, "notify.value")
{
	priv_usr_t task = {.s_given = M3_GIVEN | M3_PRIV_LEVEL, .s_level = TASK_PRIV};

	need_feature(M3IPC_FEATURE_SRC_NOTIFY, "ntfy_value");
	enter(1);
	REQUIRE_EQ(mnx_setpriv(vm, 1, &task), OK);
	EXPECT_EQ(mnx_ntfy_value(HARDWARE, 1, 32), EBADVALUE);
	EXPECT_EQ(mnx_ntfy_value(HARDWARE, 1, -1), EBADVALUE);
	EXPECT_EQ(mnx_ntfy_value(HARDWARE, 1, 31), OK);
	EXPECT_EQ(mnx_ntfy_value(7, 1, 3), ESRCDIED);
	EXPECT_EQ(mnx_ntfy_value(221, 1, 3), EMOLRANGE);
}
