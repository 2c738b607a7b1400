// SPDX-License-Identifier: Apache-2.0
/* Time limits and signals. */
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/harness.h"
#include "uapi/m3ipc.h"

static void be(int nr)
{
	enter(nr);
	await_step(0);
}

TEST(no_time_means_would_block, "timeout.zero")
{
	pid_t peer = spawn_with(be, 1);
	message m = request(7, 200);
	int endpoint;

	enter(2);
	await_bound(1);
	EXPECT_EQ(mnx_send_T(1, &m, TIMEOUT_NOWAIT), EMOLAGAIN);
	EXPECT_EQ(mnx_receive_T(1, &m, TIMEOUT_NOWAIT), EMOLAGAIN);
	EXPECT_EQ(mnx_receive_T(ANY, &m, TIMEOUT_NOWAIT), EMOLAGAIN);
	EXPECT_EQ(mnx_sendrec_T(1, &m, TIMEOUT_NOWAIT), EMOLAGAIN);
	EXPECT_EQ(mnx_wait4bindep_T(3, &endpoint, TIMEOUT_NOWAIT), EMOLAGAIN);
	EXPECT_EQ(mnx_wait4unbind_T(1, TIMEOUT_NOWAIT), EMOLAGAIN);
	EXPECT_EQ(m.m_type, 7);
	reach(0);
	join(peer);
}

static void expect_timed_out(int result, long started, long ms)
{
	long took = now_ms() - started;

	EXPECT_EQ(result, EMOLTIMEDOUT);
	EXPECT(took >= ms);
	/* An emulated machine is slow, but not this slow. */
	EXPECT(took < ms + 5000);
}

TEST(time_runs_out, "timeout.passed")
{
	pid_t peer = spawn_with(be, 1);
	message m = request(7, 200);
	long start;

	enter(2);
	await_bound(1);
	start = now_ms();
	expect_timed_out(mnx_send_T(1, &m, 50), start, 50);
	start = now_ms();
	expect_timed_out(mnx_receive_T(1, &m, 50), start, 50);
	start = now_ms();
	expect_timed_out(mnx_receive_T(ANY, &m, 50), start, 50);
	start = now_ms();
	expect_timed_out(mnx_sendrec_T(1, &m, 50), start, 50);
	start = now_ms();
	expect_timed_out(mnx_wait4bindep_T(3, NULL, 50), start, 50);
	start = now_ms();
	expect_timed_out(mnx_wait4unbind_T(1, 50), start, 50);
	reach(0);
	join(peer);
}

TEST(other_negative_times_are_refused, "timeout.negative")
{
	pid_t peer = spawn_with(be, 1);
	message m = request(7, 200);

	enter(2);
	await_bound(1);
	EXPECT_EQ(mnx_send_T(1, &m, -2), EMOLINVAL);
	EXPECT_EQ(mnx_receive_T(ANY, &m, -1000), EMOLINVAL);
	EXPECT_EQ(mnx_sendrec_T(1, &m, -2), EMOLINVAL);
	EXPECT_EQ(mnx_wait4bindep_T(1, NULL, -2), EMOLINVAL);
	reach(0);
	join(peer);
}

static void receive_in_time(void)
{
	message m;

	enter(1);
	EXPECT_EQ(mnx_receive_T(ANY, &m, 20000), OK);
	EXPECT_EQ(m.m_source, 2);
}

TEST(what_comes_in_time_is_delivered, "timeout.intime")
{
	pid_t receiver = spawn(receive_in_time);
	message m = request(7, 1);

	enter(2);
	await_receiving(1);
	EXPECT_EQ(mnx_send_T(1, &m, 20000), OK);
	join(receiver);
}

static void send_in_50_ms(int nr)
{
	message m = request(7, nr);

	enter(nr);
	EXPECT_EQ(mnx_send_T(1, &m, 50), EMOLTIMEDOUT);
	reach(nr);
	await_step(0);
}

static void send_forever(int nr)
{
	message m = request(7, nr);

	enter(nr);
	EXPECT_EQ(mnx_send(1, &m), OK);
}

TEST(a_timed_out_send_leaves_no_trace, "timeout.send")
{
	pid_t first, timed, last;
	message m;

	enter(1);
	first = spawn_with(send_forever, 2);
	await_sending(2);
	timed = spawn_with(send_in_50_ms, 3);
	await_sending(3);
	last = spawn_with(send_forever, 4);
	await_sending(4);
	await_step(3);
	EXPECT_EQ(mnx_receive(ANY, &m), OK);
	EXPECT_EQ(m.m_source, 2);
	EXPECT_EQ(mnx_receive(ANY, &m), OK);
	EXPECT_EQ(m.m_source, 4);
	EXPECT_EQ(mnx_receive_T(ANY, &m, 0), EMOLAGAIN);
	reach(0);
	join(first);
	join(timed);
	join(last);
}

static void sendrec_in_50_ms(void)
{
	message m = request(7, 200);

	enter(2);
	shared_word[0] = mnx_sendrec_T(1, &m, 50);
	reach(2);
	/* Free for others again. */
	EXPECT_EQ(mnx_receive_T(ANY, &m, 20000), OK);
	EXPECT_EQ(m.m_source, 3);
}

static void send_to_2(int nr)
{
	message m = request(9, nr);

	enter(nr);
	EXPECT_EQ(mnx_send(2, &m), OK);
}

TEST(a_sendrec_not_taken_in_time_is_withdrawn, "timeout.sendrec")
{
	pid_t client, other;
	message m;

	enter(1);
	client = spawn(sendrec_in_50_ms);
	await_step(2);
	EXPECT_EQ(shared_word[0], EMOLTIMEDOUT);
	EXPECT_EQ(mnx_receive_T(ANY, &m, 0), EMOLAGAIN);
	other = spawn_with(send_to_2, 3);
	join(client);
	join(other);
}

TEST(a_sendrec_not_answered_in_time_is_abandoned, "timeout.abandoned")
{
	pid_t client, other;
	proc_usr_t proc;
	message m;

	need_feature(M3IPC_FEATURE_REQUESTS, "rcvrqst and reply");
	enter(1);
	client = spawn(sendrec_in_50_ms);
	EXPECT_EQ(mnx_receive(ANY, &m), OK);
	await_step(2);
	EXPECT_EQ(shared_word[0], EMOLTIMEDOUT);
	EXPECT_EQ(mnx_getprocinfo(vm, 2, &proc), OK);
	EXPECT(proc.p_misc_flags & MIS_ABANDONED);
	EXPECT_EQ(mnx_reply(2, &m), EPROCSTS);
	other = spawn_with(send_to_2, 3);
	join(client);
	join(other);
}

enum { SEND, RECEIVE, SENDREC, WAIT4BIND, WAIT4UNBIND, WAIT4SELF };

static void call_until_signal(int call)
{
	message m = request(7, 200);
	int result = OK;

	/* With SA_RESTART, which must not restart it. */
	interruptible(SIGUSR1);
	if (call != WAIT4SELF)
		enter(2);
	switch (call) {
	case SEND:
		result = mnx_send(1, &m);
		break;
	case RECEIVE:
		result = mnx_receive(ANY, &m);
		break;
	case SENDREC:
		result = mnx_sendrec(1, &m);
		break;
	case WAIT4BIND:
		result = mnx_wait4bindep_T(3, NULL, TIMEOUT_FOREVER);
		break;
	case WAIT4UNBIND:
		result = mnx_wait4unbind(1);
		break;
	case WAIT4SELF:
		reach(2);
		result = mnx_wait4bind_T(NULL, TIMEOUT_FOREVER);
		break;
	}
	EXPECT_EQ(result, EMOLINTR);
	reach(1);
	await_step(0);
}

static void interrupt(int call, unsigned long flags)
{
	pid_t pid;
	message m;

	enter(1);
	pid = spawn_with(call_until_signal, call);
	await_flags(2, flags, flags);
	EXPECT_EQ(kill(pid, SIGUSR1), 0);
	await_step(1);
	EXPECT_EQ(mnx_receive_T(ANY, &m, 0), EMOLAGAIN);
	reach(0);
	join(pid);
}

TEST(a_signal_ends_send, "signal.send signal.norestart")
{
	interrupt(SEND, SENDING);
}

TEST(a_signal_ends_receive, "signal.receive signal.norestart")
{
	interrupt(RECEIVE, RECEIVING);
}

TEST(a_signal_ends_sendrec, "signal.sendrec signal.norestart")
{
	interrupt(SENDREC, SENDING);
}

TEST(a_signal_ends_wait4bindep, "signal.wait")
{
	interrupt(WAIT4BIND, WAITBIND);
}

TEST(a_signal_ends_wait4unbind, "signal.wait")
{
	interrupt(WAIT4UNBIND, WAITUNBIND);
}

TEST(a_signal_ends_wait4bind, "signal.wait")
{
	pid_t pid = spawn_with(call_until_signal, WAIT4SELF);

	await_step(2);
	/* It may not sleep yet: signals go on until one finds it asleep. */
	while (!reached(1)) {
		kill(pid, SIGUSR1);
		usleep(1000);
	}
	reach(0);
	join(pid);
}

TEST(an_interrupted_sendrec_that_was_taken_is_abandoned, "signal.abandoned")
{
	pid_t pid;
	message m;

	need_feature(M3IPC_FEATURE_REQUESTS, "rcvrqst and reply");
	enter(1);
	pid = spawn_with(call_until_signal, SENDREC);
	EXPECT_EQ(mnx_receive(ANY, &m), OK);
	await_receiving(2);
	EXPECT_EQ(kill(pid, SIGUSR1), 0);
	await_step(1);
	EXPECT_EQ(mnx_reply(2, &m), EPROCSTS);
	reach(0);
	join(pid);
}
