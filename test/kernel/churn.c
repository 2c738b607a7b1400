// SPDX-License-Identifier: Apache-2.0
/* Many lives: nothing may pile up. */
#include <sys/wait.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/harness.h"
#include "lib/slabs.h"

enum { WARM_UP = 600, ROUNDS = 10000, VM_ROUNDS = 1000, SLACK_KB = 2048 };

/* Kernel memory that is not given back by itself, in KiB. */
static long slab_kb(void)
{
	FILE *file;
	char line[128];
	long kb, total = 0;

	REQUIRE(slabs_shrink());
	file = fopen("/proc/meminfo", "r");
	REQUIRE(file);
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, "SUnreclaim: %ld", &kb) == 1 ||
		    sscanf(line, "KernelStack: %ld", &kb) == 1 ||
		    sscanf(line, "VmallocUsed: %ld", &kb) == 1)
			total += kb;
	fclose(file);
	return total;
}

/* Bindings that the kernel has in memory, as its allocator counts them: some may be free. */
static long procs_in_memory(void)
{
	FILE *file = fopen("/proc/slabinfo", "r");
	char line[256];
	long objects = -1;

	REQUIRE(file);
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, "m3ipc_proc %ld", &objects) == 1)
			break;
	fclose(file);
	return objects;
}

/* A child that binds and ends in one of three ways. By vfork, which is cheap enough for 10,000. */
static void one_life(int nr, int how)
{
	pid_t pid = vfork();
	int status;

	REQUIRE(pid >= 0);
	if (pid == 0) {
		if (mnx_bind(vm, nr) <= EMOLERRCODE)
			_exit(1);
		if (how == 0)
			kill(getpid(), SIGKILL);
		if (how == 1)
			mnx_unbind(vm, SELF);
		_exit(0);
	}
	REQUIRE(waitpid(pid, &status, 0) == pid);
	REQUIRE(how == 0 ? WIFSIGNALED(status) : WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

TEST(bind_kill_and_rebind_leak_nothing, "unbind.leak")
{
	long before, after, objects_before, objects_after;
	proc_usr_t proc;

	alarm(1800);
	/* Every way to end, until caches have their size. */
	for (int i = 0; i < WARM_UP; i++)
		one_life(29, i % 3);
	before = slab_kb();
	objects_before = procs_in_memory();
	for (int i = 0; i < ROUNDS; i++)
		one_life(29, 0);
	after = slab_kb();
	objects_after = procs_in_memory();
	printf("# %d rounds of bind, kill -9, bind again: kernel memory %ld KiB, then %ld KiB\n",
	       ROUNDS, before, after);
	printf("# m3ipc_proc objects: %ld, then %ld\n", objects_before, objects_after);
	fflush(stdout);
	EXPECT(after - before < SLACK_KB);
	EXPECT(objects_after - objects_before < ROUNDS / 100);
	EXPECT_EQ(mnx_getprocinfo(vm, 29, &proc), OK);
	EXPECT_EQ(proc.p_rts_flags, SLOT_FREE);
	EXPECT_EQ(proc.p_lives, ROUNDS + WARM_UP);
}

TEST(vms_coming_and_going_leak_nothing, "vm.leak")
{
	vm_usr_t p = {.dc_dcid = UNUSED_VMID, .dc_warn2proc = NONE, .dc_name = "come-and-go"};
	long before = 0, after;

	for (int i = 0; i < VM_ROUNDS + 100; i++) {
		if (i == 100)
			before = slab_kb();
		REQUIRE_EQ(mnx_vm_init(&p), 1);
		REQUIRE(mnx_bind(UNUSED_VMID, 30) > EMOLERRCODE);
		REQUIRE_EQ(mnx_notify(SELF), OK);
		REQUIRE_EQ(mnx_unbind(UNUSED_VMID, SELF), OK);
		REQUIRE_EQ(mnx_vm_end(UNUSED_VMID), OK);
	}
	after = slab_kb();
	printf("# kernel memory before %ld KiB, after %ld KiB\n", before, after);
	fflush(stdout);
	EXPECT(after - before < SLACK_KB);
}
