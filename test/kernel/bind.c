// SPDX-License-Identifier: Apache-2.0
/* Entering and leaving a VM. */
#include <dirent.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/harness.h"

TEST(system_slots_have_their_number_as_endpoint, "bind.system")
{
	EXPECT_EQ(mnx_bind(vm, 5), 5);
	EXPECT_EQ(mnx_getep(0), 5);
	EXPECT_EQ(mnx_unbind(M3_OWN_VM, SELF), OK);
	EXPECT_EQ(mnx_bind(vm, -35), -35);
	EXPECT_EQ(mnx_getep(getpid()), -35);
	EXPECT_EQ(mnx_unbind(vm, -35), OK);
	EXPECT_EQ(mnx_bind(vm, 28), 28);
	EXPECT_EQ(mnx_unbind(vm, 28), OK);
	EXPECT_EQ(mnx_bind(vm, 5), 5);
}

TEST(other_slots_count_generations, "bind.generation")
{
	for (int life = 0; life < 5; life++) {
		EXPECT_EQ(mnx_bind(vm, 29), 29 + life * 65536);
		EXPECT_EQ(_ENDPOINT_P(mnx_getep(0)), 29);
		EXPECT_EQ(_ENDPOINT_G(mnx_getep(0)), life);
		EXPECT_EQ(mnx_unbind(vm, 29 + life * 65536), OK);
	}
	EXPECT_EQ(mnx_bind(vm, 220), 220);
}

static void bind_3_is_used(void)
{
	EXPECT_EQ(mnx_bind(vm, 3), ESLOTUSED);
	EXPECT_EQ(mnx_getep(0), ENOTBIND);
}

TEST(a_slot_holds_one_thread, "bind.used")
{
	enter(3);
	join(spawn(bind_3_is_used));
}

TEST(a_thread_has_one_binding, "bind.once")
{
	enter(3);
	EXPECT_EQ(mnx_bind(vm, 4), ESLOTUSED);
	EXPECT_EQ(mnx_bind(vm, 3), ESLOTUSED);
	EXPECT_EQ(mnx_getep(0), 3);
}

TEST(bind_checks_the_vm, "bind.vm")
{
	EXPECT_EQ(mnx_bind(UNUSED_VMID, 3), EDCNOTRUN);
	EXPECT_EQ(mnx_bind(65536, 3), EBADDCID);
	EXPECT_EQ(mnx_bind(-2, 3), EBADDCID);
	EXPECT_EQ(mnx_getep(0), ENOTBIND);
}

TEST(bind_checks_the_number, "bind.number")
{
	EXPECT_EQ(mnx_bind(vm, -36), EBADPROC);
	EXPECT_EQ(mnx_bind(vm, 221), EBADPROC);
	EXPECT_EQ(mnx_bind(vm, 0x7fffffff), EBADPROC);
	EXPECT_EQ(mnx_bind(vm, (int)0x80000000), EBADPROC);
}

TEST(an_unbound_caller_has_no_messages, "bind.unbound")
{
	message m = poisoned();

	EXPECT_EQ(mnx_send(3, &m), ENOTBIND);
	EXPECT_EQ(mnx_receive(ANY, &m), ENOTBIND);
	EXPECT_EQ(mnx_sendrec(3, &m), ENOTBIND);
	EXPECT_EQ(mnx_notify(3), ENOTBIND);
	EXPECT_EQ(mnx_vcopy(SELF, &m, 3, &m, sizeof(m)), ENOTBIND);
	EXPECT_EQ(mnx_unbind(M3_OWN_VM, SELF), ENOTBIND);
	EXPECT_EQ(mnx_getep(0), ENOTBIND);
	EXPECT_EQ(m.m_type, (int)0xa5a5a5a5);
}

static pthread_barrier_t barrier;
static pid_t thread_tid[2];

static void *bind_as_11(void *arg)
{
	(void)arg;
	thread_tid[0] = gettid();
	EXPECT_EQ(mnx_tbind(vm, 11), 11);
	pthread_barrier_wait(&barrier);
	pthread_barrier_wait(&barrier);
	return NULL;
}

static void *stay_unbound(void *arg)
{
	(void)arg;
	thread_tid[1] = gettid();
	EXPECT_EQ(mnx_getep(0), 10);
	pthread_barrier_wait(&barrier);
	pthread_barrier_wait(&barrier);
	return NULL;
}

TEST(threads_bind_apart_and_fall_back_to_the_leader, "bind.threads")
{
	pthread_t bound, unbound;
	proc_usr_t proc;

	enter(10);
	pthread_barrier_init(&barrier, NULL, 3);
	pthread_create(&bound, NULL, bind_as_11, NULL);
	pthread_create(&unbound, NULL, stay_unbound, NULL);
	pthread_barrier_wait(&barrier);
	EXPECT_EQ(mnx_getep(thread_tid[0]), 11);
	EXPECT_EQ(mnx_getep(thread_tid[1]), 10);
	EXPECT_EQ(mnx_getprocinfo(vm, 11, &proc), OK);
	EXPECT_EQ(proc.p_lpid, thread_tid[0]);
	EXPECT_EQ(proc.p_tgid, getpid());
	EXPECT(!(proc.p_misc_flags & MIS_GRPLEADER));
	EXPECT_EQ(mnx_getprocinfo(vm, 10, &proc), OK);
	EXPECT(proc.p_misc_flags & MIS_GRPLEADER);
	pthread_barrier_wait(&barrier);
	pthread_join(bound, NULL);
	pthread_join(unbound, NULL);
	/* pthread_join may return a little before the thread is gone. */
	await_free(11);
	EXPECT_EQ(mnx_getep(0), 10);
}

static void wait_to_be_12(void)
{
	await_step(0);
	EXPECT_EQ(mnx_getep(0), 12);
	EXPECT_EQ(mnx_bind(vm, 13), ESLOTUSED);
}

TEST(lclbind_binds_another_process, "bind.pid")
{
	pid_t pid = spawn(wait_to_be_12);

	EXPECT_EQ(mnx_lclbind(vm, pid, 12), 12);
	EXPECT_EQ(mnx_getep(pid), 12);
	EXPECT_EQ(mnx_lclbind(vm, pid, 14), ESLOTUSED);
	reach(0);
	join(pid);
	EXPECT_EQ(mnx_getep(0), ENOTBIND);
}

TEST(lclbind_needs_a_living_program, "bind.nopid")
{
	pid_t dead = spawn(give_up);

	finish(dead);
	EXPECT_EQ(mnx_lclbind(vm, dead, 3), EBADPID);
	EXPECT_EQ(mnx_lclbind(vm, 0, 3), EBADPID);
	EXPECT_EQ(mnx_lclbind(vm, -1, 3), EBADPID);
	/* kthreadd */
	EXPECT_EQ(mnx_lclbind(vm, 2, 3), EBADPID);
	EXPECT_EQ(mnx_getep(dead), EBADPID);
}

static void zombie(void)
{
	_exit(0);
}

TEST(lclbind_refuses_a_zombie, "bind.nopid")
{
	pid_t pid = spawn(zombie);
	siginfo_t info;

	REQUIRE(waitid(P_PID, pid, &info, WEXITED | WNOWAIT) == 0);
	EXPECT_EQ(mnx_lclbind(vm, pid, 3), EBADPID);
	finish(pid);
}

static void enter_and_exit(void)
{
	enter(7);
}

TEST(exit_unbinds_before_waitpid_returns, "unbind.exit")
{
	for (int i = 0; i < 100; i++) {
		proc_usr_t proc;

		finish(spawn(enter_and_exit));
		REQUIRE_EQ(mnx_getprocinfo(vm, 7, &proc), OK);
		REQUIRE_EQ(proc.p_rts_flags, SLOT_FREE);
		REQUIRE_EQ(proc.p_endpoint, NONE);
		REQUIRE_EQ(proc.p_lives, i + 1);
	}
}

static void enter_and_wait(void)
{
	message m;

	enter(7);
	mnx_receive(ANY, &m);
}

TEST(kill_9_unbinds_before_waitpid_returns, "unbind.kill")
{
	for (int i = 0; i < 100; i++) {
		pid_t pid = spawn(enter_and_wait);
		proc_usr_t proc;

		await_bound(7);
		kill_and_reap(pid);
		REQUIRE_EQ(mnx_getprocinfo(vm, 7, &proc), OK);
		REQUIRE_EQ(proc.p_rts_flags, SLOT_FREE);
	}
}

static void enter_and_abort(void)
{
	enter(7);
	raise(SIGSEGV);
}

TEST(any_deadly_signal_unbinds, "unbind.signal")
{
	proc_usr_t proc;
	int status = finish(spawn(enter_and_abort));

	EXPECT(WIFSIGNALED(status));
	EXPECT_EQ(mnx_getprocinfo(vm, 7, &proc), OK);
	EXPECT_EQ(proc.p_rts_flags, SLOT_FREE);
}

static void is_unbound(void)
{
	EXPECT_EQ(mnx_getep(0), ENOTBIND);
	EXPECT_EQ(mnx_bind(vm, 8), 8);
}

TEST(a_forked_child_is_unbound, "unbind.fork")
{
	enter(7);
	join(spawn(is_unbound));
	EXPECT_EQ(mnx_getep(0), 7);
}

static void bind_and_exec(void)
{
	char number[12];

	enter(9);
	snprintf(number, sizeof(number), "%d", vm);
	execl("/proc/self/exe", "bind", "--is-bound-as-9", number, NULL);
	give_up();
}

static void *exec_from_thread(void *arg)
{
	(void)arg;
	bind_and_exec();
	return NULL;
}

static void bind_leader_and_exec_from_thread(void)
{
	pthread_t thread;

	enter(10);
	pthread_create(&thread, NULL, exec_from_thread, NULL);
	pthread_join(thread, NULL);
}

/* What the exec'ed program does: its exit status is the verdict. */
__attribute__((constructor(101))) static void be_the_execed_program(int argc, char **argv)
{
	proc_usr_t proc;

	if (argc != 3 || strcmp(argv[1], "--is-bound-as-9"))
		return;
	if (mnx_getep(0) != 9)
		_exit(11);
	if (mnx_getprocinfo(atoi(argv[2]), 9, &proc) != OK || proc.p_lpid != getpid())
		_exit(12);
	if (mnx_getprocinfo(atoi(argv[2]), 10, &proc) != OK || proc.p_rts_flags != SLOT_FREE)
		_exit(13);
	_exit(0);
}

TEST(a_binding_survives_exec, "unbind.exec")
{
	int status = finish(spawn(bind_and_exec));

	EXPECT(WIFEXITED(status));
	EXPECT_EQ(WEXITSTATUS(status), 0);
}

TEST(exec_from_a_thread_keeps_its_binding_and_ends_the_leaders, "unbind.exec")
{
	int status = finish(spawn(bind_leader_and_exec_from_thread));

	EXPECT(WIFEXITED(status));
	EXPECT_EQ(WEXITSTATUS(status), 0);
}

TEST(closing_every_descriptor_unbinds_nothing, "unbind.close")
{
	enter(6);
	for (int fd = 3; fd < 64; fd++)
		close(fd);
	EXPECT_EQ(mnx_getep(0), 6);
}

TEST(unbind_is_once, "unbind.once")
{
	enter(6);
	EXPECT_EQ(mnx_unbind(vm, 6), OK);
	EXPECT_EQ(mnx_unbind(vm, 6), ENOTBIND);
	EXPECT_EQ(mnx_getep(0), ENOTBIND);
	EXPECT_EQ(mnx_unbind(UNUSED_VMID, 6), EDCNOTRUN);
	EXPECT_EQ(mnx_unbind(vm, 221), EMOLRANGE);
}

static void receive_until_unbound(void)
{
	message m;

	enter(7);
	EXPECT_EQ(mnx_receive(ANY, &m), ENOTBIND);
	EXPECT_EQ(mnx_getep(0), ENOTBIND);
	EXPECT_EQ(mnx_receive(ANY, &m), ENOTBIND);
}

TEST(unbinding_another_ends_its_blocked_call, "unbind.other")
{
	pid_t pid = spawn(receive_until_unbound);

	await_receiving(7);
	EXPECT_EQ(mnx_unbind(vm, 7), OK);
	join(pid);
}

static void live_in_29(void)
{
	enter(29);
	await_step(1);
}

TEST(a_stale_endpoint_is_a_dead_one, "dead.stale")
{
	message m = request(1, 1);
	proc_usr_t proc;
	pid_t pid;

	enter(5);
	finish(spawn_with(enter_and_leave, 29));
	pid = spawn(live_in_29);
	await_bound(29);
	EXPECT_EQ(mnx_getprocinfo(vm, 29, &proc), OK);
	EXPECT_EQ(proc.p_endpoint, 29 + 65536);
	EXPECT_EQ(mnx_send(29, &m), EDSTDIED);
	EXPECT_EQ(mnx_receive(29, &m), ESRCDIED);
	EXPECT_EQ(mnx_sendrec(29, &m), EDEADSRCDST);
	EXPECT_EQ(mnx_notify(29), EDSTDIED);
	/* A generation that is still to come is no better. */
	EXPECT_EQ(mnx_send(29 + 2 * 65536, &m), EDSTDIED);
	EXPECT_EQ(mnx_notify(29 + 65536), OK);
	reach(1);
	join(pid);
}

TEST(getprocinfo_describes_a_binding, "info.proc")
{
	proc_usr_t proc;

	enter(40);
	memset(&proc, 0xa5, sizeof(proc));
	REQUIRE_EQ(mnx_getprocinfo(vm, 40, &proc), OK);
	EXPECT_EQ(proc.p_nr, 40);
	EXPECT_EQ(proc.p_endpoint, 40);
	EXPECT_EQ(proc.p_dcid, vm);
	EXPECT_EQ(proc.p_rts_flags, PROC_RUNNING);
	EXPECT_EQ(proc.p_lpid, getpid());
	EXPECT_EQ(proc.p_tgid, getpid());
	EXPECT_EQ(proc.p_uid, 0);
	EXPECT_EQ(proc.p_getfrom, NONE);
	EXPECT_EQ(proc.p_sendto, NONE);
	EXPECT_EQ(proc.p_level, SERVER_PRIV);
	EXPECT_EQ(proc.p_blocked_ns, 0);
	EXPECT(!strcmp(proc.p_name, "bind"));
	EXPECT_EQ(mnx_getprocinfo(M3_OWN_VM, 40, &proc), OK);
	EXPECT_EQ(proc.p_dcid, vm);
	EXPECT_EQ(mnx_getprocinfo(vm, 221, &proc), EBADPROC);
	EXPECT_EQ(mnx_getprocinfo(UNUSED_VMID, 1, &proc), EDCNOTRUN);
}

TEST(proc_next_walks_what_is_bound, "info.proc")
{
	proc_usr_t proc;
	pid_t child;

	enter(-3);
	child = spawn(live_in_29);
	await_bound(29);
	EXPECT_EQ(mnx_proc_next(vm, -35, &proc), OK);
	EXPECT_EQ(proc.p_nr, -3);
	EXPECT_EQ(mnx_proc_next(vm, -2, &proc), OK);
	EXPECT_EQ(proc.p_nr, 29);
	EXPECT_EQ(mnx_proc_next(vm, 30, &proc), EBADPROC);
	reach(1);
	join(child);
}
