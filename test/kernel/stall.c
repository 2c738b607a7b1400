// SPDX-License-Identifier: Apache-2.0
/*
 * What happens to a copy in its middle. The client's buffer has a page that its own thread must
 * provide (userfaultfd): the server's vcopy stops there, between its first batch of pages and the
 * second, until the test lets it go on.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/harness.h"
#include "uapi/m3ipc.h"

enum { PAGE = 4096, PAGES = 64, BYTES = PAGES * PAGE };

/* Steps of a test. */
enum { STALLED = 1, GO_ON, DONE, SERVED };

/* Where it is in all processes: mapped before they are forked. */
static char *buffer;
/* The page that is missing. */
static int hole = 40;

static int open_userfaultfd(void)
{
	struct uffdio_api api = {.api = UFFD_API};
	struct uffdio_register range = {
		.range = {.start = (uintptr_t)(buffer + hole * PAGE), .len = PAGE},
		.mode = UFFDIO_REGISTER_MODE_MISSING,
	};
	int fd = syscall(SYS_userfaultfd, O_CLOEXEC);

	if (fd < 0 && errno == ENOSYS)
		skip("the kernel has no userfaultfd");
	REQUIRE(fd >= 0);
	REQUIRE(ioctl(fd, UFFDIO_API, &api) == 0);
	REQUIRE(ioctl(fd, UFFDIO_REGISTER, &range) == 0);
	return fd;
}

/* Until the copy waits for the page. */
static void await_the_stall(int fd)
{
	struct uffd_msg fault;

	REQUIRE(read(fd, &fault, sizeof(fault)) == sizeof(fault));
	REQUIRE_EQ(fault.event, UFFD_EVENT_PAGEFAULT);
}

static void give_the_page(int fd)
{
	struct uffdio_zeropage zero = {
		.range = {.start = (uintptr_t)(buffer + hole * PAGE), .len = PAGE},
	};

	EXPECT(ioctl(fd, UFFDIO_ZEROPAGE, &zero) == 0);
}

/* Says that the copy waits for the page, and gives it when told. */
static void *provide_the_page(void *fd)
{
	await_the_stall(*(int *)fd);
	reach(STALLED);
	await_step(GO_ON);
	give_the_page(*(int *)fd);
	return NULL;
}

static void *mind_nothing(void *fd)
{
	(void)fd;
	await_step(GO_ON);
	return NULL;
}

static void *(*minder)(void *) = provide_the_page;

/* The client, as 2, has a hole in what it lends, and a thread that minds it by the descriptor. */
static pthread_t make_the_hole(int *fd, void *(*mind)(void *))
{
	pthread_t thread;

	enter(2);
	memset(buffer, 'c', hole * PAGE);
	*fd = open_userfaultfd();
	REQUIRE(pthread_create(&thread, NULL, mind, fd) == 0);
	return thread;
}

/* The client, as 2: asks 1, with a hole in what it lends. */
static void lend_with_a_hole(int expected)
{
	message m = request(1, 2);
	pthread_t provider;
	int fd;

	provider = make_the_hole(&fd, minder);
	survive_sigpipe();
	EXPECT_EQ(mnx_sendrec(1, &m), expected);
	reach(DONE);
	pthread_join(provider, NULL);
	/* Answered, it still is no dead one. */
	if (expected == OK)
		await_step(SERVED);
}

/* By which grant the server copies; -1: by the request. */
static int grant_id = -1;

/* Copies all that the client lends: the result, and in shared word 1 the bytes told. */
static int copy_from_2(long ms)
{
	struct m3ipc_vcopy copy = {
		.src = 2,
		.dst = M3IPC_SELF,
		.src_addr = grant_id < 0 ? (uintptr_t)buffer : 0,
		.dst_addr = (uintptr_t)buffer,
		.bytes = BYTES,
		.timeout_ms = ms,
		.src_grant = grant_id,
		.dst_grant = -1,
	};
	int result = ioctl(door(), M3IPC_IOC_VCOPY, &copy) ? errno : 0;

	shared_word[1] = copy.copied;
	/* What was told has arrived, and nothing beyond. */
	for (long i = 0; i < BYTES; i++)
		REQUIRE_EQ(buffer[i], i < copy.copied && i < hole * PAGE ? 'c' : 0);
	return result;
}

static void prepare(void)
{
	buffer = mmap(NULL, BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	REQUIRE(buffer != MAP_FAILED);
}

/* The server, as 1: its result is word 0. */
static void serve(int ms)
{
	message m;

	interruptible(SIGUSR1);
	survive_sigpipe();
	enter(1);
	REQUIRE_EQ(mnx_receive(ANY, &m), OK);
	shared_word[0] = copy_from_2(ms);
}

static pid_t server, client;

/* Until the server's copy waits for the client's page. */
static void stall(int ms, int client_expects)
{
	prepare();
	server = spawn_with(serve, ms);
	await_receiving(1);
	client = spawn_with(lend_with_a_hole, client_expects);
	await_step(STALLED);
}

/* The rest of the copy runs; what the server got. */
static long finish_copy(void)
{
	reach(GO_ON);
	join(server);
	join(client);
	return shared_word[0];
}

TEST(a_stalled_copy_goes_on_where_it_was, "vcopy.read")
{
	/* The server exits without an answer. */
	stall(-1, ESRCDIED);
	EXPECT_EQ(finish_copy(), 0);
	EXPECT_EQ(shared_word[1], BYTES);
}

static void copy_as_3(void)
{
	char own[16];

	enter(3);
	EXPECT_EQ(mnx_vcopy(2, buffer, SELF, own, sizeof(own)), EMOLBUSY);
	EXPECT_EQ(mnx_vcopy(SELF, own, 2, buffer, sizeof(own)), EMOLBUSY);
}

TEST(a_second_copy_on_the_same_party_is_busy, "vcopy.overlap")
{
	stall(-1, ESRCDIED);
	join(spawn(copy_as_3));
	EXPECT_EQ(finish_copy(), 0);
	EXPECT_EQ(shared_word[1], BYTES);
}

/* Not even its own server's second copy, from another thread. */
static void *copy_beside(void *argument)
{
	char own[16];

	(void)argument;
	await_step(STALLED);
	EXPECT_EQ(mnx_vcopy(2, buffer, SELF, own, sizeof(own)), EMOLBUSY);
	reach(GO_ON);
	return NULL;
}

/* Answers the client while its memory is being copied. */
static void *reply_beside(void *argument)
{
	message m = request(2, 2);

	(void)argument;
	await_step(STALLED);
	EXPECT_EQ(mnx_reply(2, &m), OK);
	/* It returns, for no batch runs. */
	await_step(DONE);
	reach(GO_ON);
	return NULL;
}

static void *(*beside)(void *);

static void serve_with_thread(void)
{
	pthread_t thread;
	message m;

	enter(1);
	REQUIRE(pthread_create(&thread, NULL, beside, NULL) == 0);
	REQUIRE_EQ(mnx_receive(ANY, &m), OK);
	shared_word[0] = copy_from_2(-1);
	reach(SERVED);
	pthread_join(thread, NULL);
}

/* What the server got whose other thread did something meanwhile. */
static long copy_with_thread(void *(*thread)(void *), int client_expects)
{
	beside = thread;
	prepare();
	server = spawn(serve_with_thread);
	await_receiving(1);
	client = spawn_with(lend_with_a_hole, client_expects);
	join(server);
	join(client);
	return shared_word[0];
}

TEST(a_server_has_one_copy_with_a_client_at_a_time, "vcopy.overlap")
{
	EXPECT_EQ(copy_with_thread(copy_beside, ESRCDIED), 0);
	EXPECT_EQ(shared_word[1], BYTES);
}

TEST(an_answer_in_the_middle_of_a_copy_ends_it, "vcopy.held call.beside")
{
	EXPECT_EQ(copy_with_thread(reply_beside, OK), M3IPC_EPROCSTS);
	EXPECT(shared_word[1] > 0 && shared_word[1] <= hole * PAGE);
}

TEST(a_peer_that_dies_in_the_middle_of_a_copy_is_dead, "vcopy.midway")
{
	stall(-1, OK);
	/* Its death takes the fault with it: nobody has to provide the page. */
	kill_and_reap(client);
	join(server);
	EXPECT_EQ(shared_word[0], M3IPC_ESRCDIED);
	EXPECT(shared_word[1] > 0 && shared_word[1] <= hole * PAGE);
}

TEST(a_server_that_is_killed_waits_for_no_fault_of_its_client, "vcopy.interrupt")
{
	stall(-1, ESRCDIED);
	kill_and_reap(server);
	await_step(DONE);
	reach(GO_ON);
	join(client);
}

/* The copy ends although nobody provides the page: its result. */
static long end_stalled(void)
{
	join(server);
	EXPECT_EQ(shared_word[1], hole * PAGE);
	/* Its client hears of the server's end, and its page is provided for nobody. */
	await_step(DONE);
	reach(GO_ON);
	join(client);
	return shared_word[0];
}

TEST(a_signal_ends_a_copy_that_waits_for_its_client, "vcopy.interrupt vcopy.absent")
{
	stall(-1, ESRCDIED);
	kill(server, SIGUSR1);
	EXPECT_EQ(end_stalled(), EINTR);
}

TEST(a_time_limit_ends_a_copy_that_waits_for_its_client, "vcopy.interrupt vcopy.absent")
{
	long start = now_ms();

	hole = 0; /* whenever the time is over, the copy is there */
	minder = mind_nothing;
	prepare();
	server = spawn_with(serve, 50);
	await_receiving(1);
	client = spawn_with(lend_with_a_hole, ESRCDIED);
	EXPECT_EQ(end_stalled(), ETIMEDOUT);
	EXPECT(now_ms() >= start + 50);
}

TEST(vm_end_ends_a_copy_at_its_next_batch, "vcopy.vmend")
{
	stall(-1, EDCNOTRUN);
	EXPECT_EQ(mnx_vm_end(vm), OK);
	EXPECT_EQ(finish_copy(), M3IPC_EVMNOTRUN);
	EXPECT(shared_word[1] > 0 && shared_word[1] < BYTES);
}

static void lend_a_third_unmapped(void)
{
	message m = request(1, 2);

	enter(2);
	memset(buffer, 'c', hole * PAGE);
	munmap(buffer + hole * PAGE, BYTES - hole * PAGE);
	EXPECT_EQ(mnx_sendrec(1, &m), ESRCDIED);
}

TEST(at_a_fault_the_bytes_copied_are_told, "vcopy.prefix")
{
	prepare();
	server = spawn_with(serve, -1);
	await_receiving(1);
	client = spawn(lend_a_third_unmapped);
	join(server);
	join(client);
	EXPECT_EQ(shared_word[0], EFAULT);
	EXPECT_EQ(shared_word[1], hole * PAGE);
}

static void *tell_of_the_stall(void *fd)
{
	await_the_stall(*(int *)fd);
	reach(STALLED);
	return NULL;
}

/* Gives up the call, and then the memory that it lent. */
static void lend_and_take_away(void)
{
	message m = request(1, 2);
	pthread_t teller;
	int fd;

	interruptible(SIGUSR1);
	teller = make_the_hole(&fd, tell_of_the_stall);
	EXPECT_EQ(mnx_sendrec(1, &m), EMOLINTR);
	pthread_join(teller, NULL);
	REQUIRE(munmap(buffer, BYTES) == 0);
	close(fd); /* the fault looks again */
	await_step(DONE);
}

TEST(memory_that_is_gone_after_the_call_is_no_bad_address, "vcopy.over")
{
	hole = 0; /* nothing of the batch is there */
	prepare();
	server = spawn_with(serve, -1);
	await_receiving(1);
	client = spawn(lend_and_take_away);
	await_step(STALLED);
	/* Not to the teller. */
	REQUIRE(syscall(SYS_tgkill, client, client, SIGUSR1) == 0);
	join(server);
	EXPECT_EQ(shared_word[0], M3IPC_EPROCSTS);
	EXPECT_EQ(shared_word[1], 0);
	reach(DONE);
	join(client);
}

/* Gives up the call, and waits for a message of anybody instead. */
static void lend_and_receive(void)
{
	message m = request(1, 2);
	pthread_t provider;
	int fd;

	interruptible(SIGUSR1);
	provider = make_the_hole(&fd, provide_the_page);
	EXPECT_EQ(mnx_sendrec(1, &m), EMOLINTR);
	reach(DONE);
	EXPECT_EQ(mnx_receive(ANY, &m), OK);
	pthread_join(provider, NULL);
}

TEST(consent_is_for_one_call_and_not_for_the_next, "vcopy.over")
{
	message m = request(2, 3);

	prepare();
	server = spawn_with(serve, -1);
	await_receiving(1);
	client = spawn(lend_and_receive);
	await_step(STALLED);
	REQUIRE(syscall(SYS_tgkill, client, client, SIGUSR1) == 0);
	await_step(DONE);
	await_receiving(2);
	reach(GO_ON);
	join(server);
	EXPECT_EQ(shared_word[0], M3IPC_EPROCSTS);
	EXPECT(shared_word[1] > 0 && shared_word[1] <= hole * PAGE);
	enter(3);
	EXPECT_EQ(mnx_send(2, &m), OK);
	join(client);
}

/* Provides the page, but takes the grant back first. */
static void *take_back(void *fd)
{
	await_the_stall(*(int *)fd);
	EXPECT_EQ(mnx_grant_clear(shared_word[2]), OK);
	give_the_page(*(int *)fd);
	return NULL;
}

static void grant_for_a_while(void)
{
	message m = request(1, 2);
	pthread_t taker;
	int fd;

	taker = make_the_hole(&fd, take_back);
	shared_word[2] = mnx_grant_set(1, buffer, BYTES, M3_GRANT_READ);
	EXPECT_EQ(mnx_sendrec(1, &m), OK);
	pthread_join(taker, NULL);
}

TEST(a_grant_taken_back_in_the_middle_of_a_copy_ends_it, "grant.clear")
{
	message m;

	prepare();
	enter(1);
	client = spawn(grant_for_a_while);
	await_bound(2);
	REQUIRE_EQ(mnx_receive(2, &m), OK);
	grant_id = shared_word[2];
	EXPECT_EQ(copy_from_2(-1), EPERM);
	EXPECT(shared_word[1] > 0 && shared_word[1] <= hole * PAGE);
	EXPECT_EQ(mnx_reply(2, &m), OK);
	join(client);
}
