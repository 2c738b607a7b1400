// SPDX-License-Identifier: Apache-2.0
/* Which error comes first when a call is wrong in two ways: each test has one pair of neighbours. */
#include <sys/mman.h>
#include <unistd.h>

#include "lib/harness.h"
#include "uapi/m3ipc.h"

static message *const nowhere = (message *)8;

/* What the process bound as nr may do; its peers map holds the number peer alone, if not NONE. */
static void restrict_to(int nr, uint64_t calls, int peer)
{
	priv_usr_t priv = {.s_given = M3_GIVEN | M3_PRIV_CALLS, .s_calls = calls};
	int bit = peer + NR_TASKS;

	if (peer != NONE) {
		priv.s_given |= M3_PRIV_PEERS;
		priv.s_peers[bit / 64] = 1ULL << (bit % 64);
	}
	REQUIRE_EQ(mnx_setpriv(vm, nr, &priv), OK);
}

static void be(int nr)
{
	enter(nr);
	await_step(0);
}

/* All of the calls that name a peer, each with a message at m. */
static void expect_each(int peer, message *m, const int expected[6])
{
	EXPECT_EQ(mnx_send_T(peer, m, 0), expected[0]);
	EXPECT_EQ(mnx_receive_T(peer, m, 0), expected[1]);
	EXPECT_EQ(mnx_sendrec_T(peer, m, 0), expected[2]);
	EXPECT_EQ(mnx_notify(peer), expected[3]);
	EXPECT_EQ(mnx_reply(peer, m), expected[4]);
	EXPECT_EQ(mnx_relay(peer, m), expected[5]);
}

static void expect_all(int peer, message *m, int expected)
{
	const int errors[6] = {expected, expected, expected, expected, expected, expected};

	expect_each(peer, m, errors);
}

TEST(without_a_drvs_nothing_else_is_looked_at, "order.init")
{
	int endpoint;

	EXPECT_EQ(mnx_drvs_end(), OK);
	expect_all(100000, nowhere, EDVSINIT);
	EXPECT_EQ(mnx_rcvrqst_T(nowhere, 0), EDVSINIT);
	EXPECT_EQ(mnx_vcopy(9, nowhere, SELF, nowhere, -1), EDVSINIT);
	EXPECT_EQ(mnx_bind(vm, 100000), EDVSINIT);
	EXPECT_EQ(mnx_unbind(vm, 100000), EDVSINIT);
	EXPECT_EQ(mnx_getep(0), EDVSINIT);
	EXPECT_EQ(mnx_wait4bindep_T(3, &endpoint, 0), EDVSINIT);
	EXPECT_EQ(mnx_wakeup(vm, 3), EDVSINIT);
	EXPECT_EQ(mnx_hdw_notify(vm, 3), EDVSINIT);
	EXPECT_EQ(mnx_vm_end(vm), EDVSINIT);
	EXPECT_EQ(mnx_drvs_init(1, NULL), 1);
}

TEST(not_bound_comes_before_all_that_is_wrong_with_the_peer, "order.unbound")
{
	expect_all(100000, nowhere, ENOTBIND);
	expect_all(SELF, nowhere, ENOTBIND);
	expect_all(2, nowhere, ENOTBIND);
	EXPECT_EQ(mnx_rcvrqst_T(nowhere, 0), ENOTBIND);
	EXPECT_EQ(mnx_vcopy(100000, nowhere, SELF, nowhere, -1), ENOTBIND);
}

TEST(a_number_out_of_range_comes_before_a_call_not_allowed, "order.range")
{
	enter(1);
	restrict_to(1, 0, NONE);
	expect_all(221, nowhere, EMOLRANGE);
	expect_all(-36, nowhere, EMOLRANGE);
}

TEST(oneself_comes_before_a_call_not_allowed, "order.self")
{
	enter(1);
	restrict_to(1, 0, NONE);
	EXPECT_EQ(mnx_send_T(SELF, nowhere, 0), EENDPOINT);
	EXPECT_EQ(mnx_send_T(1, nowhere, 0), EENDPOINT);
	EXPECT_EQ(mnx_send_T(ANY, nowhere, 0), EENDPOINT);
	EXPECT_EQ(mnx_sendrec_T(NONE, nowhere, 0), EENDPOINT);
	EXPECT_EQ(mnx_receive_T(SELF, nowhere, 0), EENDPOINT);
	EXPECT_EQ(mnx_reply(SELF, nowhere), EENDPOINT);
	EXPECT_EQ(mnx_relay(SELF, nowhere), EENDPOINT);
}

TEST(a_dead_peer_comes_before_a_call_not_allowed, "order.dead")
{
	static const int dead[6] = {EDSTDIED, ESRCDIED, EDEADSRCDST, EDSTDIED, EDSTDIED, EDSTDIED};

	enter(1);
	restrict_to(1, 0, NONE);
	expect_each(2, nowhere, dead);
	EXPECT_EQ(mnx_vcopy(2, nowhere, SELF, nowhere, 10), ESRCDIED);
	EXPECT_EQ(mnx_vcopy(SELF, nowhere, 2, nowhere, 10), EDSTDIED);
}

TEST(a_call_not_allowed_comes_before_a_peer_not_allowed, "order.trap")
{
	pid_t peer = spawn_with(be, 2);

	enter(1);
	await_bound(2);
	restrict_to(1, 0, 7);
	expect_all(2, nowhere, ETRAPDENIED);
	EXPECT_EQ(mnx_rcvrqst_T(nowhere, 0), ETRAPDENIED);
	EXPECT_EQ(mnx_receive_T(ANY, nowhere, 0), ETRAPDENIED);
	EXPECT_EQ(mnx_vcopy(2, nowhere, SELF, nowhere, 10), ETRAPDENIED);
	reach(0);
	join(peer);
}

TEST(a_peer_not_allowed_comes_before_a_bad_address, "order.peer")
{
	pid_t peer = spawn_with(be, 2);

	enter(1);
	await_bound(2);
	restrict_to(1, ~0ULL >> 50, 7);
	EXPECT_EQ(mnx_send_T(2, nowhere, 0), ECALLDENIED);
	EXPECT_EQ(mnx_sendrec_T(2, nowhere, 0), ECALLDENIED);
	EXPECT_EQ(mnx_notify(2), ECALLDENIED);
	EXPECT_EQ(mnx_reply(2, nowhere), ECALLDENIED);
	EXPECT_EQ(mnx_relay(2, nowhere), ECALLDENIED);
	EXPECT_EQ(mnx_vcopy(2, nowhere, SELF, nowhere, 10), ECALLDENIED);
	reach(0);
	join(peer);
}

TEST(a_bad_address_comes_before_would_block, "order.fault")
{
	pid_t peer = spawn_with(be, 2);

	enter(1);
	await_bound(2);
	EXPECT_EQ(mnx_send_T(2, nowhere, 0), EMOLFAULT);
	EXPECT_EQ(mnx_receive_T(2, nowhere, 0), EMOLFAULT);
	EXPECT_EQ(mnx_receive_T(ANY, nowhere, 0), EMOLFAULT);
	EXPECT_EQ(mnx_rcvrqst_T(nowhere, 0), EMOLFAULT);
	EXPECT_EQ(mnx_sendrec_T(2, nowhere, 0), EMOLFAULT);
	/* Nobody waits for it, but the address comes first. */
	EXPECT_EQ(mnx_reply(2, nowhere), EMOLFAULT);
	reach(0);
	join(peer);
}

static void send_to_1(int nr)
{
	message m = request(7, nr);

	enter(nr);
	EXPECT_EQ(mnx_send(1, &m), OK);
}

TEST(would_block_comes_before_deadlock, "order.again")
{
	message m = request(7, 1);
	pid_t peer;

	need_feature(M3IPC_FEATURE_DEADLOCK, "deadlock detection");
	enter(1);
	peer = spawn_with(send_to_1, 2);
	await_sending(2);
	EXPECT_EQ(mnx_send_T(2, &m, 0), EMOLAGAIN);
	EXPECT_EQ(mnx_sendrec_T(2, &m, 0), EMOLAGAIN);
	EXPECT_EQ(mnx_send_T(2, &m, 10), ELOCKED);
	EXPECT_EQ(mnx_receive_T(2, &m, 0), OK);
	join(peer);
}
