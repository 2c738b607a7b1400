// SPDX-License-Identifier: Apache-2.0
/* What may happen at the same time as a blocked call, or in its very end. */
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/harness.h"
#include "uapi/m3ipc.h"

static void be(int nr)
{
	enter(nr);
	await_step(0);
}

static void *receive_in_thread(void *argument)
{
	*(int *)argument = mnx_receive(ANY, &(message){.m_type = 0});
	return NULL;
}

TEST(calls_that_do_not_block_run_beside_one_that_does, "call.beside")
{
	pid_t peer = spawn_with(be, 2);
	message m = request(7, 1);
	pthread_t thread;
	proc_usr_t proc;
	int result = -1, fd;

	enter(1);
	await_bound(2);
	REQUIRE(pthread_create(&thread, NULL, receive_in_thread, &result) == 0);
	await_receiving(1);
	EXPECT_EQ(mnx_notify(2), OK);
	EXPECT_EQ(mnx_reply(2, &m), EPROCSTS);
	EXPECT_EQ(mnx_vcopy(2, &m, SELF, &m, sizeof(m)), EPROCSTS);
	EXPECT_EQ(mnx_getprocinfo(vm, 1, &proc), OK);
	EXPECT_EQ(mnx_getep(0), 1);
	fd = mnx_endpoint_fd(vm, SELF);
	EXPECT(fd >= 0);
	/* The blocked call is as it was; a wakeup by our own process ends it. */
	await_receiving(1);
	EXPECT_EQ(mnx_wakeup(vm, 1), OK);
	pthread_join(thread, NULL);
	EXPECT_EQ(result, EWOKENUP);
	close(fd);
	reach(0);
	join(peer);
}

static void send_to_1(int nr)
{
	message m = request(7, nr);

	enter(nr);
	shared_word[nr] = mnx_send(1, &m);
}

TEST(nobody_is_left_in_a_receive_that_ran_out_of_time, "timeout.receive")
{
	message m;
	pid_t sender;

	enter(1);
	EXPECT_EQ(mnx_receive_T(ANY, &m, 20), EMOLTIMEDOUT);
	sender = spawn_with(send_to_1, 2);
	/* Not delivered into the call that is over: it queues. */
	await_sending(2);
	EXPECT_EQ(mnx_receive(2, &m), OK);
	EXPECT_EQ(m.m_source, 2);
	join(sender);
}

/* ---- wakeup ---- */

static void receive_1_then_any(void)
{
	message m;

	enter(2);
	shared_word[2] = mnx_receive(1, &m);
	EXPECT_EQ(mnx_receive(ANY, &m), EWOKENUP);
}

static void ask_1_then_any(void)
{
	message m = request(7, 2);

	enter(2);
	shared_word[2] = mnx_sendrec(1, &m);
	EXPECT_EQ(mnx_receive(ANY, &m), EWOKENUP);
}

TEST(wakeup_does_not_end_a_wait_for_a_named_process, "wakeup.others")
{
	message m = request(7, 1);
	pid_t pid;

	need_feature(M3IPC_FEATURE_WAKEUP, "wakeup");
	enter(1);
	pid = spawn(receive_1_then_any);
	await_receiving(2);
	EXPECT_EQ(mnx_wakeup(vm, 2), EPROCRUN);
	EXPECT_EQ(mnx_send(2, &m), OK);
	join(pid);
	EXPECT_EQ(shared_word[2], OK);
	pid = spawn(ask_1_then_any);
	EXPECT_EQ(mnx_receive(ANY, &m), OK);
	await_receiving(2);
	EXPECT_EQ(mnx_wakeup(vm, 2), EPROCRUN);
	EXPECT_EQ(mnx_reply(2, &m), OK);
	join(pid);
	EXPECT_EQ(shared_word[2], OK);
}

static void rcvrqst_then_any(void)
{
	message m;

	enter(2);
	EXPECT_EQ(mnx_rcvrqst(&m), OK);
	EXPECT_EQ(mnx_reply(1, &m), OK);
	EXPECT_EQ(mnx_receive(ANY, &m), EWOKENUP);
}

TEST(wakeup_does_not_end_rcvrqst, "wakeup.others")
{
	message m = request(7, 1);
	pid_t pid;

	need_feature(M3IPC_FEATURE_WAKEUP | M3IPC_FEATURE_REQUESTS, "wakeup");
	enter(1);
	pid = spawn(rcvrqst_then_any);
	await_receiving(2);
	EXPECT_EQ(mnx_wakeup(vm, 2), EPROCRUN);
	EXPECT_EQ(mnx_sendrec(2, &m), OK);
	join(pid);
}

/* ---- faults ---- */

static message *mapped;

static void *unmap_when_blocked(void *argument)
{
	(void)argument;
	await_receiving(1);
	munmap(mapped, 4096);
	reach(1);
	return NULL;
}

static void receive_into_what_goes(void)
{
	pthread_t thread;
	message m;

	mapped = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	enter(1);
	REQUIRE(pthread_create(&thread, NULL, unmap_when_blocked, NULL) == 0);
	EXPECT_EQ(mnx_receive(ANY, mapped), EMOLFAULT);
	pthread_join(thread, NULL);
	/* It was delivered: there is no second copy of it. */
	EXPECT_EQ(mnx_receive_T(ANY, &m, 0), EMOLAGAIN);
}

TEST(a_fault_after_delivery_is_the_receivers, "fault.after")
{
	pid_t receiver = spawn(receive_into_what_goes), sender;

	await_step(1);
	sender = spawn_with(send_to_1, 2);
	join(sender);
	EXPECT_EQ(shared_word[2], OK);
	join(receiver);
}

TEST(failing_calls_leave_the_message_buffer_alone, "receive.poison")
{
	pid_t peer = spawn_with(be, 2);
	message m = poisoned(), before = poisoned();

	enter(1);
	await_bound(2);
	EXPECT_EQ(mnx_receive_T(ANY, &m, 0), EMOLAGAIN);
	EXPECT_EQ(mnx_receive_T(2, &m, 5), EMOLTIMEDOUT);
	EXPECT_EQ(mnx_receive(9, &m), ESRCDIED);
	EXPECT_EQ(mnx_receive(221, &m), EMOLRANGE);
	EXPECT_EQ(mnx_rcvrqst_T(&m, 5), EMOLTIMEDOUT);
	EXPECT_EQ(mnx_sendrec_T(2, &m, 5), EMOLTIMEDOUT);
	EXPECT_EQ(mnx_replyrec_T(2, &m, 5), EPROCSTS);
	EXPECT_EQ(mnx_wakeup(vm, 1), EPROCRUN);
	EXPECT_EQ(mnx_receive(ANY, &m), EWOKENUP);
	EXPECT(!memcmp(&m, &before, sizeof(m)));
	reach(0);
	join(peer);
}

/* ---- signals ---- */

enum { ROUNDS = 2000 };

/* Receives numbered messages, interrupted all the time: each comes once, in order. */
static void receive_in_order(void)
{
	message m;

	interruptible(SIGUSR1);
	enter(1);
	reach(1);
	for (int next = 0; next < ROUNDS;) {
		int result = mnx_receive(ANY, &m);

		if (result == EMOLINTR) {
			shared_word[0]++;
			continue;
		}
		REQUIRE_EQ(result, OK);
		REQUIRE_EQ(m.m1_i1, next);
		next++;
	}
}

/* Sends them, interrupted all the time: what was interrupted was not taken. */
static void send_in_order(void)
{
	interruptible(SIGUSR1);
	enter(2);
	reach(2);
	for (int next = 0; next < ROUNDS;) {
		message m = request(7, next);
		int result = mnx_send(1, &m);

		if (result == EMOLINTR) {
			shared_word[1]++;
			continue;
		}
		REQUIRE_EQ(result, OK);
		next++;
	}
}

TEST(no_message_is_lost_or_doubled_by_signals, "signal.race")
{
	pid_t receiver = spawn(receive_in_order), sender;
	int status;

	await_step(1);
	sender = spawn(send_in_order);
	await_step(2);
	/* Each has until the other ends: no signal goes to a process that is gone. */
	while (waitpid(sender, &status, WNOHANG) == 0) {
		kill(receiver, SIGUSR1);
		kill(sender, SIGUSR1);
		sched_yield();
	}
	EXPECT(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	join(receiver);
	printf("# %ld receives and %ld sends of %d were interrupted\n", (long)shared_word[0],
	       (long)shared_word[1], ROUNDS);
	fflush(stdout);
}

/* With a handler for the SIGPIPE that vm_end sends: the call must not return for that. */
static void block_until_vm_end(int nr)
{
	message m = request(7, nr);

	interruptible(SIGPIPE);
	enter(nr);
	shared_word[nr] = nr == 5   ? mnx_receive(ANY, &m)
			  : nr == 6 ? mnx_sendrec(8, &m)
				    : mnx_wait4bindep_T(30, NULL, TIMEOUT_FOREVER);
}

TEST(the_end_of_the_vm_wins_over_its_signal, "vm.end.eintr")
{
	vm_usr_t again = {.dc_dcid = vm, .dc_warn2proc = NONE};
	pid_t pids[4];

	strcpy(again.dc_name, vm_name);
	for (int round = 0; round < 30; round++) {
		pids[0] = spawn_with(block_until_vm_end, 5);
		await_receiving(5);
		pids[3] = spawn_with(be, 8);
		await_bound(8);
		pids[1] = spawn_with(block_until_vm_end, 6);
		await_sending(6);
		pids[2] = spawn_with(block_until_vm_end, 7);
		await_flags(7, WAITBIND, WAITBIND);
		REQUIRE_EQ(mnx_vm_end(vm), OK);
		for (int i = 0; i < 4; i++)
			finish(pids[i]);
		REQUIRE_EQ(shared_word[5], EDCNOTRUN);
		REQUIRE_EQ(shared_word[6], EDCNOTRUN);
		REQUIRE_EQ(shared_word[7], EDCNOTRUN);
		REQUIRE_EQ(mnx_vm_init(&again), 1);
	}
}
