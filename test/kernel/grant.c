// SPDX-License-Identifier: Apache-2.0
/* Grants: who may copy what of another's memory. */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/harness.h"
#include "uapi/m3ipc.h"

enum { BYTES = 10000, GRANTER = 2, GRANTEE = 1, OTHER = 3, STRANGER_UID = 4242 };

/* The granter's memory; every process has its own copy of it, at the same address. */
static unsigned char lent[3 * BYTES];
#define GRANTED (lent + BYTES)

static unsigned char own[BYTES];

static void fill(unsigned char value)
{
	memset(lent, value, sizeof(lent));
}

/* What granters tell the others. */
enum { GRANT_ID };

/*
 * Grants GRANTED[0..BYTES) with this access and waits for a message, so that it may be copied.
 */
static void grant(int access)
{
	message m;

	fill('g');
	enter(GRANTER);
	shared_word[GRANT_ID] = mnx_grant_set(GRANTEE, GRANTED, BYTES, access);
	EXPECT(shared_word[GRANT_ID] >= 0);
	/* Until that process ends. */
	EXPECT_EQ(mnx_receive(OTHER, &m), ESRCDIED);
}

static void be_other(void)
{
	enter(OTHER);
	reach(9);
	await_step(10);
}

/* The granter waits for number OTHER, which must be there. */
static pid_t other;

static pid_t start_granter(int access)
{
	pid_t granter;

	unreach(9);
	unreach(10);
	other = spawn(be_other);
	await_step(9);
	granter = spawn_with(grant, access);
	await_receiving(GRANTER);
	return granter;
}

static void stop_granter(pid_t granter)
{
	reach(10);
	join(other);
	join(granter);
}

TEST(a_granted_range_moves_whoever_asks, "grant.range")
{
	pid_t granter;
	int id;

	enter(GRANTEE);
	granter = start_granter(M3_GRANT_READ | M3_GRANT_WRITE);
	id = shared_word[GRANT_ID];
	/* Without the grant: another user's process that asked for nothing. */
	become(STRANGER_UID, STRANGER_UID);
	EXPECT_EQ(mnx_vcopy(GRANTER, lent, SELF, own, 1), EMOLPERM);
	EXPECT_EQ(mnx_vcopy(GRANTER, GRANTED, SELF, own, BYTES), OK);
	EXPECT_EQ(own[0], 'g');
	EXPECT_EQ(own[BYTES - 1], 'g');
	memset(own, 'w', sizeof(own));
	EXPECT_EQ(mnx_vcopy(SELF, own, GRANTER, GRANTED + 5, BYTES - 5), OK);
	memset(own, 0, sizeof(own));
	EXPECT_EQ(mnx_safecopyfrom(GRANTER, id, 4, own, 2), OK);
	EXPECT(own[0] == 'g' && own[1] == 'w');
	EXPECT_EQ(mnx_safecopyto(GRANTER, id, BYTES - 1, own, 1), OK);
	EXPECT_EQ(mnx_safecopyfrom(GRANTER, id, BYTES, own, 0), OK);
	stop_granter(granter);
}

TEST(nothing_beyond_the_range_moves, "grant.range")
{
	pid_t granter;
	int id;

	enter(GRANTEE);
	granter = start_granter(M3_GRANT_READ);
	id = shared_word[GRANT_ID];
	become(STRANGER_UID, STRANGER_UID);
	EXPECT_EQ(mnx_vcopy(GRANTER, GRANTED - 1, SELF, own, 2), EMOLPERM);
	EXPECT_EQ(mnx_vcopy(GRANTER, GRANTED + BYTES - 1, SELF, own, 2), EMOLPERM);
	EXPECT_EQ(mnx_vcopy(GRANTER, GRANTED + BYTES, SELF, own, 1), EMOLPERM);
	EXPECT_EQ(mnx_safecopyfrom(GRANTER, id, 1, own, BYTES), EMOLPERM);
	EXPECT_EQ(mnx_safecopyfrom(GRANTER, id, BYTES, own, 1), EMOLPERM);
	EXPECT_EQ(mnx_safecopyfrom(GRANTER, id, -1UL, own, 1), EMOLPERM);
	EXPECT_EQ(mnx_safecopyfrom(GRANTER, id, -1UL, own, 2), EMOLPERM);
	EXPECT_EQ(mnx_safecopyfrom(GRANTER, id + 1, 0, own, 1), EMOLPERM);
	EXPECT_EQ(own[0], 0);
	stop_granter(granter);
}

TEST(a_grant_to_read_is_none_to_write, "grant.access")
{
	pid_t granter;

	enter(GRANTEE);
	granter = start_granter(M3_GRANT_READ);
	become(STRANGER_UID, STRANGER_UID);
	EXPECT_EQ(mnx_safecopyfrom(GRANTER, shared_word[GRANT_ID], 0, own, 1), OK);
	EXPECT_EQ(mnx_safecopyto(GRANTER, shared_word[GRANT_ID], 0, own, 1), EMOLPERM);
	EXPECT_EQ(mnx_vcopy(SELF, own, GRANTER, GRANTED, 1), EMOLPERM);
	stop_granter(granter);
}

static void read_as_stranger(int expected)
{
	enter(4);
	become(STRANGER_UID, STRANGER_UID);
	EXPECT_EQ(mnx_vcopy(GRANTER, GRANTED, SELF, own, 1), expected);
	EXPECT_EQ(mnx_safecopyfrom(GRANTER, shared_word[GRANT_ID], 0, own, 1), expected);
}

static void grant_anybody(void)
{
	message m;

	enter(GRANTER);
	shared_word[GRANT_ID] = mnx_grant_set(ANY, GRANTED, BYTES, M3_GRANT_READ);
	EXPECT(shared_word[GRANT_ID] >= 0);
	mnx_receive(ANY, &m);
}

TEST(a_grant_is_to_one_process_or_to_any, "grant.who")
{
	pid_t granter;

	enter(GRANTEE);
	granter = start_granter(M3_GRANT_READ);
	join(spawn_with(read_as_stranger, EMOLPERM));
	stop_granter(granter);
	granter = spawn(grant_anybody);
	await_receiving(GRANTER);
	join(spawn_with(read_as_stranger, OK));
	kill_and_reap(granter);
}

TEST(a_user_level_process_copies_by_grant, "grant.level")
{
	priv_usr_t user = {.s_level = USER_PRIV};
	pid_t granter;

	enter(GRANTEE);
	granter = start_granter(M3_GRANT_READ);
	EXPECT_EQ(mnx_setpriv(vm, GRANTEE, &user), OK);
	EXPECT_EQ(mnx_vcopy(GRANTER, lent, SELF, own, 1), ETRAPDENIED);
	EXPECT_EQ(mnx_vcopy(GRANTER, GRANTED, SELF, own, 1), OK);
	stop_granter(granter);
}

static void grant_and_run(void)
{
	enter(GRANTER);
	shared_word[GRANT_ID] = mnx_grant_set(GRANTEE, GRANTED, BYTES, M3_GRANT_READ);
	reach(0);
	await_step(1);
}

TEST(who_granted_must_be_blocked_all_the_same, "grant.blocked")
{
	pid_t granter;

	enter(GRANTEE);
	granter = spawn(grant_and_run);
	await_step(0);
	EXPECT_EQ(mnx_safecopyfrom(GRANTER, shared_word[GRANT_ID], 0, own, 1), EPROCSTS);
	reach(1);
	join(granter);
	EXPECT_EQ(mnx_safecopyfrom(GRANTER, shared_word[GRANT_ID], 0, own, 1), ESRCDIED);
}

/* ---- VMs where grants are the only way ---- */

static void ask_with_grant(int bytes)
{
	message m = request(1, 0);

	enter(GRANTER);
	fill('c');
	if (bytes)
		EXPECT(mnx_grant_set(GRANTEE, GRANTED, bytes, M3_GRANT_READ) >= 0);
	EXPECT_EQ(mnx_sendrec(GRANTEE, &m), OK);
}

static void set_policy(unsigned int policy)
{
	vm_usr_t params = {.dc_given = M3_GIVEN | M3_VM_POLICY, .dc_policy = policy};
	vm_usr_t now;

	EXPECT_EQ(mnx_vm_set(vm, &params), OK);
	EXPECT_EQ(mnx_getvminfo(vm, &now), OK);
	EXPECT_EQ(now.dc_policy, policy);
}

TEST(in_a_vm_of_grants_nothing_else_moves, "grant.policy")
{
	priv_usr_t priv = {.s_level = SYSTEM_PRIV};
	pid_t client;
	message m;

	set_policy(M3_POLICY_GRANTS);
	enter(GRANTEE);
	EXPECT_EQ(mnx_setpriv(vm, GRANTEE, &priv), OK);
	/* Not even of a client that waits for the answer, nor for level system. */
	client = spawn_with(ask_with_grant, 0);
	await_bound(GRANTER);
	EXPECT_EQ(mnx_receive(GRANTER, &m), OK);
	EXPECT_EQ(mnx_vcopy(GRANTER, GRANTED, SELF, own, 1), EMOLPERM);
	set_policy(M3_POLICY_CONSENT);
	EXPECT_EQ(mnx_vcopy(GRANTER, GRANTED, SELF, own, 1), OK);
	set_policy(M3_POLICY_GRANTS);
	EXPECT_EQ(mnx_reply(GRANTER, &m), OK);
	join(client);
	client = spawn_with(ask_with_grant, 100);
	await_bound(GRANTER);
	EXPECT_EQ(mnx_receive(GRANTER, &m), OK);
	EXPECT_EQ(mnx_vcopy(GRANTER, GRANTED, SELF, own, 100), OK);
	EXPECT_EQ(own[99], 'c');
	EXPECT_EQ(mnx_vcopy(GRANTER, GRANTED, SELF, own, 101), EMOLPERM);
	EXPECT_EQ(mnx_reply(GRANTER, &m), OK);
	join(client);
}

/* ---- how a grant ends ---- */

enum { REGION = 1 << 20 };
static unsigned char *region;
static pthread_t main_thread;

static void stop_waiting(int number)
{
	(void)number;
}

/* Takes the grant back while the main thread is blocked; from then on no byte may change. */
static void *take_back(void *unused)
{
	unsigned char *before = malloc(REGION);

	await_receiving(GRANTER);
	reach(1);
	/* The copier is at work. */
	while (!((volatile unsigned char *)region)[REGION - 1])
		;
	EXPECT_EQ(mnx_grant_clear(shared_word[GRANT_ID]), OK);
	memcpy(before, region, REGION);
	await_step(2);
	EXPECT(!memcmp(before, region, REGION));
	free(before);
	pthread_kill(main_thread, SIGUSR1);
	return unused;
}

static void be_revoking(void)
{
	pthread_t thread;
	message m;

	signal(SIGUSR1, stop_waiting);
	interruptible(SIGUSR1);
	main_thread = pthread_self();
	region = mmap(NULL, REGION, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	enter(GRANTER);
	shared_word[GRANT_ID] = mnx_grant_set(GRANTEE, region, REGION, M3_GRANT_WRITE);
	pthread_create(&thread, NULL, take_back, NULL);
	EXPECT_EQ(mnx_receive(ANY, &m), EMOLINTR);
	pthread_join(thread, NULL);
}

static void copy_until_revoked(unsigned char *data)
{
	int result = OK;

	for (int round = 1; result == OK; round++) {
		memset(data, round % 255 + 1, REGION);
		result = mnx_safecopyto(GRANTER, shared_word[GRANT_ID], 0, data, REGION);
	}
	EXPECT_EQ(result, EMOLPERM);
}

TEST(after_clear_not_a_byte_moves, "grant.clear")
{
	unsigned char *data =
		mmap(NULL, REGION, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	enter(GRANTEE);
	for (int i = 0; i < 20; i++) {
		pid_t granter;

		unreach(1);
		unreach(2);
		granter = spawn(be_revoking);
		await_step(1);
		copy_until_revoked(data);
		reach(2);
		join(granter);
	}
}

TEST(a_cleared_grant_is_no_more, "grant.clear")
{
	int id, next;

	enter(GRANTER);
	id = mnx_grant_set(ANY, GRANTED, BYTES, M3_GRANT_READ);
	EXPECT(id >= 0);
	EXPECT_EQ(mnx_grant_clear(id), OK);
	EXPECT_EQ(mnx_grant_clear(id), EBADVALUE);
	/* Its id does not come back soon. */
	next = mnx_grant_set(ANY, GRANTED, BYTES, M3_GRANT_READ);
	EXPECT(next >= 0 && next != id);
	EXPECT_EQ(mnx_grant_clear(-1), EBADVALUE);
}

static void grant_and_exec(void)
{
	enter(GRANTER);
	shared_word[GRANT_ID] = mnx_grant_set(GRANTEE, GRANTED, BYTES, M3_GRANT_READ);
	execl("/proc/self/exe", "grant", "--receive", NULL);
	REQUIRE(!"exec");
}

/* What the exec'ed program does: it is blocked, as the one before it would have been. */
__attribute__((constructor(101))) static void be_the_execed_program(int argc, char **argv)
{
	message m;

	if (argc == 2 && !strcmp(argv[1], "--receive"))
		_exit(mnx_receive(ANY, &m) == OK);
}

TEST(an_exec_ends_grants, "grant.exec")
{
	grant_usr_t listed;
	pid_t granter;

	enter(GRANTEE);
	granter = spawn(grant_and_exec);
	await_receiving(GRANTER);
	EXPECT_EQ(mnx_safecopyfrom(GRANTER, shared_word[GRANT_ID], 0, own, 1), EMOLPERM);
	EXPECT_EQ(mnx_grant_next(vm, GRANTER, 0, &listed), EBADVALUE);
	kill_and_reap(granter);
}

static void receive_any(void)
{
	message m;

	enter(GRANTER);
	mnx_receive(ANY, &m);
}

TEST(a_grant_ends_with_who_made_it, "grant.binding")
{
	pid_t granter;
	int id;

	enter(GRANTEE);
	granter = start_granter(M3_GRANT_READ);
	id = shared_word[GRANT_ID];
	stop_granter(granter);
	EXPECT_EQ(mnx_safecopyfrom(GRANTER, id, 0, own, 1), ESRCDIED);
	/* The next tenant, a system slot with the same endpoint, granted nothing. */
	granter = spawn(receive_any);
	await_receiving(GRANTER);
	EXPECT_EQ(mnx_safecopyfrom(GRANTER, id, 0, own, 1), EMOLPERM);
	kill_and_reap(granter);
}

TEST(a_grant_ends_with_whom_it_is_to, "grant.binding")
{
	pid_t granter;

	enter(GRANTEE);
	granter = start_granter(M3_GRANT_READ);
	EXPECT_EQ(mnx_safecopyfrom(GRANTER, shared_word[GRANT_ID], 0, own, 1), OK);
	EXPECT_EQ(mnx_unbind(vm, SELF), OK);
	enter(GRANTEE);
	EXPECT_EQ(mnx_safecopyfrom(GRANTER, shared_word[GRANT_ID], 0, own, 1), EMOLPERM);
	stop_granter(granter);
}

/* ---- arguments, limits, listing ---- */

static void be_grantee(void)
{
	enter(GRANTEE);
	reach(0);
	await_step(1);
}

TEST(impossible_grants_are_refused, "grant.checks")
{
	struct m3ipc_grant g = {.to = M3IPC_ANY, .addr = 4096, .bytes = 1, .access = 4};

	EXPECT_EQ(mnx_grant_set(ANY, GRANTED, 1, M3_GRANT_READ), ENOTBIND);
	EXPECT_EQ(mnx_grant_clear(0), ENOTBIND);
	enter(GRANTER);
	EXPECT_EQ(mnx_grant_set(GRANTEE, GRANTED, 1, M3_GRANT_READ), EDSTDIED);
	EXPECT_EQ(mnx_grant_set(GRANTER, GRANTED, 1, M3_GRANT_READ), EENDPOINT);
	EXPECT_EQ(mnx_grant_set(SELF, GRANTED, 1, M3_GRANT_READ), EENDPOINT);
	EXPECT_EQ(mnx_grant_set(NONE, GRANTED, 1, M3_GRANT_READ), EENDPOINT);
	EXPECT_EQ(mnx_grant_set(5000, GRANTED, 1, M3_GRANT_READ), EMOLRANGE);
	EXPECT_EQ(mnx_grant_set(ANY, GRANTED, 0, M3_GRANT_READ), EBADVALUE);
	EXPECT_EQ(mnx_grant_set(ANY, GRANTED, 1, 0), EBADVALUE);
	EXPECT_EQ(mnx_grant_set(ANY, (void *)-4096L, 1, M3_GRANT_READ), EMOLFAULT);
	EXPECT_EQ(mnx_grant_set(ANY, GRANTED, -1UL, M3_GRANT_READ), EMOLFAULT);
	EXPECT_EQ(ioctl(door(), M3IPC_IOC_GRANT_SET, &g), -1);
	EXPECT_EQ(mnx_safecopyfrom(GRANTEE, -1, 0, own, 1), EBADVALUE);
}

TEST(own_memory_needs_no_grant, "grant.checks")
{
	struct m3ipc_vcopy copy = {
		.src = GRANTER,
		.src_grant = -1,
		.dst = M3IPC_SELF,
		.dst_grant = 0,
		.bytes = 1,
		.timeout_ms = -1,
	};
	pid_t granter;

	enter(GRANTEE);
	granter = start_granter(M3_GRANT_READ);
	copy.src_addr = (uintptr_t)GRANTED;
	copy.dst_addr = (uintptr_t)own;
	EXPECT_EQ(ioctl(door(), M3IPC_IOC_VCOPY, &copy), -1);
	EXPECT_EQ(errno, M3IPC_EBADVALUE);
	stop_granter(granter);
}

TEST(grants_are_limited_but_void_ones_make_room, "grant.limit")
{
	pid_t grantee;
	int id = 0;

	enter(GRANTER);
	grantee = spawn(be_grantee);
	await_step(0);
	for (int i = 0; i < NR_GRANTS; i++)
		EXPECT_EQ((id = mnx_grant_set(i % 2 ? GRANTEE : ANY, GRANTED, 1, M3_GRANT_READ)) >=
				  0,
			  1);
	EXPECT_EQ(mnx_grant_set(ANY, GRANTED, 1, M3_GRANT_READ), ERSCBUSY);
	EXPECT_EQ(mnx_grant_clear(id), OK);
	EXPECT(mnx_grant_set(ANY, GRANTED, 1, M3_GRANT_READ) >= 0);
	EXPECT_EQ(mnx_grant_set(ANY, GRANTED, 1, M3_GRANT_READ), ERSCBUSY);
	reach(1);
	join(grantee);
	for (int i = 0; i < NR_GRANTS / 2 - 1; i++)
		EXPECT(mnx_grant_set(ANY, GRANTED, 1, M3_GRANT_READ) >= 0);
	EXPECT_EQ(mnx_grant_set(ANY, GRANTED, 1, M3_GRANT_READ), ERSCBUSY);
}

static int count_grants(int endpoint)
{
	grant_usr_t g = {.gr_id = -1};
	int count = 0;

	while (mnx_grant_next(-1, endpoint, g.gr_id + 1, &g) == OK)
		count++;
	return count;
}

static void look_as_stranger(int nr)
{
	grant_usr_t g;

	enter(nr);
	become(STRANGER_UID, STRANGER_UID);
	EXPECT_EQ(count_grants(GRANTER), 1);
	EXPECT_EQ(mnx_grant_next(vm, GRANTER, 0, &g), OK);
	EXPECT_EQ(mnx_grant_next(vm, 77, 0, &g), ENOTBIND);
}

static void look_from_outside(void)
{
	grant_usr_t g;

	EXPECT_EQ(mnx_grant_next(vm, GRANTER, 0, &g), OK);
	become(STRANGER_UID, STRANGER_UID);
	EXPECT_EQ(mnx_grant_next(vm, GRANTER, 0, &g), EMOLPERM);
	EXPECT_EQ(mnx_grant_next(-1, SELF, 0, &g), ENOTBIND);
}

static void list_grants(void)
{
	grant_usr_t g;
	pid_t grantee = spawn(be_grantee);
	int id;

	await_step(0);
	EXPECT_EQ(mnx_grant_next(-1, SELF, 0, &g), EBADVALUE);
	EXPECT(mnx_grant_set(ANY, lent, 1, M3_GRANT_READ) >= 0);
	id = mnx_grant_set(GRANTEE, GRANTED, 77, M3_GRANT_WRITE);
	EXPECT_EQ(count_grants(SELF), 2);
	EXPECT_EQ(mnx_grant_next(-1, SELF, id, &g), OK);
	EXPECT_EQ(g.gr_id, id);
	EXPECT_EQ(g.gr_to, GRANTEE);
	EXPECT_EQ(g.gr_addr, (long)(uintptr_t)GRANTED);
	EXPECT_EQ(g.gr_bytes, 77);
	EXPECT_EQ(g.gr_access, M3_GRANT_WRITE);
	reach(1);
	join(grantee);
	/* To the dead is to nobody. */
	EXPECT_EQ(count_grants(SELF), 1);
}

TEST(grants_are_listed_for_those_they_concern, "grant.list")
{
	message m;
	pid_t receiver;

	enter(GRANTER);
	list_grants();
	/* The same number, another binding: it is told of what is to it and to all. */
	unreach(0);
	unreach(1);
	receiver = spawn(be_grantee);
	await_step(0);
	EXPECT(mnx_grant_set(GRANTEE, GRANTED, 78, M3_GRANT_READ) >= 0);
	EXPECT_EQ(count_grants(SELF), 2);
	join(spawn_with(look_as_stranger, OTHER));
	join(spawn(look_from_outside));
	reach(1);
	join(receiver);
	EXPECT_EQ(mnx_receive_T(ANY, &m, 0), EMOLAGAIN);
}
