// SPDX-License-Identifier: Apache-2.0
/* Copies between address spaces. */
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/harness.h"

/*
 * The client asks server 1 by sendrec, with the address of its buffer in m1_p1,
 * and is blocked meanwhile: the consent that vcopy wants.
 */
static unsigned char *area(size_t bytes)
{
	void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	REQUIRE(p != MAP_FAILED);
	return p;
}

static unsigned char pattern(size_t i, int seed)
{
	return (i * 131 + (i >> 12) * 7 + seed) & 0xff;
}

static void fill(unsigned char *p, size_t bytes, int seed)
{
	for (size_t i = 0; i < bytes; i++)
		p[i] = pattern(i, seed);
}

/* Index of the first byte that differs, or -1. */
static long differs(const unsigned char *p, size_t bytes, int seed)
{
	for (size_t i = 0; i < bytes; i++)
		if (p[i] != pattern(i, seed))
			return i;
	return -1;
}

enum { ROOM = MAXCOPYLEN + 3 * 4096 };

static void lend(unsigned char *buffer)
{
	message m = request(1, 0);

	m.m1_p1 = (char *)buffer;
	EXPECT_EQ(mnx_sendrec(1, &m), OK);
}

static void lend_filled(int offset)
{
	unsigned char *buffer = area(ROOM);

	enter(2);
	fill(buffer + offset, MAXCOPYLEN, 1);
	lend(buffer + offset);
}

/* Takes a request of the client: the address that it lends. */
static char *borrow(int client)
{
	message m;

	REQUIRE_EQ(mnx_receive(client, &m), OK);
	return m.m1_p1;
}

static void give_back(int client)
{
	message m = request(0, 0);

	EXPECT_EQ(mnx_send(client, &m), OK);
}

static void read_sizes(int client_offset, int own_offset)
{
	static const int sizes[] = {0,	  1,	 7,	4095,  4096,	4097,
				    8192, 12289, 65536, 65537, 1 << 20, MAXCOPYLEN};
	unsigned char *own = area(ROOM);
	pid_t client;
	char *theirs;

	enter(1);
	client = spawn_with(lend_filled, client_offset);
	await_bound(2);
	theirs = borrow(2);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		int bytes = sizes[i];

		memset(own, 0xee, own_offset + bytes + 64);
		EXPECT_EQ(mnx_vcopy(2, theirs, SELF, own + own_offset, bytes), OK);
		EXPECT_EQ(differs(own + own_offset, bytes, 1), -1);
		/* Not a byte more, on either side. */
		for (int j = 0; j < own_offset; j++)
			REQUIRE_EQ(own[j], 0xee);
		for (int j = 0; j < 64; j++)
			REQUIRE_EQ(own[own_offset + bytes + j], 0xee);
	}
	give_back(2);
	join(client);
}

TEST(a_server_reads_its_client_aligned, "vcopy.read")
{
	read_sizes(0, 0);
}

TEST(a_server_reads_its_client_unaligned_alike, "vcopy.read")
{
	read_sizes(100, 100);
}

TEST(a_server_reads_its_client_mutually_misaligned, "vcopy.read")
{
	read_sizes(1, 4093);
}

static void lend_empty_and_check(int bytes)
{
	unsigned char *buffer = area(ROOM);

	enter(2);
	memset(buffer, 0xee, ROOM);
	lend(buffer + 33);
	EXPECT_EQ(differs(buffer + 33, bytes, 5), -1);
	for (int i = 0; i < 33; i++)
		REQUIRE_EQ(buffer[i], 0xee);
	for (int i = 0; i < 64; i++)
		REQUIRE_EQ(buffer[33 + bytes + i], 0xee);
}

TEST(a_server_writes_its_client, "vcopy.write")
{
	static const int sizes[] = {0, 1, 4096, 70000, MAXCOPYLEN};
	unsigned char *own = area(ROOM);

	enter(1);
	fill(own, MAXCOPYLEN, 5);
	for (int i = 0; i < 5; i++) {
		pid_t client = spawn_with(lend_empty_and_check, sizes[i]);
		char *theirs;

		await_bound(2);
		theirs = borrow(2);
		EXPECT_EQ(mnx_vcopy(SELF, own, 2, theirs, sizes[i]), OK);
		give_back(2);
		join(client);
	}
}

TEST(own_endpoint_is_as_good_as_self, "vcopy.self")
{
	unsigned char own[100];
	pid_t client;
	char *theirs;

	enter(1);
	client = spawn_with(lend_filled, 0);
	await_bound(2);
	theirs = borrow(2);
	EXPECT_EQ(mnx_vcopy(2, theirs, 1, own, sizeof(own)), OK);
	EXPECT_EQ(differs(own, sizeof(own), 1), -1);
	give_back(2);
	join(client);
}

TEST(the_size_has_limits, "vcopy.size")
{
	unsigned char *own = area(ROOM);
	pid_t client;
	char *theirs;

	enter(1);
	client = spawn_with(lend_filled, 0);
	await_bound(2);
	theirs = borrow(2);
	EXPECT_EQ(mnx_vcopy(2, theirs, SELF, own, MAXCOPYLEN + 1), EMOLRANGE);
	EXPECT_EQ(mnx_vcopy(2, theirs, SELF, own, -1), EMOLRANGE);
	EXPECT_EQ(own[0], 0);
	give_back(2);
	join(client);
}

static void lend_a_hole(void)
{
	unsigned char *buffer = area(3 * 4096);

	enter(2);
	fill(buffer, 3 * 4096, 1);
	mprotect(buffer + 4096, 4096, PROT_NONE);
	lend(buffer);
	/* The hole and its neighbours are as they were: no signal came, either. */
	mprotect(buffer + 4096, 4096, PROT_READ);
	EXPECT_EQ(differs(buffer, 3 * 4096, 1), -1);
}

TEST(an_unmapped_page_of_the_client_is_efault, "vcopy.hole")
{
	unsigned char *own = area(3 * 4096);
	pid_t client;
	char *theirs;

	enter(1);
	client = spawn(lend_a_hole);
	await_bound(2);
	theirs = borrow(2);
	EXPECT_EQ(mnx_vcopy(2, theirs, SELF, own, 3 * 4096), EMOLFAULT);
	EXPECT_EQ(mnx_vcopy(SELF, own + 4096, 2, theirs + 4096, 100), EMOLFAULT);
	/* The first page is whole: it may be copied. */
	EXPECT_EQ(mnx_vcopy(2, theirs, SELF, own, 4096), OK);
	EXPECT_EQ(differs(own, 4096, 1), -1);
	give_back(2);
	join(client);
}

static void lend_read_only(void)
{
	unsigned char *buffer = area(4096);

	enter(2);
	fill(buffer, 4096, 1);
	mprotect(buffer, 4096, PROT_READ);
	lend(buffer);
	EXPECT_EQ(differs(buffer, 4096, 1), -1);
}

TEST(a_read_only_page_is_not_written, "vcopy.readonly")
{
	unsigned char *own = area(4096);
	pid_t client;
	char *theirs;

	enter(1);
	client = spawn(lend_read_only);
	await_bound(2);
	theirs = borrow(2);
	EXPECT_EQ(mnx_vcopy(SELF, own, 2, theirs, 4096), EMOLFAULT);
	EXPECT_EQ(mnx_vcopy(2, theirs, SELF, own, 4096), OK);
	mprotect(own, 4096, PROT_READ);
	EXPECT_EQ(mnx_vcopy(2, theirs, SELF, own, 4096), EMOLFAULT);
	give_back(2);
	join(client);
}

TEST(own_bad_addresses_are_efault, "vcopy.own")
{
	unsigned char *hole = mmap(NULL, 8192, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	pid_t client;
	char *theirs;

	enter(1);
	client = spawn_with(lend_filled, 0);
	await_bound(2);
	theirs = borrow(2);
	EXPECT_EQ(mnx_vcopy(2, theirs, SELF, hole, 10), EMOLFAULT);
	EXPECT_EQ(mnx_vcopy(2, theirs, SELF, NULL, 10), EMOLFAULT);
	EXPECT_EQ(mnx_vcopy(2, theirs, SELF, (char *)0xffffffff81000000UL, 10), EMOLFAULT);
	EXPECT_EQ(mnx_vcopy(2, (char *)0xffffffff81000000UL, SELF, hole, 10), EMOLFAULT);
	EXPECT_EQ(mnx_vcopy(2, (char *)-4096L, SELF, area(8192), 8192), EMOLFAULT);
	give_back(2);
	join(client);
}

/* A forked parent shares pages with us: the copy must break that sharing. */
static void write_shared_after_fork(void)
{
	unsigned char *buffer = area(8192);
	int status;
	pid_t child;

	enter(2);
	fill(buffer, 8192, 1);
	child = fork();
	if (child == 0) {
		await_step(5);
		_exit(differs(buffer, 8192, 1) == -1 ? 0 : 1);
	}
	lend(buffer);
	EXPECT_EQ(differs(buffer, 8192, 5), -1);
	reach(5);
	waitpid(child, &status, 0);
	EXPECT_EQ(status, 0);
}

TEST(writing_a_client_leaves_its_forked_child_alone, "vcopy.fork")
{
	unsigned char *own = area(8192);
	pid_t client;
	char *theirs;

	enter(1);
	fill(own, 8192, 5);
	client = spawn(write_shared_after_fork);
	await_bound(2);
	theirs = borrow(2);
	EXPECT_EQ(mnx_vcopy(SELF, own, 2, theirs, 8192), OK);
	give_back(2);
	join(client);
}

static void run_until_0(int nr)
{
	enter(nr);
	reach(1);
	await_step(0);
}

TEST(a_peer_that_is_not_blocked_is_left_alone, "vcopy.notblocked")
{
	pid_t peer = spawn_with(run_until_0, 2);
	char own[16];

	enter(1);
	await_step(1);
	EXPECT_EQ(mnx_vcopy(2, own, SELF, own, 16), EPROCSTS);
	EXPECT_EQ(mnx_vcopy(SELF, own, 2, own, 16), EPROCSTS);
	reach(0);
	join(peer);
}

static void queue_at_1(void)
{
	message m = request(1, 1);

	enter(2);
	await_bound(1);
	EXPECT_EQ(mnx_send(1, &m), OK);
}

TEST(a_peer_that_sends_is_not_blocked_for_copies, "vcopy.notblocked")
{
	pid_t peer = spawn(queue_at_1);
	char own[16];
	message m;

	enter(1);
	await_sending(2);
	EXPECT_EQ(mnx_vcopy(2, own, SELF, own, 16), EPROCSTS);
	EXPECT_EQ(mnx_receive(ANY, &m), OK);
	join(peer);
}

TEST(dead_peers_are_named_by_side, "vcopy.dead")
{
	char own[16];

	enter(1);
	EXPECT_EQ(mnx_vcopy(2, own, SELF, own, 16), ESRCDIED);
	EXPECT_EQ(mnx_vcopy(SELF, own, 2, own, 16), EDSTDIED);
	EXPECT_EQ(mnx_vcopy(221, own, SELF, own, 16), EMOLRANGE);
	EXPECT_EQ(mnx_vcopy(SELF, own, -36, own, 16), EMOLRANGE);
}

static unsigned char received[64];

static void receive_any(void)
{
	message m;

	enter(2);
	fill(received, sizeof(received), 9);
	EXPECT_EQ(mnx_receive(ANY, &m), OK);
}

TEST(the_same_user_may_copy_from_a_receiver, "vcopy.client")
{
	pid_t peer = spawn(receive_any);
	unsigned char own[64];
	message m = request(1, 1);

	enter(1);
	await_receiving(2);
	/* Forked: the address is the same here and there. */
	EXPECT_EQ(mnx_vcopy(2, received, SELF, own, 64), OK);
	EXPECT_EQ(differs(own, 64, 9), -1);
	EXPECT_EQ(mnx_send(2, &m), OK);
	join(peer);
}

static void receive_as_somebody(void)
{
	message m;

	enter(2);
	become(1000, 1000);
	EXPECT_EQ(mnx_receive(ANY, &m), OK);
}

TEST(another_user_must_have_asked, "vcopy.user")
{
	pid_t peer = spawn(receive_as_somebody);
	unsigned char own[64];
	message m = request(1, 1);

	enter(1);
	await_receiving(2);
	EXPECT_EQ(mnx_vcopy(2, received, SELF, own, 64), EMOLPERM);
	EXPECT_EQ(mnx_vcopy(SELF, own, 2, received, 64), EMOLPERM);
	EXPECT_EQ(mnx_send(2, &m), OK);
	join(peer);
}

static void lend_as_somebody(void)
{
	enter(2);
	await_bound(1);
	become(1000, 1000);
	fill(received, sizeof(received), 9);
	lend(received);
}

TEST(a_client_of_another_user_that_asked_is_copied, "vcopy.user")
{
	pid_t peer = spawn(lend_as_somebody);
	unsigned char own[64];
	char *theirs;

	enter(1);
	await_bound(2);
	theirs = borrow(2);
	EXPECT_EQ(mnx_vcopy(2, theirs, SELF, own, 64), OK);
	EXPECT_EQ(differs(own, 64, 9), -1);
	give_back(2);
	join(peer);
}

static void enter_other_vm(int vmid)
{
	message m;

	EXPECT_EQ(mnx_bind(vmid, 2), 2);
	reach(1);
	mnx_receive(ANY, &m);
}

TEST(other_vms_are_out_of_reach, "vcopy.vm")
{
	vm_usr_t other = {.dc_dcid = UNUSED_VMID - 1, .dc_warn2proc = NONE, .dc_name = "other"};
	message m = request(1, 1);
	char own[16];
	pid_t peer;

	REQUIRE_EQ(mnx_vm_init(&other), 1);
	peer = spawn_with(enter_other_vm, other.dc_dcid);
	await_step(1);
	enter(1);
	EXPECT_EQ(mnx_vcopy(2, own, SELF, own, 16), ESRCDIED);
	EXPECT_EQ(mnx_send(2, &m), EDSTDIED);
	EXPECT_EQ(mnx_receive_T(2, &m, 0), ESRCDIED);
	EXPECT_EQ(mnx_notify(2), EDSTDIED);
	EXPECT_EQ(mnx_vm_end(other.dc_dcid), OK);
	finish(peer);
}
