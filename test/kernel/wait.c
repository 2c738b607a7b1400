// SPDX-License-Identifier: Apache-2.0
/* Waiting for bindings. */
#include <sys/wait.h>
#include <unistd.h>

#include "lib/harness.h"

static void wait_to_be_bound(void)
{
	reach(1);
	EXPECT_EQ(mnx_wait4bind(), -4);
	EXPECT_EQ(mnx_getep(0), -4);
	/* At once when bound already. */
	EXPECT_EQ(mnx_wait4bind(), -4);
}

TEST(wait4bind_returns_when_somebody_binds_the_caller, "wait.self")
{
	pid_t pid = spawn(wait_to_be_bound);

	await_step(1);
	EXPECT_EQ(mnx_lclbind(vm, pid, -4), -4);
	join(pid);
}

static void wait_to_be_bound_in_time(void)
{
	int endpoint = 0x5a5a;

	EXPECT_EQ(mnx_wait4bind_T(30), EMOLTIMEDOUT);
	EXPECT_EQ(mnx_wait4bind_T(&endpoint, TIMEOUT_NOWAIT), EMOLAGAIN);
	EXPECT_EQ(endpoint, 0x5a5a);
	reach(1);
	EXPECT_EQ(mnx_wait4bind_T(&endpoint, 20000), OK);
	EXPECT_EQ(endpoint, 40);
}

TEST(wait4bind_T_stores_the_endpoint, "wait.self")
{
	pid_t pid = spawn(wait_to_be_bound_in_time);

	await_step(1);
	EXPECT_EQ(mnx_lclbind(vm, pid, 40), 40);
	join(pid);
}

static void enter_29(void)
{
	enter(29);
	reach(2);
	await_step(0);
}

static void wait_for_29(int expected)
{
	enter(5);
	EXPECT_EQ(mnx_wait4bindep(29), expected);
}

TEST(wait4bindep_waits_for_any_generation_of_a_number, "wait.bind")
{
	pid_t waiter, pid;

	finish(spawn_with(enter_and_leave, 29));
	waiter = spawn_with(wait_for_29, 29 + 65536);
	await_flags(5, WAITBIND, WAITBIND);
	pid = spawn(enter_29);
	join(waiter);
	reach(0);
	join(pid);
}

TEST(wait4bindep_is_at_once_when_bound, "wait.bind")
{
	pid_t pid = spawn(enter_29);

	await_step(2);
	join(spawn_with(wait_for_29, 29));
	reach(0);
	join(pid);
}

TEST(a_generation_that_is_over_is_not_waited_for, "wait.over")
{
	finish(spawn_with(enter_and_leave, 29));
	finish(spawn_with(enter_and_leave, 29));
	finish(spawn_with(enter_and_leave, 29));
	enter(5);
	EXPECT_EQ(mnx_wait4bindep_T(29 + 65536, NULL, 1000), EENDPOINT);
	/* The next one is. */
	EXPECT_EQ(mnx_wait4bindep_T(29 + 3 * 65536, NULL, 20), EMOLTIMEDOUT);
}

static void wait_until_29_leaves(int expected)
{
	enter(5);
	EXPECT_EQ(mnx_wait4unbind(29), expected);
}

TEST(wait4unbind_returns_when_the_process_dies, "wait.unbind dead.waiters")
{
	pid_t pid = spawn(enter_29), waiter;

	await_step(2);
	waiter = spawn_with(wait_until_29_leaves, OK);
	await_flags(5, WAITUNBIND, WAITUNBIND);
	kill_and_reap(pid);
	join(waiter);
}

TEST(wait4unbind_returns_when_the_process_unbinds, "wait.unbind")
{
	pid_t pid = spawn(enter_29), waiter;

	await_step(2);
	waiter = spawn_with(wait_until_29_leaves, OK);
	await_flags(5, WAITUNBIND, WAITUNBIND);
	EXPECT_EQ(mnx_unbind(vm, 29), OK);
	join(waiter);
	reach(0);
	join(pid);
}

TEST(wait4unbind_is_at_once_for_free_and_stale, "wait.unbind")
{
	finish(spawn_with(enter_and_leave, 29));
	enter(5);
	EXPECT_EQ(mnx_wait4unbind(28), OK);
	EXPECT_EQ(mnx_wait4unbind(29), OK);
	EXPECT_EQ(mnx_wait4unbind(221), EMOLRANGE);
}

TEST(an_unbound_observer_may_wait_in_a_vm_that_it_sees, "wait.observer")
{
	int endpoint = 0;
	pid_t pid;

	EXPECT_EQ(mnx_vm_wait4bind_T(vm, 29, &endpoint, 20), EMOLTIMEDOUT);
	EXPECT_EQ(mnx_wait4bindep_T(29, NULL, 0), ENOTBIND);
	pid = spawn(enter_29);
	EXPECT_EQ(mnx_vm_wait4bind_T(vm, 29, &endpoint, 20000), OK);
	EXPECT_EQ(endpoint, 29);
	EXPECT_EQ(mnx_vm_wait4unbind_T(vm, 29, 0), EMOLAGAIN);
	kill_and_reap(pid);
	EXPECT_EQ(mnx_vm_wait4unbind_T(vm, 29, 0), OK);
	EXPECT_EQ(mnx_vm_wait4bind_T(UNUSED_VMID, 1, &endpoint, 0), EDCNOTRUN);
}

static void wait_for_30_until_unbound(void)
{
	enter(5);
	EXPECT_EQ(mnx_wait4bindep_T(30, NULL, TIMEOUT_FOREVER), ENOTBIND);
}

TEST(unbinding_a_waiter_ends_its_wait, "wait.unbound")
{
	pid_t pid = spawn(wait_for_30_until_unbound);

	await_flags(5, WAITBIND, WAITBIND);
	EXPECT_EQ(mnx_unbind(vm, 5), OK);
	join(pid);
}
