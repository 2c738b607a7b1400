// SPDX-License-Identifier: Apache-2.0
/* send, receive, sendrec. */
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/harness.h"
#include "uapi/m3ipc.h"

static void send_7_to_1(int nr)
{
	message m = request(7, nr * 100);

	enter(nr);
	EXPECT_EQ(mnx_send(1, &m), OK);
	/* What is sent stays as it was. */
	EXPECT_EQ(m.m_type, 7);
	EXPECT_EQ(m.m1_i1, nr * 100);
}

static void expect_from(int source, int nr)
{
	message m = poisoned();

	REQUIRE_EQ(mnx_receive(source, &m), OK);
	EXPECT_EQ(m.m_source, nr);
	EXPECT_EQ(m.m_type, 7);
	EXPECT_EQ(m.m1_i1, nr * 100);
}

static void receive_from(int source)
{
	enter(1);
	expect_from(source, 2);
}

TEST(send_to_a_receiver_of_any, "send.any send.unchanged")
{
	pid_t receiver = spawn_with(receive_from, ANY), sender;

	await_receiving(1);
	sender = spawn_with(send_7_to_1, 2);
	join(sender);
	join(receiver);
}

static void send_once_1_receives(int nr)
{
	message m = request(7, nr * 100);

	enter(nr);
	await_receiving(1);
	EXPECT_EQ(mnx_send(1, &m), OK);
}

TEST(send_to_a_receiver_of_the_sender, "send.named")
{
	/* The sender must be there before it can be named. */
	pid_t sender = spawn_with(send_once_1_receives, 2), receiver;

	await_bound(2);
	receiver = spawn_with(receive_from, 2);
	join(sender);
	join(receiver);
}

static void receive_2_then_3(void)
{
	enter(1);
	reach(0);
	await_sending(2);
	await_sending(3);
	expect_from(2, 2);
	expect_from(3, 3);
}

TEST(a_specific_receive_leaves_others_queued, "receive.named")
{
	pid_t receiver = spawn(receive_2_then_3), two, three;

	await_step(0);
	three = spawn_with(send_7_to_1, 3);
	await_sending(3);
	two = spawn_with(send_7_to_1, 2);
	join(receiver);
	join(two);
	join(three);
}

TEST(queued_senders_are_served_in_order, "send.fifo")
{
	static const int order[] = {9, 4, 12, 5};
	pid_t pids[4];
	message m;

	enter(1);
	for (int i = 0; i < 4; i++) {
		pids[i] = spawn_with(send_7_to_1, order[i]);
		await_sending(order[i]);
	}
	for (int i = 0; i < 4; i++)
		expect_from(ANY, order[i]);
	EXPECT_EQ(mnx_receive_T(ANY, &m, 0), EMOLAGAIN);
	for (int i = 0; i < 4; i++)
		join(pids[i]);
}

TEST(skipping_a_sender_keeps_the_order_of_the_rest, "receive.order")
{
	static const int order[] = {9, 4, 12, 5};
	pid_t pids[4];

	enter(1);
	for (int i = 0; i < 4; i++) {
		pids[i] = spawn_with(send_7_to_1, order[i]);
		await_sending(order[i]);
	}
	expect_from(12, 12);
	expect_from(ANY, 9);
	expect_from(ANY, 4);
	expect_from(5, 5);
	for (int i = 0; i < 4; i++)
		join(pids[i]);
}

static void send_then_reach(void)
{
	send_7_to_1(2);
	reach(1);
}

TEST(send_blocks_until_it_is_taken, "send.queued")
{
	proc_usr_t proc;
	pid_t sender;

	enter(1);
	sender = spawn(send_then_reach);
	await_sending(2);
	EXPECT(!reached(1));
	EXPECT_EQ(mnx_getprocinfo(vm, 2, &proc), OK);
	EXPECT_EQ(proc.p_sendto, 1);
	expect_from(ANY, 2);
	await_step(1);
	join(sender);
}

TEST(a_receiver_of_another_leaves_the_sender_queued, "send.unwanted")
{
	pid_t other, sender;
	message m;

	enter(1);
	other = spawn_with(enter_and_leave, 3);
	finish(other);
	sender = spawn_with(send_7_to_1, 2);
	await_sending(2);
	EXPECT_EQ(mnx_receive_T(3, &m, 0), ESRCDIED);
	expect_from(2, 2);
	join(sender);
}

static void echo_forever(int nr)
{
	message m;

	enter(nr);
	while (mnx_receive(ANY, &m) == OK) {
		int client = m.m_source;

		m.m1_i1++;
		EXPECT_EQ(mnx_send(client, &m), OK);
	}
}

TEST(sendrec_brings_the_answer, "sendrec.answer")
{
	pid_t server = spawn_with(echo_forever, 1);

	enter(2);
	await_receiving(1);
	for (int i = 0; i < 2000; i++) {
		message m = request(8, i);

		REQUIRE_EQ(mnx_sendrec(1, &m), OK);
		REQUIRE_EQ(m.m_source, 1);
		REQUIRE_EQ(m.m_type, 8);
		REQUIRE_EQ(m.m1_i1, i + 1);
	}
	kill_and_reap(server);
}

TEST(all_bytes_but_the_source_are_opaque, "message.opaque message.source")
{
	pid_t server = spawn_with(echo_forever, 1);
	unsigned char bytes[sizeof(message)], back[sizeof(message)];

	enter(2);
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = 251 * i + 17;
	memcpy(back, bytes, sizeof(back));
	await_receiving(1);
	REQUIRE_EQ(mnx_sendrec(1, (message *)back), OK);
	((message *)bytes)->m_source = 1;
	((message *)bytes)->m1_i1++;
	EXPECT(!memcmp(bytes, back, sizeof(bytes)));
	kill_and_reap(server);
}

/* Only this test's buffer may change, to the byte. */
TEST(exactly_one_message_is_written, "receive.exact")
{
	struct {
		unsigned char before[64];
		message m;
		unsigned char after[64];
	} area;
	pid_t sender;

	memset(&area, 0x5a, sizeof(area));
	enter(1);
	sender = spawn_with(send_7_to_1, 2);
	EXPECT_EQ(mnx_receive(ANY, &area.m), OK);
	for (int i = 0; i < 64; i++)
		REQUIRE(area.before[i] == 0x5a && area.after[i] == 0x5a);
	join(sender);
}

TEST(peers_are_other_processes_in_range, "peer.range peer.self")
{
	message m = request(1, 1);

	enter(1);
	EXPECT_EQ(mnx_send(1, &m), EENDPOINT);
	EXPECT_EQ(mnx_receive(1, &m), EENDPOINT);
	EXPECT_EQ(mnx_sendrec(1, &m), EENDPOINT);
	EXPECT_EQ(mnx_send(SELF, &m), EENDPOINT);
	EXPECT_EQ(mnx_send(ANY, &m), EENDPOINT);
	EXPECT_EQ(mnx_sendrec(ANY, &m), EENDPOINT);
	EXPECT_EQ(mnx_send(NONE, &m), EENDPOINT);
	EXPECT_EQ(mnx_receive(NONE, &m), EENDPOINT);
	EXPECT_EQ(mnx_send(221, &m), EMOLRANGE);
	EXPECT_EQ(mnx_send(-36, &m), EMOLRANGE);
	EXPECT_EQ(mnx_receive(16000, &m), EMOLRANGE);
	EXPECT_EQ(mnx_notify(-36), EMOLRANGE);
}

TEST(a_dead_senders_message_is_gone, "dead.message")
{
	message m;
	pid_t sender;

	enter(1);
	sender = spawn_with(send_7_to_1, 2);
	await_sending(2);
	kill_and_reap(sender);
	EXPECT_EQ(mnx_receive_T(ANY, &m, 0), EMOLAGAIN);
	/* The slot's next tenant is another one. */
	sender = spawn_with(send_7_to_1, 2);
	expect_from(ANY, 2);
	join(sender);
}

static void answer_twice(void)
{
	message m;

	enter(1);
	await_bound(2);
	EXPECT_EQ(mnx_receive(2, &m), OK);
	await_sending(3);
	/* The client waits for us alone, whoever else sends to it. */
	EXPECT_EQ(mnx_send(2, &m), OK);
	await_step(0);
}

static void send_to_2(int nr)
{
	message m = request(9, nr);

	enter(nr);
	EXPECT_EQ(mnx_send(2, &m), OK);
}

TEST(sendrec_takes_only_the_servers_answer, "sendrec.only")
{
	pid_t server = spawn(answer_twice), other;
	message m = request(7, 1);

	enter(2);
	await_bound(1);
	other = spawn_with(send_to_2, 3);
	await_sending(3);
	EXPECT_EQ(mnx_sendrec(1, &m), OK);
	EXPECT_EQ(m.m_source, 1);
	EXPECT_EQ(m.m_type, 7);
	EXPECT_EQ(mnx_receive(ANY, &m), OK);
	EXPECT_EQ(m.m_source, 3);
	reach(0);
	join(other);
	join(server);
}

static void *receive_in_thread(void *arg)
{
	message m;

	(void)arg;
	EXPECT_EQ(mnx_receive(ANY, &m), OK);
	return NULL;
}

TEST(one_blocking_call_per_endpoint, "call.one")
{
	pthread_t thread;
	message m = request(7, 200);
	pid_t sender;

	enter(1);
	pthread_create(&thread, NULL, receive_in_thread, NULL);
	await_receiving(1);
	EXPECT_EQ(mnx_receive(ANY, &m), EMOLBUSY);
	EXPECT_EQ(mnx_receive_T(ANY, &m, 0), EMOLBUSY);
	sender = spawn_with(send_7_to_1, 2);
	pthread_join(thread, NULL);
	join(sender);
}

TEST(a_bad_address_is_the_callers_fault, "fault.receive")
{
	void *read_only = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	void *unmapped = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	pid_t sender;

	enter(1);
	sender = spawn_with(send_7_to_1, 2);
	await_sending(2);
	EXPECT_EQ(mnx_receive(ANY, unmapped), EMOLFAULT);
	EXPECT_EQ(mnx_receive(ANY, read_only), EMOLFAULT);
	EXPECT_EQ(mnx_receive(ANY, NULL), EMOLFAULT);
	/* Half of it: the last page ends within the message. */
	EXPECT_EQ(mnx_receive(ANY, (char *)unmapped - 8), EMOLFAULT);
	/* The sender is still there, and whole. */
	expect_from(ANY, 2);
	join(sender);
}

static void send_from_nowhere(void)
{
	enter(2);
	EXPECT_EQ(mnx_send(1, (message *)8), EMOLFAULT);
	EXPECT_EQ(mnx_sendrec(1, (message *)8), EMOLFAULT);
	EXPECT_EQ(mnx_sendrec(1, (message *)0xffffffff81000000UL), EMOLFAULT);
}

TEST(a_bad_address_of_a_sender_stays_with_it, "fault.send")
{
	pid_t sender;
	message m;

	enter(1);
	sender = spawn(send_from_nowhere);
	join(sender);
	EXPECT_EQ(mnx_receive_T(ANY, &m, 0), EMOLAGAIN);
}

/* The buffer is fine when receive blocks, and gone when the message comes. */
static void receive_into_what_vanishes(void)
{
	message *m = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	enter(1);
	REQUIRE(m != MAP_FAILED);
	EXPECT_EQ(mnx_receive_T(ANY, m, 0), EMOLAGAIN);
	munmap(m, 4096);
	EXPECT_EQ(mnx_receive_T(ANY, m, 0), EMOLFAULT);
}

TEST(receive_probes_its_buffer_before_it_blocks, "fault.probe")
{
	join(spawn(receive_into_what_vanishes));
}

TEST(a_queued_sender_may_be_ended_by_a_signal, "signal.deadly")
{
	pid_t sender;

	enter(1);
	sender = spawn_with(send_7_to_1, 2);
	await_sending(2);
	kill(sender, SIGTERM);
	EXPECT(WIFSIGNALED(finish(sender)));
	await_free(2);
}

static void sendrec_many(int nr)
{
	enter(nr);
	for (int i = 0; i < 300; i++) {
		message m = request(nr, i);

		REQUIRE_EQ(mnx_sendrec(1, &m), OK);
		REQUIRE_EQ(m.m_type, nr);
		REQUIRE_EQ(m.m1_i1, i + 1);
	}
}

TEST(many_clients_get_their_own_answers, "sendrec.many")
{
	pid_t server = spawn_with(echo_forever, 1), clients[8];

	await_receiving(1);
	for (int i = 0; i < 8; i++)
		clients[i] = spawn_with(sendrec_many, 40 + i);
	for (int i = 0; i < 8; i++)
		join(clients[i]);
	kill_and_reap(server);
}

TEST(counters_count_messages, "count.messages")
{
	pid_t server = spawn_with(echo_forever, 1);
	proc_usr_t proc;
	vm_usr_t info;

	enter(2);
	await_receiving(1);
	for (int i = 0; i < 10; i++) {
		message m = request(8, i);

		REQUIRE_EQ(mnx_sendrec(1, &m), OK);
	}
	EXPECT_EQ(mnx_getprocinfo(vm, 2, &proc), OK);
	EXPECT_EQ(proc.p_lclsent, 10);
	EXPECT_EQ(proc.p_received, 10);
	EXPECT_EQ(proc.p_rmtsent, 0);
	EXPECT_EQ(mnx_getvminfo(vm, &info), OK);
	EXPECT_EQ(info.dc_messages, 20);
	EXPECT_EQ(info.dc_lclsent, 20);
	EXPECT_EQ(info.dc_rmtsent, 0);
	EXPECT_EQ(info.dc_rmtcopy, 0);
	kill_and_reap(server);
	/* What those have moved that are gone still counts. */
	EXPECT_EQ(mnx_getvminfo(vm, &info), OK);
	EXPECT_EQ(info.dc_lclsent, 20);
	EXPECT_EQ(info.dc_messages, 20);
}

/* ---- deadlocks ---- */

static void send_to(int code)
{
	int self = code / 100, peer = code % 100;
	message m = request(7, self * 100);

	enter(self);
	reach(self);
	await_step(peer);
	if (self == 3)
		await_step(20);
	shared_word[self] = mnx_send(peer, &m);
}

TEST(two_senders_to_each_other_are_a_deadlock, "deadlock.send")
{
	pid_t two, three;

	need_feature(M3IPC_FEATURE_DEADLOCK, "deadlock detection");
	two = spawn_with(send_to, 203);
	three = spawn_with(send_to, 302);
	await_sending(2);
	reach(20);
	/* The second one closes the cycle and is told; the first goes on waiting. */
	join(three);
	EXPECT_EQ(shared_word[3], ELOCKED);
	EXPECT_EQ(finish(two) >= 0, 1);
	EXPECT_EQ(shared_word[2], EDSTDIED);
}

static void receive_2(void)
{
	message m;

	enter(3);
	EXPECT_EQ(mnx_receive(2, &m), OK);
}

static void send_to_3(void)
{
	message m = request(7, 1);

	enter(2);
	reach(2);
	await_receiving(3);
	EXPECT_EQ(mnx_send(3, &m), OK);
}

TEST(a_receiver_of_the_sender_is_no_deadlock, "deadlock.pair")
{
	pid_t sender = spawn(send_to_3), receiver;

	await_step(2);
	receiver = spawn(receive_2);
	join(sender);
	join(receiver);
}

TEST(a_ring_of_three_is_a_deadlock, "deadlock.ring")
{
	pid_t two, three, four;

	need_feature(M3IPC_FEATURE_DEADLOCK, "deadlock detection");
	two = spawn_with(send_to, 204);
	four = spawn_with(send_to, 403);
	three = spawn_with(send_to, 302);
	await_sending(2);
	await_sending(4);
	reach(20);
	join(three);
	EXPECT_EQ(shared_word[3], ELOCKED);
	finish(four);
	EXPECT_EQ(shared_word[4], EDSTDIED);
	finish(two);
	EXPECT_EQ(shared_word[2], EDSTDIED);
}
