// SPDX-License-Identifier: Apache-2.0
/* What calls hear of processes that are not there, or end. */

#include "lib/harness.h"

TEST(calls_to_a_free_slot_say_who_is_dead, "dead.free notify.dead")
{
	message m = request(1, 1);

	enter(1);
	EXPECT_EQ(mnx_send(2, &m), EDSTDIED);
	EXPECT_EQ(mnx_receive(2, &m), ESRCDIED);
	EXPECT_EQ(mnx_sendrec(2, &m), EDEADSRCDST);
	EXPECT_EQ(mnx_notify(2), EDSTDIED);
	/* The same without time to wait: dead comes before would-block. */
	EXPECT_EQ(mnx_send_T(2, &m, 0), EDSTDIED);
	EXPECT_EQ(mnx_receive_T(2, &m, 0), ESRCDIED);
	EXPECT_EQ(mnx_sendrec_T(2, &m, 0), EDEADSRCDST);
}

static void sendrec_expect(int expected)
{
	message m = request(7, 200);

	enter(2);
	EXPECT_EQ(mnx_sendrec(1, &m), expected);
}

static void stay_bound_as_1(void)
{
	enter(1);
	await_step(31);
}

TEST(sendrec_to_a_server_that_dies_before_taking_it, "dead.unseen")
{
	pid_t server = spawn(stay_bound_as_1), client;

	await_bound(1);
	client = spawn_with(sendrec_expect, EDSTDIED);
	await_sending(2);
	kill_and_reap(server);
	join(client);
}

static void take_and_hold(void)
{
	message m;

	enter(1);
	EXPECT_EQ(mnx_receive(ANY, &m), OK);
	await_step(31);
}

TEST(sendrec_to_a_server_that_dies_after_taking_it, "dead.seen")
{
	pid_t server = spawn(take_and_hold), client;

	await_receiving(1);
	client = spawn_with(sendrec_expect, ESRCDIED);
	await_receiving(2);
	kill_and_reap(server);
	join(client);
}

static void send_expect(int expected)
{
	message m = request(7, 200);

	enter(2);
	EXPECT_EQ(mnx_send(1, &m), expected);
}

TEST(a_queued_sender_learns_of_the_death, "dead.sender")
{
	pid_t server = spawn(stay_bound_as_1), client;

	await_bound(1);
	client = spawn_with(send_expect, EDSTDIED);
	await_sending(2);
	kill_and_reap(server);
	join(client);
}

static void receive_1_expect(int expected)
{
	message m;

	enter(2);
	EXPECT_EQ(mnx_receive(1, &m), expected);
}

TEST(a_receiver_learns_of_the_death_of_its_source, "dead.receiver")
{
	pid_t server = spawn(stay_bound_as_1), client;

	await_bound(1);
	client = spawn_with(receive_1_expect, ESRCDIED);
	await_receiving(2);
	kill_and_reap(server);
	join(client);
}

TEST(unbinding_is_a_death_to_the_peers, "dead.unbind")
{
	pid_t server = spawn(stay_bound_as_1), client;

	await_bound(1);
	client = spawn_with(receive_1_expect, ESRCDIED);
	await_receiving(2);
	EXPECT_EQ(mnx_unbind(vm, 1), OK);
	join(client);
	kill_and_reap(server);
}
