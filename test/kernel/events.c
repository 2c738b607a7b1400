// SPDX-License-Identifier: Apache-2.0
/* The event descriptor. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/harness.h"
#include "uapi/m3ipc.h"

static int open_events(void)
{
	int fd = mnx_events_open(M3_EVENTS_NONBLOCK);

	REQUIRE(fd >= 0);
	return fd;
}

/* The next event of the test's VM, waiting for it a while. */
static m3_event_t next_event(int fd)
{
	struct pollfd poller = {.fd = fd, .events = POLLIN};
	m3_event_t event;

	do {
		REQUIRE_EQ(poll(&poller, 1, 10000), 1);
		REQUIRE_EQ(mnx_events_read(fd, &event, 1), 1);
	} while (event.vmid != vm);
	return event;
}

static void expect_unbind(int fd, int nr, int cause, int code)
{
	m3_event_t event = next_event(fd);

	EXPECT_EQ(event.type, M3_EVENT_UNBIND);
	EXPECT_EQ(event.nr, nr);
	EXPECT_EQ(event.cause, cause);
	EXPECT_EQ(event.code, code);
}

TEST(bind_and_unbind_are_told, "event.bind")
{
	m3_event_t bind, unbind;
	vm_usr_t info;
	int fd = open_events();

	enter(40);
	EXPECT_EQ(mnx_unbind(vm, SELF), OK);
	bind = next_event(fd);
	EXPECT_EQ(bind.type, M3_EVENT_BIND);
	EXPECT_EQ(bind.nr, 40);
	EXPECT_EQ(bind.endpoint, 40);
	EXPECT_EQ(bind.pid, getpid());
	EXPECT_EQ(bind.tgid, getpid());
	EXPECT_EQ(bind.nodeid, 1);
	EXPECT_EQ(bind.cause, M3_CAUSE_NONE);
	EXPECT_EQ(mnx_getvminfo(vm, &info), OK);
	EXPECT(bind.incarnation == info.dc_incarnation);
	unbind = next_event(fd);
	EXPECT_EQ(unbind.type, M3_EVENT_UNBIND);
	EXPECT_EQ(unbind.cause, M3_CAUSE_CALL);
	EXPECT_EQ(unbind.endpoint, 40);
	EXPECT_EQ(unbind.seq, bind.seq + 1);
	EXPECT(unbind.time_ns >= bind.time_ns);
	EXPECT_EQ(mnx_events_read(fd, &bind, 1), EMOLAGAIN);
}

static void exit_with_7(void)
{
	enter(5);
	_exit(7);
}

TEST(an_exit_is_told_with_its_status, "event.bind")
{
	int fd = open_events();

	finish(spawn(exit_with_7));
	EXPECT_EQ(next_event(fd).type, M3_EVENT_BIND);
	expect_unbind(fd, 5, M3_CAUSE_EXIT, 7);
}

static void be_5(void)
{
	enter(5);
	reach(1);
	for (;;)
		pause();
}

TEST(a_deadly_signal_is_told_with_its_number, "event.bind")
{
	int fd = open_events();
	pid_t pid = spawn(be_5);

	await_step(1);
	kill_and_reap(pid);
	EXPECT_EQ(next_event(fd).type, M3_EVENT_BIND);
	expect_unbind(fd, 5, M3_CAUSE_SIGNAL, SIGKILL);
}

TEST(an_unbind_by_a_manager_is_told, "event.bind")
{
	int fd = open_events();
	pid_t pid = spawn(be_5);

	await_step(1);
	EXPECT_EQ(mnx_unbind(vm, 5), OK);
	EXPECT_EQ(next_event(fd).type, M3_EVENT_BIND);
	expect_unbind(fd, 5, M3_CAUSE_MANAGER, 0);
	kill_and_reap(pid);
}

static void *exec_something(void *arg)
{
	(void)arg;
	enter(6);
	execl("/proc/self/exe", "events", "--leave", NULL);
	give_up();
}

__attribute__((constructor(101))) static void leave(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "--leave"))
		_exit(3);
}

static void be_5_and_exec_as_6(void)
{
	pthread_t thread;

	enter(5);
	pthread_create(&thread, NULL, exec_something, NULL);
	pthread_join(thread, NULL);
}

TEST(bindings_that_an_exec_ends_are_told, "event.bind")
{
	int fd = open_events();

	finish(spawn(be_5_and_exec_as_6));
	EXPECT_EQ(next_event(fd).type, M3_EVENT_BIND);
	EXPECT_EQ(next_event(fd).type, M3_EVENT_BIND);
	expect_unbind(fd, 5, M3_CAUSE_EXEC, 0);
	expect_unbind(fd, 6, M3_CAUSE_EXIT, 3);
}

TEST(vms_coming_and_going_are_told, "event.vm")
{
	vm_usr_t p = {.dc_dcid = vm, .dc_warn2proc = NONE};
	vm_usr_t change = {.dc_given = M3_GIVEN | M3_VM_MODE, .dc_mode = 0700};
	int fd = open_events();
	pid_t pid = spawn(be_5);

	strcpy(p.dc_name, vm_name);
	await_step(1);
	EXPECT_EQ(mnx_vm_set(vm, &change), OK);
	EXPECT_EQ(mnx_vm_end(vm), OK);
	finish(pid);
	EXPECT_EQ(mnx_vm_init(&p), 1);
	EXPECT_EQ(next_event(fd).type, M3_EVENT_BIND);
	EXPECT_EQ(next_event(fd).type, M3_EVENT_VM_SET);
	expect_unbind(fd, 5, M3_CAUSE_VM_END, 0);
	EXPECT_EQ(next_event(fd).type, M3_EVENT_VM_DOWN);
	EXPECT_EQ(next_event(fd).type, M3_EVENT_VM_UP);
}

TEST(reservations_are_told, "event.slot")
{
	slot_usr_t slot = {.slot_given = M3_SLOT_UID, .slot_uid = 5};
	int fd = open_events();
	m3_event_t event;

	EXPECT_EQ(mnx_slot_set(vm, 9, &slot), OK);
	EXPECT_EQ(mnx_slot_clear(vm, 9), OK);
	event = next_event(fd);
	EXPECT_EQ(event.type, M3_EVENT_SLOT_SET);
	EXPECT_EQ(event.nr, 9);
	EXPECT_EQ(next_event(fd).type, M3_EVENT_SLOT_CLEAR);
}

static void enter_and_leave_9(void)
{
	enter(9);
	EXPECT_EQ(mnx_unbind(vm, 9), OK);
}

TEST(a_slow_reader_learns_how_many_it_missed, "event.lost")
{
	struct m3ipc_events args = {.flags = M3IPC_EVENTS_NONBLOCK, .records = 4};
	int fd = ioctl(door(), M3IPC_IOC_EVENTS, &args);
	m3_event_t events[64];
	long seen = 0, lost = 0;
	int count;

	REQUIRE(fd >= 0);
	for (int i = 0; i < 20; i++)
		enter_and_leave_9();
	/* And one more once there is room, to carry the count. */
	while ((count = mnx_events_read(fd, events, 64)) > 0) {
		for (int i = 0; i < count; i++) {
			lost += events[i].lost;
			seen += events[i].type != M3_EVENT_LOST;
		}
		if (seen + lost == 40)
			break;
		if (seen <= 4 && lost == 0)
			enter_and_leave_9();
	}
	EXPECT(lost > 0);
	EXPECT(seen + lost == 40 || seen + lost == 42);
}

TEST(two_readers_both_get_everything, "event.readers")
{
	int one = open_events(), two = open_events();
	m3_event_t first, second;

	enter_and_leave_9();
	for (int i = 0; i < 2; i++) {
		first = next_event(one);
		second = next_event(two);
		EXPECT_EQ(first.seq, second.seq);
		EXPECT_EQ(first.type, second.type);
	}
}

TEST(an_empty_descriptor_says_so, "event.read")
{
	struct pollfd poller = {.fd = open_events(), .events = POLLIN};
	m3_event_t event;
	char small[63];

	EXPECT_EQ(poll(&poller, 1, 0), 0);
	EXPECT_EQ(mnx_events_read(poller.fd, &event, 1), EMOLAGAIN);
	EXPECT_EQ(mnx_events_read(poller.fd, &event, 0), EMOLINVAL);
	enter(9);
	EXPECT_EQ(poll(&poller, 1, 10000), 1);
	EXPECT_EQ(read(poller.fd, small, sizeof(small)), -1);
	EXPECT_EQ(errno, EINVAL);
	EXPECT(fcntl(poller.fd, F_GETFD) & FD_CLOEXEC);
}

static void read_one(void)
{
	int fd = mnx_events_open(0);
	m3_event_t event;

	reach(1);
	do
		REQUIRE_EQ(mnx_events_read(fd, &event, 1), 1);
	while (event.vmid != vm);
	EXPECT_EQ(event.type, M3_EVENT_BIND);
}

TEST(a_blocking_reader_is_woken, "event.read")
{
	pid_t pid = spawn(read_one);

	await_step(1);
	enter(9);
	join(pid);
}

static void wait_and_see_nothing(void)
{
	m3_event_t event;
	int fd;

	become(1000, 1000);
	fd = open_events();
	reach(1);
	await_step(2);
	EXPECT_EQ(mnx_events_read(fd, &event, 1), EMOLAGAIN);
}

TEST(events_of_vms_that_one_may_not_see_are_not_told, "event.readers")
{
	pid_t pid = spawn(wait_and_see_nothing);

	await_step(1);
	enter_and_leave_9();
	reach(2);
	join(pid);
}

static void be_bound_until_told(void)
{
	message m;

	enter(5);
	reach(1);
	await_step(2);
	EXPECT_EQ(mnx_receive(ANY, &m), OK);
	reach(3);
	await_step(4);
}

TEST(an_endpoint_descriptor_polls_for_messages_and_death, "endpoint.fd")
{
	struct pollfd poller = {.events = POLLIN};
	pid_t pid;

	need_feature(M3IPC_FEATURE_ENDPOINT_FD, "endpoint descriptors");
	EXPECT_EQ(mnx_endpoint_fd(vm, 5), ENOTBIND);
	enter(1);
	pid = spawn(be_bound_until_told);
	await_step(1);
	poller.fd = mnx_endpoint_fd(vm, 5);
	REQUIRE(poller.fd >= 0);
	EXPECT_EQ(poll(&poller, 1, 0), 0);
	EXPECT_EQ(mnx_notify(5), OK);
	EXPECT_EQ(poll(&poller, 1, 10000), 1);
	EXPECT_EQ(poller.revents, POLLIN);
	reach(2);
	await_step(3);
	EXPECT_EQ(poll(&poller, 1, 0), 0);
	reach(4);
	join(pid);
	EXPECT_EQ(poll(&poller, 1, 10000), 1);
	EXPECT(poller.revents & POLLHUP);
}
