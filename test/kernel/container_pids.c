// SPDX-License-Identifier: Apache-2.0
/* Pids as containers see them, and whom they may bind by pid. */
#include <stdlib.h>
#include <unistd.h>

#include "lib/container.h"
#include "lib/harness.h"

/* ---- pids ---- */

static void know_its_pids(void)
{
	proc_usr_t proc;
	pid_t child;

	make_vm(OWN_VMID, "own", 0750);
	enter(1);
	EXPECT_EQ(mnx_getprocinfo(OWN_VMID, 1, &proc), OK);
	EXPECT_EQ(proc.p_lpid, 1);
	EXPECT_EQ(proc.p_tgid, 1);
	EXPECT_EQ(proc.p_uid, 0);
	EXPECT_EQ(shown_lpid("own", 1), 1);
	child = fork();
	if (child == 0) {
		enter(2);
		await_step(1);
		_exit(0);
	}
	await_bound(2);
	EXPECT_EQ(mnx_getprocinfo(OWN_VMID, 2, &proc), OK);
	EXPECT_EQ(proc.p_lpid, child);
	EXPECT_EQ(shown_lpid("own", 2), child);
	EXPECT_EQ(mnx_getep(child), 2);
	EXPECT_EQ(mnx_getep(1), 1);
	/* The harness's own processes, say, which are outside. */
	EXPECT_EQ(mnx_getep(*shared_word), EBADPID);
	reach(0); /* Now those outside may look, and then let the child go. */
	join(child);
	survive_sigpipe();
	EXPECT_EQ(mnx_vm_end(OWN_VMID), OK);
}

/* What @pid is called in its own pid namespace. */
static int innermost_pid(pid_t pid)
{
	char path[64], line[256];
	int number = -1;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	file = fopen(path, "r");
	if (!EXPECT(file != NULL))
		return -1;
	while (fgets(line, sizeof(line), file)) {
		if (!strncmp(line, "NSpid:", 6))
			number = atoi(strrchr(line, '\t') + 1);
	}
	fclose(file);
	return number;
}

TEST(pids_are_those_of_the_readers_namespace, "container.pids")
{
	pid_t container;
	proc_usr_t proc;

	*shared_word = getpid();
	container = start_container(FIRST, know_its_pids);
	await_step(0);
	EXPECT_EQ(mnx_getprocinfo(OWN_VMID, 1, &proc), OK);
	EXPECT(proc.p_lpid > 1);
	EXPECT_EQ(innermost_pid(proc.p_lpid), 1);
	EXPECT_EQ(shown_lpid("own", 1), proc.p_lpid);
	EXPECT_EQ(mnx_getep(proc.p_lpid), 1);
	EXPECT_EQ(proc.p_uid, FIRST);
	EXPECT_EQ(mnx_getprocinfo(OWN_VMID, 2, &proc), OK);
	EXPECT(innermost_pid(proc.p_lpid) > 1);
	EXPECT_EQ(shown_lpid("own", 2), proc.p_lpid);
	reach(1);
	join(container);
}

static void hear_of_itself(void)
{
	int fd = mnx_events_open(M3_EVENTS_NONBLOCK);
	m3_event_t event;
	pid_t child;

	REQUIRE(fd >= 0);
	make_vm(OWN_VMID, "own", 0750);
	child = spawn_with(enter_and_leave, 3);
	event = next_own_event(fd, M3_EVENT_BIND);
	EXPECT_EQ(event.pid, child);
	EXPECT_EQ(event.tgid, child);
	event = next_own_event(fd, M3_EVENT_UNBIND);
	EXPECT_EQ(event.pid, child);
	EXPECT_EQ(event.cause, M3_CAUSE_EXIT);
	join(child);
	EXPECT_EQ(mnx_vm_end(OWN_VMID), OK);
}

static void bind_outside(void)
{
	enter(4);
	reach(3);
	await_step(4);
}

static void hear_of_outside(void)
{
	int fd = mnx_events_open(M3_EVENTS_NONBLOCK);
	m3_event_t event;

	REQUIRE(fd >= 0);
	make_vm(OWN_VMID, "own", 0757);
	reach(2);
	event = next_own_event(fd, M3_EVENT_BIND);
	EXPECT_EQ(event.nr, 4);
	EXPECT_EQ(event.pid, 0);
	EXPECT_EQ(event.tgid, 0);
	reach(4);
	EXPECT_EQ(next_own_event(fd, M3_EVENT_UNBIND).pid, 0);
	EXPECT_EQ(mnx_vm_end(OWN_VMID), OK);
}

TEST(events_tell_the_readers_pids, "container.events")
{
	int fd = mnx_events_open(M3_EVENTS_NONBLOCK);
	m3_event_t event;
	pid_t outside, container;

	REQUIRE(fd >= 0);
	join(start_container(FIRST, hear_of_itself));
	event = next_own_event(fd, M3_EVENT_BIND);
	EXPECT_EQ(event.nr, 3);
	EXPECT(event.pid > 2);
	EXPECT_EQ(next_own_event(fd, M3_EVENT_UNBIND).pid, event.pid);

	container = start_container(FIRST, hear_of_outside);
	await_step(2);
	vm = OWN_VMID;
	outside = spawn(bind_outside);
	await_step(3);
	join(outside);
	join(container);
	event = next_own_event(fd, M3_EVENT_BIND);
	EXPECT_EQ(event.nr, 4);
	EXPECT_EQ(event.pid, outside);
}

/* ---- by pid, and kill's rule ---- */

static void linger(void)
{
	await_step(1);
}

static void linger_as_5(void)
{
	REQUIRE(setresgid(5, 5, 5) == 0);
	REQUIRE(setresuid(5, 5, 5) == 0);
	reach(2);
	await_step(1);
}

static void bind_others(void)
{
	proc_usr_t proc;
	pid_t child = spawn(linger), five = spawn(linger_as_5);

	make_vm(OWN_VMID, "own", 0751);
	await_step(2);
	EXPECT_EQ(mnx_lclbind(OWN_VMID, child, 2), 2);
	EXPECT_EQ(mnx_getprocinfo(OWN_VMID, 2, &proc), OK);
	EXPECT_EQ(proc.p_lpid, child);
	/* Another account of the container: its root may kill it. */
	EXPECT_EQ(mnx_lclbind(OWN_VMID, five, 3), 3);
	EXPECT_EQ(mnx_getprocinfo(OWN_VMID, 3, &proc), OK);
	EXPECT_EQ(proc.p_uid, 5);
	EXPECT_EQ(mnx_unbind(OWN_VMID, 3), OK);
	/* A number of outside means nothing here. */
	EXPECT_EQ(mnx_lclbind(OWN_VMID, *shared_word, 4), EBADPID);
	reach(0);
	join(child);
	join(five);
	survive_sigpipe();
	EXPECT_EQ(mnx_vm_end(OWN_VMID), OK);
}

static void may_not_bind_insiders(void)
{
	become(SECOND, SECOND);
	EXPECT_EQ(mnx_lclbind(OWN_VMID, shared_word[1], 5), EPRIVILEGES);
}

TEST(lclbind_takes_the_callers_pids_and_asks_kills_rule, "container.lclbind")
{
	pid_t container;
	proc_usr_t proc;

	*shared_word = getpid();
	container = start_range_container(bind_others);
	await_step(0);
	EXPECT_EQ(mnx_getprocinfo(OWN_VMID, 2, &proc), OK);
	EXPECT_EQ(proc.p_uid, RANGE);
	shared_word[1] = proc.p_lpid;
	EXPECT_EQ(mnx_unbind(OWN_VMID, 2), OK);
	join(spawn(may_not_bind_insiders));
	/* The node's root may. */
	EXPECT_EQ(mnx_lclbind(OWN_VMID, shared_word[1], 5), 5);
	reach(1);
	join(container);
}
