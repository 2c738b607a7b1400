// SPDX-License-Identifier: Apache-2.0
/* Notifications. */
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/harness.h"

static void notify_1(int nr)
{
	enter(nr);
	EXPECT_EQ(mnx_notify(1), OK);
	reach(nr);
	await_step(0);
}

static void expect_notification(int source, int nr)
{
	message m = poisoned();

	REQUIRE_EQ(mnx_receive_T(source, &m, 5000), OK);
	EXPECT_EQ(m.m_source, nr);
	EXPECT_EQ(m.m_type, 0x1000 + nr + 35);
}

TEST(a_notification_is_written_whole, "notify.whole notify.idle")
{
	struct timespec before, after;
	message m = poisoned();
	const unsigned char *bytes = (const unsigned char *)&m;
	pid_t source;

	enter(1);
	clock_gettime(CLOCK_REALTIME, &before);
	source = spawn_with(notify_1, 5);
	await_step(5);
	EXPECT_EQ(mnx_receive(ANY, &m), OK);
	clock_gettime(CLOCK_REALTIME, &after);
	EXPECT_EQ(m.m_source, 5);
	EXPECT_EQ(m.m_type, NOTIFY_FROM(5));
	EXPECT_EQ(m.m9_i1, 0);
	EXPECT_EQ(m.m9_l1, 0);
	EXPECT(m.m9_t1.tv_sec >= before.tv_sec && m.m9_t1.tv_sec <= after.tv_sec);
	EXPECT(m.m9_t1.tv_nsec >= 0 && m.m9_t1.tv_nsec < 1000000000);
	for (size_t i = offsetof(message, m9_t1) + sizeof(m.m9_t1); i < sizeof(m); i++)
		EXPECT_EQ(bytes[i], 0);
	reach(0);
	join(source);
}

static void notify_1_far(int nr)
{
	enter(nr);
	EXPECT_EQ(mnx_notify(1), OK);
	shared_word[0]++;
	await_step(0);
}

TEST(the_type_of_a_tasks_notification_is_no_error, "notify.type")
{
	pid_t source;

	enter(1);
	source = spawn_with(notify_1_far, -2);
	expect_notification(ANY, -2);
	reach(0);
	join(source);
}

static void receive_any(void)
{
	enter(1);
	expect_notification(ANY, 5);
}

TEST(a_blocked_receiver_gets_it_at_once, "notify.waiting")
{
	pid_t receiver = spawn(receive_any), source;

	await_receiving(1);
	source = spawn_with(notify_1, 5);
	join(receiver);
	reach(0);
	join(source);
}

static void notify_1_thrice(void)
{
	enter(5);
	for (int i = 0; i < 3; i++)
		EXPECT_EQ(mnx_notify(1), OK);
	reach(5);
	await_step(0);
}

TEST(several_before_it_is_taken_are_one, "notify.merged")
{
	message m;
	pid_t source;

	enter(1);
	source = spawn(notify_1_thrice);
	await_step(5);
	expect_notification(ANY, 5);
	EXPECT_EQ(mnx_receive_T(ANY, &m, 0), EMOLAGAIN);
	reach(0);
	join(source);
}

TEST(the_lowest_number_comes_first, "notify.order")
{
	static const int sources[] = {28, 7, 3, 19};
	pid_t pids[5];

	enter(1);
	for (int i = 0; i < 4; i++) {
		pids[i] = spawn_with(notify_1, sources[i]);
		await_step(sources[i]);
	}
	expect_notification(ANY, 3);
	expect_notification(ANY, 7);
	expect_notification(ANY, 19);
	expect_notification(ANY, 28);
	reach(0);
	for (int i = 0; i < 4; i++)
		join(pids[i]);
}

TEST(processes_beyond_the_system_slots_notify_too, "notify.far")
{
	static const int sources[] = {220, 29, 100};
	pid_t pids[3];

	enter(1);
	for (int i = 0; i < 3; i++)
		pids[i] = spawn_with(notify_1_far, sources[i]);
	for (long end = now_ms() + 10000; shared_word[0] < 3 && now_ms() < end;)
		usleep(200);
	expect_notification(ANY, 29);
	expect_notification(ANY, 100);
	expect_notification(ANY, 220);
	reach(0);
	for (int i = 0; i < 3; i++)
		join(pids[i]);
}

TEST(a_named_source_is_looked_for_alone, "notify.named")
{
	pid_t three, seven;
	message m;

	enter(1);
	three = spawn_with(notify_1, 3);
	seven = spawn_with(notify_1, 7);
	await_step(3);
	await_step(7);
	expect_notification(7, 7);
	EXPECT_EQ(mnx_receive_T(7, &m, 0), EMOLAGAIN);
	expect_notification(ANY, 3);
	reach(0);
	join(three);
	join(seven);
}

static void send_to_1(int nr)
{
	message m = request(9, nr);

	enter(nr);
	EXPECT_EQ(mnx_send(1, &m), OK);
}

TEST(notifications_come_before_queued_senders, "notify.first")
{
	pid_t sender, source;
	message m;

	enter(1);
	sender = spawn_with(send_to_1, 2);
	await_sending(2);
	source = spawn_with(notify_1, 5);
	await_step(5);
	expect_notification(ANY, 5);
	EXPECT_EQ(mnx_receive(ANY, &m), OK);
	EXPECT_EQ(m.m_source, 2);
	reach(0);
	join(sender);
	join(source);
}

static void notify_then_answer(void)
{
	message m;

	enter(1);
	EXPECT_EQ(mnx_receive(ANY, &m), OK);
	EXPECT_EQ(mnx_notify(m.m_source), OK);
	m.m1_i1 = 77;
	EXPECT_EQ(mnx_send(m.m_source, &m), OK);
	await_step(0);
}

TEST(sendrec_takes_no_notification_for_the_answer, "notify.sendrec")
{
	pid_t server = spawn(notify_then_answer);
	message m = request(7, 1);

	enter(2);
	await_receiving(1);
	EXPECT_EQ(mnx_sendrec(1, &m), OK);
	EXPECT_EQ(m.m_type, 7);
	EXPECT_EQ(m.m1_i1, 77);
	expect_notification(ANY, 1);
	reach(0);
	join(server);
}

TEST(a_process_may_notify_itself, "notify.self peer.self")
{
	message m = poisoned();

	enter(1);
	EXPECT_EQ(mnx_notify(SELF), OK);
	EXPECT_EQ(mnx_receive_T(ANY, &m, 0), OK);
	EXPECT_EQ(m.m_source, HARDWARE);
	EXPECT_EQ(mnx_notify(1), OK);
	EXPECT_EQ(mnx_receive_T(ANY, &m, 0), OK);
	EXPECT_EQ(m.m_source, HARDWARE);
	EXPECT_EQ(mnx_receive_T(ANY, &m, 0), EMOLAGAIN);
}

static void notify_1_and_die(int nr)
{
	enter(nr);
	EXPECT_EQ(mnx_notify(1), OK);
}

TEST(the_bits_of_the_dead_are_void, "notify.void")
{
	message m;

	enter(1);
	join(spawn_with(notify_1_and_die, 5));
	join(spawn_with(notify_1_and_die, 40));
	EXPECT_EQ(mnx_receive_T(ANY, &m, 0), EMOLAGAIN);
}

static void just_be(int nr)
{
	enter(nr);
	reach(2);
	await_step(0);
}

TEST(the_next_tenant_does_not_inherit_bits, "notify.tenant")
{
	pid_t tenant;
	message m;

	enter(1);
	join(spawn_with(notify_1_and_die, 5));
	tenant = spawn_with(just_be, 5);
	await_step(2);
	EXPECT_EQ(mnx_receive_T(ANY, &m, 0), EMOLAGAIN);
	EXPECT_EQ(mnx_receive_T(5, &m, 0), EMOLAGAIN);
	reach(0);
	join(tenant);
}

TEST(notify_never_blocks, "notify.nonblocking")
{
	pid_t idle = spawn_with(just_be, 1);
	long start;

	enter(2);
	await_step(2);
	start = now_ms();
	for (int i = 0; i < 1000; i++)
		REQUIRE_EQ(mnx_notify(1), OK);
	EXPECT(now_ms() - start < 10000);
	reach(0);
	join(idle);
}
