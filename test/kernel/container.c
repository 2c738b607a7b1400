// SPDX-License-Identifier: Apache-2.0
/* Containers: processes in user and pid namespaces of their own. */
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/harness.h"
#include "uapi/m3ipc.h"

/* FIRST and SECOND are two accounts of this machine; RANGE is where a container's 65,536 accounts start. */
enum {
	FIRST = 1000,
	SECOND = 2000,
	RANGE = 100000,
	OWN_VMID = 3072,
	USER_VMS = 16,
	PROC_TEXT = 4096
};

/* ---- a container ---- */

static void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);

	REQUIRE(fd >= 0);
	EXPECT_EQ(write(fd, text, strlen(text)), (long)strlen(text));
	close(fd);
}

static void map_accounts(pid_t pid, unsigned int first, unsigned int count)
{
	char path[64], line[64];

	snprintf(line, sizeof(line), "0 %u %u", first, count);
	snprintf(path, sizeof(path), "/proc/%d/uid_map", pid);
	write_file(path, line);
	snprintf(path, sizeof(path), "/proc/%d/gid_map", pid);
	write_file(path, line);
}

/* As the first process of new pid and mount namespaces, with a /proc of them. */
static void run_as_init(void (*body)(void))
{
	pid_t pid;

	REQUIRE(unshare(CLONE_NEWPID | CLONE_NEWNS) == 0);
	pid = fork();
	REQUIRE(pid >= 0);
	if (pid == 0) {
		REQUIRE(mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0);
		REQUIRE(mount("proc", "/proc", "proc", 0, NULL) == 0);
		REQUIRE_EQ(getpid(), 1);
		body();
		_exit(0);
	}
	join(pid);
}

struct container {
	unsigned int first,
		count; /* its accounts on this machine; a whole range is mapped by root */
	void (*body)(void);
};
static struct container next;

/* An account of this machine is alone in its container, which it makes itself. */
static void live_as_one(void)
{
	become(next.first, next.first);
	REQUIRE(prctl(PR_SET_DUMPABLE, 1) == 0);
	REQUIRE(unshare(CLONE_NEWUSER) == 0);
	write_file("/proc/self/setgroups", "deny");
	map_accounts(getpid(), next.first, 1);
	run_as_init(next.body);
}

static void live_in_range(void)
{
	REQUIRE(unshare(CLONE_NEWUSER) == 0);
	reach(STEPS - 1);
	await_step(STEPS - 2);
	REQUIRE(setresgid(0, 0, 0) == 0);
	REQUIRE(setresuid(0, 0, 0) == 0);
	run_as_init(next.body);
}

/* Runs @body as root of a container whose only account is @uid of this machine. */
static pid_t start_container(unsigned int uid, void (*body)(void))
{
	next = (struct container){uid, 1, body};
	return spawn(live_as_one);
}

/* Runs @body as root of a container with accounts 0..65535, RANGE.. of this machine. One in a test. */
static pid_t start_range_container(void (*body)(void))
{
	pid_t pid;

	next = (struct container){RANGE, 65536, body};
	pid = spawn(live_in_range);
	await_step(STEPS - 1);
	map_accounts(pid, RANGE, 65536);
	reach(STEPS - 2);
	return pid;
}

static void make_vm(int vmid, const char *name, unsigned int mode)
{
	vm_usr_t params = {
		.dc_given = M3_GIVEN | M3_VM_MODE,
		.dc_dcid = vmid,
		.dc_warn2proc = NONE,
		.dc_mode = mode,
	};

	snprintf(params.dc_name, sizeof(params.dc_name), "%s", name);
	REQUIRE_EQ(mnx_vm_init(&params), 1);
	vm = vmid;
}

/* The lpid that /proc/drvs shows for process @nr; -1: no line. */
static int shown_lpid(const char *name, int nr)
{
	char path[64], text[PROC_TEXT], *line, *rest;
	int vmid, number, endpoint, lpid, length;
	int fd;

	snprintf(path, sizeof(path), "/proc/drvs/vms/%s/procs", name);
	fd = open(path, O_RDONLY);
	if (!EXPECT(fd >= 0))
		return -1;
	length = read(fd, text, sizeof(text) - 1);
	close(fd);
	text[length > 0 ? length : 0] = '\0';
	for (line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		if (sscanf(line, "%d %d %d %d", &vmid, &number, &endpoint, &lpid) == 4 &&
		    number == nr)
			return lpid;
	}
	return -1;
}

/* ---- a VM of its own ---- */

static void serve_once(void)
{
	message m = poisoned();

	enter(1);
	EXPECT_EQ(mnx_receive(ANY, &m), OK);
	m.m1_i1++;
	EXPECT_EQ(mnx_send(m.m_source, &m), OK);
}

static void use_own_vm(void)
{
	vm_usr_t p = {.dc_dcid = OWN_VMID - 1, .dc_warn2proc = NONE, .dc_name = "low"}, info;
	message m = request(7, 41);
	pid_t server;

	EXPECT_EQ(getuid(), 0);
	/* Root here is nobody special to the node. */
	EXPECT_EQ(mnx_vm_init(&p), EMOLPERM);
	EXPECT_EQ(mnx_drvs_end(), EMOLPERM);
	make_vm(OWN_VMID, "own", 0750);
	EXPECT_EQ(mnx_getvminfo(OWN_VMID, &info), OK);
	EXPECT_EQ(info.dc_uid, 0);
	EXPECT_EQ(info.dc_gid, 0);
	server = spawn(serve_once);
	await_receiving(1);
	enter(2);
	EXPECT_EQ(mnx_sendrec(1, &m), OK);
	EXPECT_EQ(m.m1_i1, 42);
	join(server);
	EXPECT_EQ(mnx_unbind(OWN_VMID, SELF), OK);
	EXPECT_EQ(mnx_vm_end(OWN_VMID), OK);
}

TEST(a_container_makes_and_uses_a_vm, "container.vm")
{
	join(start_container(FIRST, use_own_vm));
}

TEST(so_does_a_container_with_a_range_of_accounts, "container.vm")
{
	join(start_range_container(use_own_vm));
}

static void own_a_vm_until_told(void)
{
	make_vm(OWN_VMID, "own", 0750);
	enter(1);
	reach(0);
	await_step(1);
	survive_sigpipe();
	EXPECT_EQ(mnx_vm_end(OWN_VMID), OK);
}

TEST(outside_its_owner_is_the_account_behind, "container.owner")
{
	pid_t container = start_container(FIRST, own_a_vm_until_told);
	vm_usr_t info;

	await_step(0);
	EXPECT_EQ(mnx_getvminfo(OWN_VMID, &info), OK);
	EXPECT_EQ(info.dc_uid, FIRST);
	EXPECT_EQ(info.dc_gid, FIRST);
	reach(1);
	join(container);
}

/* ---- another container ---- */

static void meet_a_strangers_vm(void)
{
	vm_usr_t info, change = {.dc_given = M3_GIVEN | M3_VM_MODE, .dc_mode = 0777};
	slot_usr_t slot = {.slot_given = 0};
	proc_usr_t proc;
	m3_event_t event;
	int events = mnx_events_open(M3_EVENTS_NONBLOCK);

	EXPECT(events >= 0);
	EXPECT_EQ(mnx_getvminfo(OWN_VMID, &info), EMOLPERM);
	EXPECT_EQ(mnx_getprocinfo(OWN_VMID, 1, &proc), EMOLPERM);
	EXPECT_EQ(mnx_bind(OWN_VMID, 3), EPRIVILEGES);
	EXPECT_EQ(mnx_vm_set(OWN_VMID, &change), EMOLPERM);
	EXPECT_EQ(mnx_slot_set(OWN_VMID, 3, &slot), EMOLPERM);
	EXPECT_EQ(mnx_unbind(OWN_VMID, 1), EMOLPERM);
	EXPECT_EQ(mnx_vm_end(OWN_VMID), EMOLPERM);
	EXPECT(open("/proc/drvs/vms/own/procs", O_RDONLY) < 0);
	EXPECT(open("/proc/drvs/vms/own/info", O_RDONLY) < 0);
	EXPECT(open("/proc/drvs/vms/own/stats", O_RDONLY) < 0);
	/* It is not met on a walk either, and its own is. */
	make_vm(OWN_VMID + 1, "second", 0750);
	EXPECT_EQ(mnx_vm_next(0, &info), OK);
	EXPECT_EQ(info.dc_dcid, OWN_VMID + 1);
	enter(1);
	reach(1);
	await_step(2);
	EXPECT_EQ(mnx_unbind(OWN_VMID + 1, SELF), OK);
	EXPECT_EQ(mnx_vm_end(OWN_VMID + 1), OK);
	/* Of all that happened it heard what was its own. */
	while (mnx_events_read(events, &event, 1) == 1)
		EXPECT_EQ(event.vmid, OWN_VMID + 1);
}

static void own_a_vm_beside_another(void)
{
	vm_usr_t info;

	make_vm(OWN_VMID, "own", 0750);
	enter(1);
	reach(0);
	await_step(1);
	EXPECT_EQ(mnx_vm_next(0, &info), OK);
	EXPECT_EQ(info.dc_dcid, OWN_VMID);
	EXPECT_EQ(mnx_vm_next(OWN_VMID + 1, &info), EMOLDCNOTRUN);
	EXPECT_EQ(mnx_getvminfo(OWN_VMID + 1, &info), EMOLPERM);
	EXPECT_EQ(mnx_unbind(OWN_VMID, SELF), OK);
	EXPECT_EQ(mnx_bind(OWN_VMID, 5), 5);
	EXPECT_EQ(mnx_unbind(OWN_VMID, SELF), OK);
	EXPECT_EQ(mnx_vm_end(OWN_VMID), OK);
	reach(2);
}

TEST(containers_of_two_accounts_neither_see_nor_touch_each_other, "container.apart")
{
	pid_t first = start_container(FIRST, own_a_vm_beside_another), second;

	await_step(0);
	second = start_container(SECOND, meet_a_strangers_vm);
	join(first);
	join(second);
}

static void meet_own_accounts_vm(void)
{
	proc_usr_t proc;

	vm = OWN_VMID;
	/* The first process is in another pid namespace: it has no number here. */
	EXPECT_EQ(mnx_getprocinfo(OWN_VMID, 1, &proc), OK);
	EXPECT_EQ(proc.p_lpid, 0);
	EXPECT_EQ(proc.p_tgid, 0);
	EXPECT_EQ(shown_lpid("own", 1), 0);
	EXPECT_EQ(mnx_bind(OWN_VMID, 3), 3);
	reach(1);
}

/* A VM belongs to an account, as a file does: containers that share the account share the VM. */
TEST(containers_of_one_account_share_its_vms, "container.account")
{
	pid_t first = start_container(FIRST, own_a_vm_until_told);

	await_step(0);
	join(start_container(FIRST, meet_own_accounts_vm));
	join(first);
}

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
		reach(0);
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

static m3_event_t next_event(int fd, unsigned int type)
{
	struct pollfd poller = {.fd = fd, .events = POLLIN};
	m3_event_t event;

	do {
		REQUIRE_EQ(poll(&poller, 1, 10000), 1);
		REQUIRE_EQ(mnx_events_read(fd, &event, 1), 1);
	} while (event.vmid != OWN_VMID || event.type != type);
	return event;
}

static void hear_of_itself(void)
{
	int fd = mnx_events_open(M3_EVENTS_NONBLOCK);
	m3_event_t event;
	pid_t child;

	REQUIRE(fd >= 0);
	make_vm(OWN_VMID, "own", 0750);
	child = spawn_with(enter_and_leave, 3);
	event = next_event(fd, M3_EVENT_BIND);
	EXPECT_EQ(event.pid, child);
	EXPECT_EQ(event.tgid, child);
	event = next_event(fd, M3_EVENT_UNBIND);
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
	event = next_event(fd, M3_EVENT_BIND);
	EXPECT_EQ(event.nr, 4);
	EXPECT_EQ(event.pid, 0);
	EXPECT_EQ(event.tgid, 0);
	reach(4);
	EXPECT_EQ(next_event(fd, M3_EVENT_UNBIND).pid, 0);
	EXPECT_EQ(mnx_vm_end(OWN_VMID), OK);
}

TEST(events_tell_the_readers_pids, "container.events")
{
	int fd = mnx_events_open(M3_EVENTS_NONBLOCK);
	m3_event_t event;
	pid_t outside, container;

	REQUIRE(fd >= 0);
	join(start_container(FIRST, hear_of_itself));
	event = next_event(fd, M3_EVENT_BIND);
	EXPECT_EQ(event.nr, 3);
	EXPECT(event.pid > 2);
	EXPECT_EQ(next_event(fd, M3_EVENT_UNBIND).pid, event.pid);

	container = start_container(FIRST, hear_of_outside);
	await_step(2);
	vm = OWN_VMID;
	outside = spawn(bind_outside);
	await_step(3);
	join(outside);
	join(container);
	event = next_event(fd, M3_EVENT_BIND);
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

/* ---- accounts ---- */

static void bind_as_5(void)
{
	REQUIRE(setresgid(5, 5, 5) == 0);
	REQUIRE(setresuid(5, 5, 5) == 0);
	EXPECT_EQ(mnx_bind(OWN_VMID, 3), EPRIVILEGES);
	EXPECT_EQ(mnx_bind(OWN_VMID, 4), 4);
}

static void reserve_for_5(void)
{
	slot_usr_t slot = {.slot_given = M3_SLOT_UID, .slot_uid = 5}, seen;

	make_vm(OWN_VMID, "own", 0700);
	EXPECT_EQ(mnx_slot_set(OWN_VMID, 4, &slot), OK);
	EXPECT_EQ(mnx_slot_get(OWN_VMID, 4, &seen), OK);
	EXPECT_EQ(seen.slot_uid, 5);
	reach(0);
	await_step(1);
	join(spawn(bind_as_5));
	/* An account that the container has not. */
	slot.slot_uid = 65536;
	EXPECT_EQ(mnx_slot_set(OWN_VMID, 4, &slot), EBADVALUE);
	EXPECT_EQ(mnx_vm_end(OWN_VMID), OK);
}

TEST(slots_are_reserved_for_accounts_of_the_container, "container.slot")
{
	pid_t container = start_range_container(reserve_for_5);
	slot_usr_t slot;

	await_step(0);
	EXPECT_EQ(mnx_slot_get(OWN_VMID, 4, &slot), OK);
	EXPECT_EQ(slot.slot_uid, RANGE + 5);
	reach(1);
	join(container);
}

static void use_given_vm(void)
{
	vm_usr_t change = {.dc_given = M3_GIVEN | M3_VM_OWNER, .dc_uid = 0, .dc_gid = 0};

	REQUIRE(setresgid(5, 5, 5) == 0);
	REQUIRE(setresuid(5, 5, 5) == 0);
	EXPECT_EQ(mnx_bind(OWN_VMID, 3), 3);
	/* It cannot give it back. */
	EXPECT_EQ(mnx_vm_set(OWN_VMID, &change), EMOLPERM);
}

static void give_to_5(void)
{
	vm_usr_t change = {.dc_given = M3_GIVEN | M3_VM_OWNER, .dc_uid = 5, .dc_gid = 5}, info;
	int fd = mnx_events_open(M3_EVENTS_NONBLOCK);
	m3_event_t event;

	REQUIRE(fd >= 0);
	make_vm(OWN_VMID, "own", 0700);
	EXPECT_EQ(mnx_vm_set(OWN_VMID, &change), OK);
	EXPECT_EQ(mnx_getvminfo(OWN_VMID, &info), OK);
	EXPECT_EQ(info.dc_uid, 5);
	join(spawn(use_given_vm));
	event = next_event(fd, M3_EVENT_BIND);
	EXPECT_EQ(event.nr, 3);
	/* An account that the container has not, and a VM of the node's. */
	change.dc_uid = 65536;
	EXPECT_EQ(mnx_vm_set(OWN_VMID, &change), EBADVALUE);
	change.dc_uid = 0;
	EXPECT_EQ(mnx_vm_set((int)*shared_word, &change), EMOLPERM);
	EXPECT_EQ(mnx_bind(OWN_VMID, 4), 4);
	EXPECT_EQ(mnx_unbind(OWN_VMID, SELF), OK);
	EXPECT_EQ(mnx_vm_end(OWN_VMID), OK);
}

TEST(root_of_a_container_stands_over_its_accounts, "container.root")
{
	*shared_word = vm;
	join(start_range_container(give_to_5));
}

/* As live_in_range, but made by an account of this machine. */
static void live_in_a_users_range(void)
{
	become(next.first, next.first);
	live_in_range();
}

static void make_vms_of_two_accounts(void)
{
	vm_usr_t more = {.dc_dcid = OWN_VMID + USER_VMS, .dc_warn2proc = NONE, .dc_name = "more"};
	char name[20];

	for (int i = 0; i < USER_VMS; i++) {
		snprintf(name, sizeof(name), "quota%d", i);
		make_vm(OWN_VMID + i, name, 0750);
	}
	REQUIRE(setresuid(5, 5, 5) == 0);
	EXPECT_EQ(mnx_vm_init(&more), ERSCBUSY);
}

TEST(the_accounts_of_a_users_container_count_as_that_user, "container.quota")
{
	pid_t pid;

	next = (struct container){FIRST, 65536, make_vms_of_two_accounts};
	pid = spawn(live_in_a_users_range);
	await_step(STEPS - 1);
	map_accounts(pid, RANGE, 65536);
	reach(STEPS - 2);
	join(pid);
	for (int i = 0; i < USER_VMS; i++)
		EXPECT_EQ(mnx_vm_end(OWN_VMID + i), OK);
}

/* The first process of a pid namespace takes all others along. */
static void leave_a_child_bound(void)
{
	make_vm(OWN_VMID, "own", 0750);
	spawn(serve_once);
	await_receiving(1);
}

TEST(the_end_of_a_container_ends_its_bindings, "container.end")
{
	proc_usr_t proc;

	join(start_container(FIRST, leave_a_child_bound));
	EXPECT_EQ(mnx_getprocinfo(OWN_VMID, 1, &proc), OK);
	EXPECT(proc.p_rts_flags & SLOT_FREE);
	/* The VM stays until somebody ends it. */
	EXPECT_EQ(mnx_vm_end(OWN_VMID), OK);
}
