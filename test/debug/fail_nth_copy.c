// SPDX-License-Identifier: Apache-2.0
/*
 * fail_nth's commands that move memory between processes: vcopy and grants.
 */
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include "fail_nth.h"

/* ---- vcopy ---- */

enum { COPY_BYTES = 40 * 4096 };
static char *shared_bytes;
static char *mine;

static void lend(int nr)
{
	message m;

	enter(nr);
	shared_bytes = mmap(shared_bytes, COPY_BYTES, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	memset(shared_bytes, nr, COPY_BYTES / 2);
	mnx_receive(ANY, &m);
}

/* Pages of mine that are not there yet. */
static void drop_mine(void *arguments)
{
	(void)arguments;
	await_receiving(PEER);
	REQUIRE(madvise(mine, COPY_BYTES, MADV_DONTNEED) == 0);
}

FAULTS(VCOPY)
{
	struct m3ipc_vcopy get = {.src = PEER,
				  .dst = M3IPC_SELF,
				  .bytes = COPY_BYTES,
				  .timeout_ms = -1,
				  .src_grant = -1,
				  .dst_grant = -1};
	struct m3ipc_vcopy put = {.src = M3IPC_SELF,
				  .dst = PEER,
				  .bytes = COPY_BYTES,
				  .timeout_ms = -1,
				  .src_grant = -1,
				  .dst_grant = -1};
	pid_t peer;

	need_faults();
	enter(MINE);
	shared_bytes = mmap(NULL, COPY_BYTES, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	mine = mmap(NULL, COPY_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	/* Small pages: each is an allocation. */
	madvise(mine, COPY_BYTES, MADV_NOHUGEPAGE);
	get.src_addr = put.dst_addr = (uintptr_t)shared_bytes;
	get.dst_addr = put.src_addr = (uintptr_t)mine;
	peer = spawn_with(lend, PEER);
	TRY(VCOPY, ARGUMENTS(get), .no_memory = ENOMEM, .prepare = drop_mine);
	TRY(VCOPY, ARGUMENTS(put), .no_memory = ENOMEM, .prepare = drop_mine);
	kill_and_reap(peer);
}

static char granted[4096];

static struct m3ipc_grant some_grant(void)
{
	return (struct m3ipc_grant){.id = -1,
				    .to = ANY,
				    .addr = (uintptr_t)granted,
				    .bytes = sizeof(granted),
				    .access = M3IPC_GRANT_READ};
}

static void set_grant(void *arguments)
{
	struct m3ipc_grant grant = some_grant();

	command(M3IPC_IOC_GRANT_SET, &grant);
	((struct m3ipc_grant *)arguments)->id = grant.id;
}

static void clear_grant(void *arguments, long result)
{
	(void)result;
	command(M3IPC_IOC_GRANT_CLEAR, arguments);
}

static int count_grants(void)
{
	struct m3ipc_grant_info info = {
		.vmid = M3IPC_OWN_VM, .endpoint = M3IPC_SELF, .flags = M3IPC_GET_NEXT};
	int count = 0;

	while (ioctl(door(), M3IPC_IOC_GRANT_GET, &info) == 0) {
		int next = info.grant.id + 1;

		count++;
		info = (struct m3ipc_grant_info){.vmid = M3IPC_OWN_VM,
						 .endpoint = M3IPC_SELF,
						 .flags = M3IPC_GET_NEXT,
						 .grant.id = next};
	}
	return count;
}

FAULTS(GRANT_SET)
{
	struct m3ipc_grant args = some_grant();

	need_faults();
	enter(MINE);
	TRY(GRANT_SET, ARGUMENTS(args), .no_memory = ENOMEM, .undo = clear_grant);
	EXPECT_EQ(count_grants(), 0);
}

FAULTS(GRANT_CLEAR)
{
	struct m3ipc_grant args = {.id = -1};

	need_faults();
	enter(MINE);
	TRY(GRANT_CLEAR, ARGUMENTS(args), .prepare = set_grant);
	/* Each failure left the grant that it was to clear. */
	EXPECT(count_grants() > 0);
}

FAULTS(GRANT_GET)
{
	struct m3ipc_grant_info args = {.vmid = M3IPC_OWN_VM, .endpoint = M3IPC_SELF};

	need_faults();
	enter(MINE);
	set_grant(&args.grant);
	args.grant = (struct m3ipc_grant){.id = args.grant.id};
	TRY(GRANT_GET, ARGUMENTS(args));
}
