// SPDX-License-Identifier: Apache-2.0
/* A VM whose limits are raised while processes live in it. */
#include <errno.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "lib/harness.h"
#include "uapi/m3ipc.h"

/* The numbers that the harness's VMs begin with, and the most. */
enum { PROCS = 221, TASKS = 35, SYSTEM_SLOTS = 64, MOST_PROCS = 16000, MOST_TASKS = 250 };

static int set_limits(int procs, int tasks, int system)
{
	vm_usr_t p = {.dc_given = M3_GIVEN | M3_VM_LIMITS,
		      .dc_nr_procs = procs,
		      .dc_nr_tasks = tasks,
		      .dc_nr_sysprocs = system};

	return mnx_vm_set(vm, &p);
}

TEST(limits_go_upward_only, "limit.grow")
{
	static const int wrong[][3] = {
		{PROCS - 1, TASKS, SYSTEM_SLOTS},
		{MOST_PROCS + 1, TASKS, SYSTEM_SLOTS},
		{PROCS, TASKS - 1, SYSTEM_SLOTS},
		{PROCS, MOST_TASKS + 1, MOST_TASKS + 100},
		{PROCS, TASKS, SYSTEM_SLOTS - 1},
		{PROCS, TASKS, TASKS + PROCS + 1},
		/* As many system slots, but fewer servers. */
		{PROCS, TASKS + 1, SYSTEM_SLOTS},
	};
	vm_usr_t info;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		EXPECT_EQ(set_limits(wrong[i][0], wrong[i][1], wrong[i][2]), EBADRANGE);
	EXPECT_EQ(mnx_getvminfo(vm, &info), OK);
	EXPECT_EQ(info.dc_nr_procs, PROCS);
	EXPECT_EQ(info.dc_nr_tasks, TASKS);
	EXPECT_EQ(info.dc_nr_sysprocs, SYSTEM_SLOTS);
	EXPECT_EQ(set_limits(PROCS, MOST_TASKS, MOST_TASKS + PROCS), OK);
	EXPECT_EQ(set_limits(PROCS, MOST_TASKS, MOST_TASKS + PROCS), OK);
	EXPECT_EQ(mnx_getvminfo(vm, &info), OK);
	EXPECT_EQ(info.dc_nr_tasks, MOST_TASKS);
	EXPECT_EQ(info.dc_nr_sysprocs, MOST_TASKS + PROCS);
}

/* As a task that was there before. */
static void serve_as_task(int nr)
{
	message m;

	enter(nr);
	REQUIRE_EQ(mnx_receive(ANY, &m), OK);
	EXPECT_EQ(m.m_source, -MOST_TASKS);
	EXPECT_EQ(mnx_reply(m.m_source, &m), OK);
}

static void ask_as_task(int server)
{
	message m = request(7, 1);

	enter(-MOST_TASKS);
	EXPECT_EQ(mnx_sendrec(server, &m), OK);
	EXPECT_EQ(m.m_source, server);
}

TEST(new_tasks_talk_to_old_ones, "limit.grow")
{
	pid_t server = spawn_with(serve_as_task, -TASKS);
	proc_usr_t proc;

	await_receiving(-TASKS);
	EXPECT_EQ(mnx_bind(vm, -TASKS - 1), EBADPROC);
	EXPECT_EQ(set_limits(PROCS, MOST_TASKS, SYSTEM_SLOTS + MOST_TASKS - TASKS), OK);
	EXPECT_EQ(mnx_getprocinfo(vm, -TASKS, &proc), OK);
	EXPECT_EQ(proc.p_endpoint, -TASKS);
	join(spawn_with(ask_as_task, -TASKS));
	join(server);
}

/* Bound as 29, in its second life. */
static void live_in_29(int endpoint)
{
	message m;

	EXPECT_EQ(enter(29), endpoint);
	EXPECT_EQ(mnx_receive(ANY, &m), OK);
	EXPECT_EQ(m.m1_i1, 5);
}

static void wait_for_29_to_end(int endpoint)
{
	enter(1);
	EXPECT_EQ(mnx_wait4unbind(endpoint), OK);
}

static void wait_for_a_third_life(int endpoint)
{
	enter(2);
	EXPECT_EQ(mnx_wait4bindep(endpoint), EENDPOINT);
}

TEST(a_slot_becomes_a_system_slot_under_its_occupant, "limit.grow.endpoint")
{
	const int old = 29 + 65536, next = 29 + 2 * 65536;
	pid_t occupant, end, life;
	message m = request(4, 5);

	join(spawn_with(enter_and_leave, 29));
	occupant = spawn_with(live_in_29, old);
	await_receiving(29);
	end = spawn_with(wait_for_29_to_end, old);
	await_flags(1, WAITUNBIND, WAITUNBIND);
	life = spawn_with(wait_for_a_third_life, next);
	await_flags(2, WAITBIND, WAITBIND);
	EXPECT_EQ(set_limits(PROCS, TASKS, SYSTEM_SLOTS + 1), OK);
	/* There will be no such life. */
	join(life);
	enter(3);
	EXPECT_EQ(mnx_wait4bindep_T(next, NULL, 0), EENDPOINT);
	EXPECT_EQ(mnx_wait4bindep_T(old, NULL, 0), OK);
	EXPECT_EQ(mnx_wait4unbind_T(old, 0), EMOLAGAIN);
	EXPECT_EQ(mnx_notify(29), EDSTDIED);
	EXPECT_EQ(mnx_send(old, &m), OK);
	join(occupant);
	join(end);
	EXPECT_EQ(mnx_send(old, &m), EDSTDIED);
	occupant = spawn_with(live_in_29, 29);
	await_receiving(29);
	EXPECT_EQ(mnx_send(29, &m), OK);
	join(occupant);
}

/* Lets whoever takes slot @nr address process @peer, and of those beyond the map all or none. */
static int limit_peers(int nr, int peer, int rest)
{
	slot_usr_t slot = {
		.slot_priv = {.s_given = M3_GIVEN | M3_PRIV_PEERS, .s_peers_rest = rest}};

	slot.slot_priv.s_peers[(peer + TASKS) / 64] = 1ULL << ((peer + TASKS) % 64);
	return mnx_slot_set(vm, nr, &slot);
}

/* Whether the map tells that @peer may be addressed, now that there are all tasks. */
static bool may_address(const priv_usr_t *priv, int peer)
{
	int bit = peer + MOST_TASKS;

	return priv->s_peers[bit / 64] >> (bit % 64) & 1;
}

/* In slot @nr, whose map has 2 alone. */
static void notify_within_the_map(int nr)
{
	slot_usr_t slot;
	priv_usr_t priv;
	int rest = nr - 10;

	enter(nr);
	reach(nr - 9);
	await_step(5);
	EXPECT_EQ(mnx_notify(2), OK);
	EXPECT_EQ(mnx_notify(3), ECALLDENIED);
	EXPECT_EQ(mnx_notify(-MOST_TASKS), rest ? OK : ECALLDENIED);
	EXPECT_EQ(mnx_getpriv(vm, SELF, &priv), OK);
	EXPECT(may_address(&priv, 2));
	EXPECT(!may_address(&priv, 3));
	EXPECT(!may_address(&priv, -TASKS));
	EXPECT_EQ(may_address(&priv, -MOST_TASKS), rest);
	EXPECT_EQ(mnx_slot_get(vm, nr, &slot), OK);
	EXPECT(may_address(&slot.slot_priv, 2));
	EXPECT_EQ(may_address(&slot.slot_priv, -MOST_TASKS), rest);
	/* Said once more as it was told, it means the same. */
	EXPECT_EQ(mnx_setpriv(vm, SELF, &priv), OK);
	EXPECT_EQ(mnx_notify(2), OK);
	EXPECT_EQ(mnx_notify(3), ECALLDENIED);
}

static void rest_as(int nr)
{
	enter(nr);
	pause();
}

TEST(a_peers_map_outlives_new_tasks, "limit.grow.peers")
{
	pid_t peers[3], bound[2];

	peers[0] = spawn_with(rest_as, 2);
	peers[1] = spawn_with(rest_as, 3);
	for (int rest = 0; rest < 2; rest++) {
		EXPECT_EQ(limit_peers(10 + rest, 2, rest), OK);
		bound[rest] = spawn_with(notify_within_the_map, 10 + rest);
		await_step(1 + rest);
	}
	EXPECT_EQ(set_limits(PROCS, MOST_TASKS, SYSTEM_SLOTS + MOST_TASKS - TASKS), OK);
	peers[2] = spawn_with(rest_as, -MOST_TASKS);
	await_bound(2);
	await_bound(3);
	await_bound(-MOST_TASKS);
	reach(5);
	join(bound[0]);
	join(bound[1]);
	for (int i = 0; i < 3; i++)
		kill_and_reap(peers[i]);
}
