// SPDX-License-Identifier: Apache-2.0
/* Cycles of processes that wait for each other, besides those of message.c. */
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/harness.h"
#include "uapi/m3ipc.h"

static void receive_1(int nr)
{
	message m;

	enter(nr);
	shared_word[nr] = mnx_receive(1, &m);
}

static void send_1(int nr)
{
	message m = request(7, nr);

	enter(nr);
	shared_word[nr] = mnx_send(1, &m);
}

static void ask_1(int nr)
{
	message m = request(7, nr);

	enter(nr);
	shared_word[nr] = mnx_sendrec(1, &m);
}

TEST(two_that_receive_from_each_other_are_a_deadlock, "deadlock.receive")
{
	message m = request(7, 1);
	pid_t pid;

	need_feature(M3IPC_FEATURE_DEADLOCK, "deadlock detection");
	enter(1);
	pid = spawn_with(receive_1, 2);
	await_receiving(2);
	EXPECT_EQ(mnx_receive(2, &m), ELOCKED);
	/* The other one goes on waiting, and gets its message. */
	EXPECT_EQ(mnx_send(2, &m), OK);
	join(pid);
	EXPECT_EQ(shared_word[2], OK);
}

TEST(to_ask_a_client_whose_request_is_queued_is_a_deadlock, "deadlock.sendrec")
{
	message m = request(7, 1);
	pid_t pid;

	need_feature(M3IPC_FEATURE_DEADLOCK, "deadlock detection");
	enter(1);
	pid = spawn_with(ask_1, 2);
	await_sending(2);
	EXPECT_EQ(mnx_sendrec(2, &m), ELOCKED);
	EXPECT_EQ(mnx_receive(2, &m), OK);
	EXPECT_EQ(mnx_reply(2, &m), OK);
	join(pid);
	EXPECT_EQ(shared_word[2], OK);
}

/* 3 takes our request, and sends to 2, which waits for us. */
static void take_and_send_to_2(void)
{
	message m;

	enter(3);
	EXPECT_EQ(mnx_receive(1, &m), OK);
	shared_word[3] = mnx_send(2, &m);
	m.m1_i1 = 33;
	EXPECT_EQ(mnx_reply(1, &m), OK);
}

TEST(a_cycle_through_a_taken_request_is_a_deadlock, "deadlock.sendrec")
{
	message m = request(7, 1);
	pid_t two, three;

	need_feature(M3IPC_FEATURE_DEADLOCK, "deadlock detection");
	enter(1);
	two = spawn_with(send_1, 2);
	await_sending(2);
	three = spawn(take_and_send_to_2);
	await_receiving(3);
	EXPECT_EQ(mnx_sendrec(3, &m), OK);
	EXPECT_EQ(m.m1_i1, 33);
	EXPECT_EQ(mnx_receive(2, &m), OK);
	join(three);
	join(two);
	EXPECT_EQ(shared_word[3], ELOCKED);
	EXPECT_EQ(shared_word[2], OK);
}

static void send_2_then_1(void)
{
	message m = request(7, 3);

	enter(3);
	EXPECT_EQ(mnx_send(2, &m), OK);
	EXPECT_EQ(mnx_send(1, &m), OK);
}

static void receive_any_then_send_1(void)
{
	message m;

	enter(2);
	EXPECT_EQ(mnx_receive(ANY, &m), OK);
	EXPECT_EQ(m.m_source, 3);
	EXPECT_EQ(mnx_send(1, &m), OK);
}

/* 1 waits for 2, 2 for anybody: 3 can still come and wake it. */
TEST(a_receive_from_any_is_no_edge_of_a_cycle, "deadlock.any")
{
	pid_t two = spawn(receive_any_then_send_1), three;
	message m;

	enter(1);
	await_receiving(2);
	EXPECT_EQ(mnx_receive_T(2, &m, 20), EMOLTIMEDOUT);
	three = spawn(send_2_then_1);
	EXPECT_EQ(mnx_receive(2, &m), OK);
	EXPECT_EQ(mnx_receive(3, &m), OK);
	join(two);
	join(three);
}

static void receive_1_for_20_s(void)
{
	message m;

	enter(2);
	shared_word[2] = mnx_receive_T(1, &m, 20000);
}

TEST(a_wait_with_a_time_limit_counts, "deadlock.timed")
{
	message m = request(7, 1);
	pid_t pid;

	need_feature(M3IPC_FEATURE_DEADLOCK, "deadlock detection");
	enter(1);
	pid = spawn(receive_1_for_20_s);
	await_receiving(2);
	EXPECT_EQ(mnx_receive_T(2, &m, 20000), ELOCKED);
	EXPECT_EQ(mnx_send(2, &m), OK);
	join(pid);
	EXPECT_EQ(shared_word[2], OK);
}

TEST(who_was_told_of_a_deadlock_is_free, "deadlock.after")
{
	message m = request(7, 1);
	proc_usr_t proc;
	pid_t pid;

	need_feature(M3IPC_FEATURE_DEADLOCK, "deadlock detection");
	enter(1);
	pid = spawn_with(send_1, 2);
	await_sending(2);
	for (int i = 0; i < 100; i++) {
		REQUIRE_EQ(mnx_send(2, &m), ELOCKED);
		REQUIRE_EQ(mnx_sendrec(2, &m), ELOCKED);
	}
	EXPECT_EQ(mnx_getprocinfo(vm, 1, &proc), OK);
	EXPECT_EQ(proc.p_rts_flags, PROC_RUNNING);
	EXPECT_EQ(proc.p_sendto, NONE);
	EXPECT_EQ(proc.p_lclsent, 0);
	EXPECT(!(proc.p_misc_flags & (MIS_ABANDONED | MIS_ATOMIC)));
	EXPECT_EQ(mnx_receive(ANY, &m), OK);
	EXPECT_EQ(m.m_source, 2);
	EXPECT_EQ(mnx_receive_T(ANY, &m, 0), EMOLAGAIN);
	join(pid);
}

enum { RING = 4, ROUNDS = 200 };

/* Member of a ring: all send to the next at once, round after round. */
static void close_the_ring(int member)
{
	int next = 10 + (member + 1) % RING;
	message m = request(7, member);

	enter(10 + member);
	for (int round = 0; round < ROUNDS; round++) {
		bool told;
		int result;

		/* Nobody begins before all have ended the round before. */
		shared_word[0]++;
		while (shared_word[0] < (round + 1) * RING)
			usleep(50);
		result = mnx_send(next, &m);
		told = result == ELOCKED;
		REQUIRE(told || result == OK);
		shared_word[1] += told;
		/* Who was told opens the ring by receiving, and then sends what it could not. */
		REQUIRE_EQ(mnx_receive(ANY, &m), OK);
		if (told)
			REQUIRE_EQ(mnx_send(next, &m), OK);
	}
}

TEST(of_all_that_close_a_cycle_at_once_one_is_told, "deadlock.once")
{
	pid_t members[RING];

	need_feature(M3IPC_FEATURE_DEADLOCK, "deadlock detection");
	for (int i = 0; i < RING; i++)
		members[i] = spawn_with(close_the_ring, i);
	for (int i = 0; i < RING; i++)
		join(members[i]);
	EXPECT_EQ(shared_word[1], ROUNDS);
}
