// SPDX-License-Identifier: Apache-2.0
/* rcvrqst, reply, replyrec, relay, wakeup, and what tasks and systems may do. */
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/harness.h"
#include "uapi/m3ipc.h"

static void ask(int nr)
{
	message m = request(7, nr);

	enter(nr);
	shared_word[nr] = mnx_sendrec(1, &m);
	if (shared_word[nr] == OK) {
		shared_word[10 + nr] = m.m_source;
		shared_word[20 + nr] = m.m1_i1;
	}
}

static void send_1(int nr)
{
	message m = request(9, nr);

	enter(nr);
	EXPECT_EQ(mnx_send(1, &m), OK);
}

TEST(rcvrqst_takes_requests_alone, "request.only")
{
	pid_t sender, client;
	message m;

	need_feature(M3IPC_FEATURE_REQUESTS, "rcvrqst and reply");
	enter(1);
	EXPECT_EQ(mnx_notify(SELF), OK);
	sender = spawn_with(send_1, 3);
	await_sending(3);
	EXPECT_EQ(mnx_rcvrqst_T(&m, 0), EMOLAGAIN);
	client = spawn_with(ask, 2);
	EXPECT_EQ(mnx_rcvrqst(&m), OK);
	EXPECT_EQ(m.m_source, 2);
	EXPECT_EQ(m.m_type, 7);
	m.m1_i1 = 55;
	EXPECT_EQ(mnx_reply(2, &m), OK);
	join(client);
	EXPECT_EQ(shared_word[2], OK);
	EXPECT_EQ(shared_word[12], 1);
	EXPECT_EQ(shared_word[22], 55);
	/* What rcvrqst left is still there. */
	EXPECT_EQ(mnx_receive(ANY, &m), OK);
	EXPECT_EQ(m.m_source, HARDWARE);
	EXPECT_EQ(mnx_receive(ANY, &m), OK);
	EXPECT_EQ(m.m_source, 3);
	join(sender);
}

TEST(a_reply_goes_to_who_asked_only, "reply.asked")
{
	pid_t client, sender;
	message m;

	need_feature(M3IPC_FEATURE_REQUESTS, "rcvrqst and reply");
	enter(1);
	EXPECT_EQ(mnx_reply(2, &m), EDSTDIED);
	sender = spawn_with(send_1, 3);
	await_sending(3);
	EXPECT_EQ(mnx_reply(3, &m), EPROCSTS);
	client = spawn_with(ask, 2);
	await_sending(2);
	/* Not taken yet. */
	EXPECT_EQ(mnx_reply(2, &m), EPROCSTS);
	EXPECT_EQ(mnx_receive(2, &m), OK);
	EXPECT_EQ(mnx_reply(2, &m), OK);
	join(client);
	EXPECT_EQ(shared_word[2], OK);
	EXPECT_EQ(mnx_receive(3, &m), OK);
	join(sender);
}

/* Asks 1, and when 1 waits for us again, replies to the reply. */
static void ask_and_reply(int nr)
{
	message m = request(7, nr);

	ask(nr);
	await_receiving(1);
	shared_word[30] = mnx_reply(1, &m);
	EXPECT_EQ(mnx_send(1, &m), OK);
}

TEST(nobody_may_reply_to_a_reply, "reply.asked")
{
	pid_t client;
	message m;

	need_feature(M3IPC_FEATURE_REQUESTS, "rcvrqst and reply");
	enter(1);
	client = spawn_with(ask_and_reply, 2);
	EXPECT_EQ(mnx_rcvrqst(&m), OK);
	EXPECT_EQ(mnx_reply(2, &m), OK);
	EXPECT_EQ(mnx_receive(2, &m), OK);
	EXPECT_EQ(m.m_type, 7);
	join(client);
	EXPECT_EQ(shared_word[30], EPROCSTS);
}

static void serve_by_replyrec(void)
{
	message m;

	enter(1);
	EXPECT_EQ(mnx_receive(ANY, &m), OK);
	for (int i = 0; i < 200; i++) {
		m.m1_i1 = 1000 + i;
		if (i == 199)
			EXPECT_EQ(mnx_reply(m.m_source, &m), OK);
		else
			EXPECT_EQ(mnx_replyrec(m.m_source, &m), OK);
	}
}

static void ask_100_times(int nr)
{
	enter(nr);
	await_bound(1);
	for (int i = 0; i < 100; i++) {
		message m = request(7, nr);

		REQUIRE_EQ(mnx_sendrec(1, &m), OK);
		REQUIRE(m.m1_i1 >= 1000);
	}
}

TEST(replyrec_answers_and_takes_the_next, "replyrec.loop")
{
	pid_t server, two, three;

	need_feature(M3IPC_FEATURE_REPLYREC, "replyrec");
	server = spawn(serve_by_replyrec);
	await_bound(1);
	two = spawn_with(ask_100_times, 2);
	three = spawn_with(ask_100_times, 3);
	join(two);
	join(three);
	join(server);
}

static void serve_relayed(int nr)
{
	message m;

	enter(nr);
	EXPECT_EQ(mnx_receive(ANY, &m), OK);
	EXPECT_EQ(m.m_source, 2);
	reach(nr);
	if (nr == 6) /* to die with the request taken */
		await_step(0);
	m.m1_i1 = 66;
	EXPECT_EQ(mnx_reply(2, &m), OK);
}

TEST(a_relayed_request_is_answered_by_the_other_server, "relay.answer")
{
	pid_t other, client;
	message m;

	need_feature(M3IPC_FEATURE_RELAY, "relay");
	enter(1);
	other = spawn_with(serve_relayed, 5);
	await_receiving(5);
	client = spawn_with(ask, 2);
	EXPECT_EQ(mnx_receive(ANY, &m), OK);
	EXPECT_EQ(mnx_relay(5, &m), OK);
	join(client);
	join(other);
	EXPECT_EQ(shared_word[2], OK);
	EXPECT_EQ(shared_word[12], 5);
	EXPECT_EQ(shared_word[22], 66);
	EXPECT_EQ(mnx_reply(2, &m), EDSTDIED);
}

TEST(the_death_of_the_relayed_to_is_the_clients, "relay.death")
{
	pid_t other, client;
	message m;

	need_feature(M3IPC_FEATURE_RELAY, "relay");
	enter(1);
	other = spawn_with(serve_relayed, 6);
	await_receiving(6);
	client = spawn_with(ask, 2);
	EXPECT_EQ(mnx_receive(ANY, &m), OK);
	EXPECT_EQ(mnx_relay(6, &m), OK);
	await_step(6);
	kill_and_reap(other);
	join(client);
	EXPECT_EQ(shared_word[2], ESRCDIED);
}

/* ---- wakeup ---- */

static void receive_until_woken(void)
{
	message m = poisoned();

	enter(2);
	EXPECT_EQ(mnx_receive(ANY, &m), EWOKENUP);
	EXPECT_EQ(m.m_type, (int)0xa5a5a5a5);
	reach(2);
	await_step(0);
	EXPECT_EQ(mnx_receive(ANY, &m), EWOKENUP);
	EXPECT_EQ(mnx_receive_T(ANY, &m, 0), EMOLAGAIN);
}

TEST(wakeup_ends_receive_now_or_later, "wakeup.now wakeup.later")
{
	pid_t pid;

	need_feature(M3IPC_FEATURE_WAKEUP, "wakeup");
	pid = spawn(receive_until_woken);
	await_receiving(2);
	EXPECT_EQ(mnx_wakeup(vm, 2), OK);
	await_step(2);
	/* It runs now: the wakeup is kept. */
	EXPECT_EQ(mnx_wakeup(vm, 2), EPROCRUN);
	reach(0);
	join(pid);
}

/* ---- privilege levels ---- */

static void set_level(int nr, int level)
{
	slot_usr_t slot = {.slot_priv = {.s_given = M3_GIVEN | M3_PRIV_LEVEL, .s_level = level}};

	REQUIRE_EQ(mnx_slot_set(vm, nr, &slot), OK);
}

static void be(int nr)
{
	enter(nr);
	await_step(0);
}

/* Only HARDWARE, SYSTEM (-2) and SLOTS (-34) carry an argument, as in M3-IPC. */
TEST(a_task_notifies_for_others_with_a_value, "notify.argument notify.source level.task")
{
	message m = poisoned();
	pid_t system;

	need_feature(M3IPC_FEATURE_SRC_NOTIFY, "src_notify");
	enter(1);
	system = spawn_with(be, -2);
	await_bound(-2);
	EXPECT_EQ(mnx_src_notify(-2, 1), ETRAPDENIED);
	EXPECT_EQ(mnx_ntfy_value(-2, 1, 3), ETRAPDENIED);
	set_level(1, TASK_PRIV);
	EXPECT_EQ(mnx_src_notify(-2, 1), OK);
	EXPECT_EQ(mnx_receive_T(ANY, &m, 0), OK);
	EXPECT_EQ(m.m_source, -2);
	EXPECT_EQ(m.m_type, NOTIFY_FROM(-2));
	EXPECT_EQ(m.m9_l1, 0);
	EXPECT_EQ(mnx_ntfy_value(-2, 1, 3), OK);
	EXPECT_EQ(mnx_ntfy_value(-2, 1, 5), OK);
	EXPECT_EQ(mnx_receive_T(ANY, &m, 0), OK);
	EXPECT_EQ(m.m9_l1, 1 << 3 | 1 << 5);
	/* Cleared on read. */
	EXPECT_EQ(mnx_src_notify(-2, 1), OK);
	EXPECT_EQ(mnx_receive_T(ANY, &m, 0), OK);
	EXPECT_EQ(m.m9_l1, 0);
	reach(0);
	join(system);
}

static void receive_from_hardware(void)
{
	message m;

	enter(2);
	EXPECT_EQ(mnx_receive(ANY, &m), OK);
	EXPECT_EQ(m.m_source, HARDWARE);
	EXPECT_EQ(m.m_type, NOTIFY_FROM(HARDWARE));
}

TEST(hdw_notify_comes_from_outside, "notify.hardware")
{
	pid_t pid;

	need_feature(M3IPC_FEATURE_SRC_NOTIFY, "hdw_notify");
	pid = spawn(receive_from_hardware);
	await_receiving(2);
	EXPECT_EQ(mnx_hdw_notify(vm, 2), OK);
	join(pid);
}

TEST(getpriv_tells_what_setpriv_set, "priv.set priv.calls")
{
	priv_usr_t priv = {.s_given = M3_GIVEN | M3_PRIV_LEVEL | M3_PRIV_CALLS,
			   .s_level = USER_PRIV,
			   .s_calls = M3_CALL_RECEIVE | M3_CALL_SENDREC};
	message m = request(1, 1);
	pid_t peer;

	need_feature(M3IPC_FEATURE_PRIV, "getpriv and setpriv");
	enter(1);
	peer = spawn_with(be, 2);
	await_bound(2);
	EXPECT_EQ(mnx_setpriv(vm, 1, &priv), OK);
	memset(&priv, 0xa5, sizeof(priv));
	EXPECT_EQ(mnx_getpriv(vm, 1, &priv), OK);
	EXPECT_EQ(priv.s_level, USER_PRIV);
	EXPECT_EQ(priv.s_calls, M3_CALL_RECEIVE | M3_CALL_SENDREC);
	EXPECT_EQ(mnx_notify(2), ETRAPDENIED);
	EXPECT_EQ(mnx_sendrec_T(2, &m, 0), EMOLAGAIN);
	EXPECT_EQ(mnx_getpriv(vm, 9, &priv), ENOTBIND);
	priv = (priv_usr_t){.s_level = 7};
	EXPECT_EQ(mnx_setpriv(vm, 1, &priv), EBADVALUE);
	reach(0);
	join(peer);
}

/* What programs of M3-IPC 4.1 do: ask, change the level, set. */
TEST(a_level_set_over_what_getpriv_told_brings_its_calls, "priv.set")
{
	priv_usr_t priv;
	pid_t peer;

	need_feature(M3IPC_FEATURE_PRIV, "getpriv and setpriv");
	enter(1);
	peer = spawn_with(be, 2);
	await_bound(2);
	EXPECT_EQ(mnx_getpriv(vm, 1, &priv), OK);
	priv.s_level = USER_PRIV;
	EXPECT_EQ(mnx_setpriv(vm, 1, &priv), OK);
	EXPECT_EQ(mnx_notify(2), ETRAPDENIED);
	EXPECT_EQ(mnx_getpriv(vm, 1, &priv), OK);
	EXPECT_EQ(priv.s_calls & M3_CALL_NOTIFY, 0);
	EXPECT_EQ(priv.s_given & M3_PRIV_CALLS, 0);
	priv.s_level = SERVER_PRIV;
	EXPECT_EQ(mnx_setpriv(vm, 1, &priv), OK);
	EXPECT_EQ(mnx_notify(2), OK);
	reach(0);
	join(peer);
}

/* ---- a third party copies ---- */

static unsigned char bytes[20000];

static void lend_to_1(int nr)
{
	message m = request(7, nr);

	enter(nr);
	memset(bytes, nr, sizeof(bytes));
	EXPECT_EQ(mnx_sendrec(1, &m), OK);
	/* 3 gets the bytes of 2. */
	EXPECT_EQ(bytes[0], 2);
	EXPECT_EQ(bytes[sizeof(bytes) - 1], 2);
}

TEST(a_server_copies_between_its_clients, "vcopy.third")
{
	pid_t two, three;
	message m;

	need_feature(M3IPC_FEATURE_VCOPY3, "third-party vcopy");
	enter(1);
	two = spawn_with(lend_to_1, 2);
	three = spawn_with(lend_to_1, 3);
	await_sending(2);
	await_sending(3);
	EXPECT_EQ(mnx_receive(ANY, &m), OK);
	EXPECT_EQ(mnx_receive(ANY, &m), OK);
	EXPECT_EQ(mnx_vcopy(2, bytes, 3, bytes, sizeof(bytes)), OK);
	EXPECT_EQ(bytes[0], 0);
	EXPECT_EQ(mnx_send(2, &m), OK);
	EXPECT_EQ(mnx_send(3, &m), OK);
	join(two);
	join(three);
}

/* ---- the warned server ---- */

static void exit_with_6(void)
{
	enter(40);
	_exit(6);
}

TEST(a_warned_server_is_told_of_each_death, "dead.warning")
{
	vm_usr_t change = {.dc_given = M3_GIVEN | M3_VM_WARN, .dc_warn2proc = 1, .dc_warnmsg = 77};
	message m = poisoned();
	pid_t pid;

	need_feature(M3IPC_FEATURE_WARN, "warnings");
	EXPECT_EQ(mnx_vm_set(vm, &change), OK);
	enter(1);
	finish(spawn(exit_with_6));
	EXPECT_EQ(mnx_receive_T(ANY, &m, 5000), OK);
	EXPECT_EQ(m.m_type, 77);
	EXPECT_EQ(m.m_source, 40);
	EXPECT_EQ(m.m1_i1, 6);
	EXPECT_EQ(m.m1_i2, -1);
	pid = spawn_with(be, 2);
	await_bound(2);
	kill_and_reap(pid);
	EXPECT_EQ(mnx_receive_T(ANY, &m, 5000), OK);
	EXPECT_EQ(m.m_type, 77);
	EXPECT_EQ(m.m_source, 2);
	EXPECT_EQ(mnx_receive_T(ANY, &m, 0), EMOLAGAIN);
}
