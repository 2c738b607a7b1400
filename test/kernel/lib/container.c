// SPDX-License-Identifier: Apache-2.0
#include "container.h"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "harness.h"

enum { PROC_TEXT = 4096 };

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
	unsigned int maker; /* account of this machine */
	void (*body)(void);
};
static struct container next;

/* An account of this machine is alone in its container, which it makes itself. */
static void live_as_one(void)
{
	become(next.maker, next.maker);
	REQUIRE(prctl(PR_SET_DUMPABLE, 1) == 0);
	REQUIRE(unshare(CLONE_NEWUSER) == 0);
	write_file("/proc/self/setgroups", "deny");
	map_accounts(getpid(), next.maker, 1);
	run_as_init(next.body);
}

static void live_in_range(void)
{
	if (next.maker)
		become(next.maker, next.maker);
	REQUIRE(unshare(CLONE_NEWUSER) == 0);
	reach(STEPS - 1);
	await_step(STEPS - 2);
	REQUIRE(setresgid(0, 0, 0) == 0);
	REQUIRE(setresuid(0, 0, 0) == 0);
	run_as_init(next.body);
}

pid_t start_container(unsigned int uid, void (*body)(void))
{
	next = (struct container){uid, body};
	return spawn(live_as_one);
}

pid_t start_range_container(void (*body)(void))
{
	return start_users_range_container(0, body);
}

pid_t start_users_range_container(unsigned int uid, void (*body)(void))
{
	pid_t pid;

	next = (struct container){uid, body};
	pid = spawn(live_in_range);
	await_step(STEPS - 1);
	map_accounts(pid, RANGE, 65536);
	reach(STEPS - 2);
	return pid;
}

void make_vm(int vmid, const char *name, unsigned int mode)
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

int shown_lpid(const char *name, int nr)
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

m3_event_t next_own_event(int fd, unsigned int type)
{
	struct pollfd poller = {.fd = fd, .events = POLLIN};
	m3_event_t event;

	do {
		REQUIRE_EQ(poll(&poller, 1, 10000), 1);
		REQUIRE_EQ(mnx_events_read(fd, &event, 1), 1);
	} while (event.vmid != OWN_VMID || event.type != type);
	return event;
}
