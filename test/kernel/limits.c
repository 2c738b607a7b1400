// SPDX-License-Identifier: Apache-2.0
/* The edges of a VM: its first and last numbers, its message size, its wall to other VMs. */
#include <errno.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/harness.h"
#include "uapi/m3ipc.h"

enum { OTHER = UNUSED_VMID - 3 };

static void end_other(void)
{
	EXPECT_EQ(mnx_vm_end(OTHER), OK);
}

static void bind_and_unbind(int vmid, int nr)
{
	EXPECT_EQ(mnx_bind(vmid, nr), nr);
	EXPECT_EQ(mnx_unbind(vmid, SELF), OK);
}

TEST(the_first_and_the_last_number_can_be_bound, "bind.last")
{
	vm_usr_t most = {.dc_dcid = OTHER,
			 .dc_warn2proc = NONE,
			 .dc_name = "most",
			 .dc_nr_procs = 16000,
			 .dc_nr_tasks = 250,
			 .dc_nr_sysprocs = 250,
			 .dc_nr_nodes = 1};

	bind_and_unbind(vm, -35);
	bind_and_unbind(vm, 220);
	REQUIRE_EQ(mnx_vm_init(&most), 1);
	bind_and_unbind(OTHER, -250);
	bind_and_unbind(OTHER, 15999);
	EXPECT_EQ(mnx_bind(OTHER, 16000), EBADPROC);
	EXPECT_EQ(mnx_bind(OTHER, -251), EBADPROC);
	end_other();
}

static void notify_15999(int vmid)
{
	REQUIRE_EQ(mnx_bind(vmid, 15998), 15998);
	EXPECT_EQ(mnx_notify(15999), OK);
	reach(1);
	await_step(0);
}

TEST(the_last_number_notifies_and_is_notified, "notify.far")
{
	vm_usr_t most = {
		.dc_dcid = OTHER, .dc_warn2proc = NONE, .dc_name = "most", .dc_nr_procs = 16000};
	message m;
	pid_t pid;

	most.dc_nr_tasks = NR_TASKS;
	most.dc_nr_sysprocs = NR_SYS_PROCS;
	REQUIRE_EQ(mnx_vm_init(&most), 1);
	REQUIRE_EQ(mnx_bind(OTHER, 15999), 15999);
	pid = spawn_with(notify_15999, OTHER);
	await_step(1);
	EXPECT_EQ(mnx_receive_T(ANY, &m, 0), OK);
	EXPECT_EQ(m.m_source, 15998);
	EXPECT_EQ(m.m_type, NOTIFY_FROM(15998));
	reach(0);
	join(pid);
	end_other();
}

TEST(a_vm_has_one_message_size, "message.abi")
{
	vm_usr_t foreign = {.dc_dcid = OTHER,
			    .dc_warn2proc = NONE,
			    .dc_name = "foreign",
			    .dc_given = M3_GIVEN | M3_VM_ABI,
			    .dc_abi = sizeof(long) == 8 ? M3_ABI_32 : M3_ABI_64};
	message m = request(7, 1);

	REQUIRE_EQ(mnx_vm_init(&foreign), 1);
	/* To bind is of no ABI. */
	REQUIRE_EQ(mnx_bind(OTHER, 3), 3);
	EXPECT_EQ(mnx_send_T(4, &m, 0), EMOLINVAL);
	EXPECT_EQ(mnx_receive_T(ANY, &m, 0), EMOLINVAL);
	EXPECT_EQ(mnx_sendrec_T(4, &m, 0), EMOLINVAL);
	EXPECT_EQ(mnx_rcvrqst_T(&m, 0), EMOLINVAL);
	EXPECT_EQ(mnx_reply(4, &m), EMOLINVAL);
	/* What carries no message works. */
	EXPECT_EQ(mnx_notify(SELF), OK);
	EXPECT_EQ(mnx_getep(0), 3);
	end_other();
}

static void send_to_1(int vmid)
{
	message m = request(7, vmid);

	REQUIRE_EQ(mnx_bind(vmid, 2), 2);
	REQUIRE_EQ(mnx_wait4bindep(1), 1);
	EXPECT_EQ(mnx_send(1, &m), OK);
}

static void receive_here(int vmid)
{
	message m;

	REQUIRE_EQ(mnx_bind(vmid, 1), 1);
	EXPECT_EQ(mnx_receive(ANY, &m), OK);
	EXPECT_EQ(m.m1_i1, vmid);
	EXPECT_EQ(mnx_receive_T(ANY, &m, 0), EMOLAGAIN);
}

TEST(the_same_numbers_in_two_vms_never_meet, "vm.apart")
{
	vm_usr_t other = {.dc_dcid = OTHER, .dc_warn2proc = NONE, .dc_name = "other"};
	pid_t here, there, from_here, from_there;

	REQUIRE_EQ(mnx_vm_init(&other), 1);
	here = spawn_with(receive_here, vm);
	there = spawn_with(receive_here, OTHER);
	await_receiving(1);
	from_there = spawn_with(send_to_1, OTHER);
	join(from_there);
	join(there);
	from_here = spawn_with(send_to_1, vm);
	join(from_here);
	join(here);
	end_other();
}

static void be_7(void)
{
	enter(7);
	await_step(0);
}

static void be_nobody(void)
{
	reach(1);
	await_step(0);
}

TEST(getep_tells_the_endpoint_of_a_pid, "getep.pid")
{
	pid_t bound = spawn(be_7), unbound = spawn(be_nobody);

	await_bound(7);
	await_step(1);
	EXPECT_EQ(mnx_getep(bound), 7);
	EXPECT_EQ(mnx_getep(unbound), ENOTBIND);
	EXPECT_EQ(mnx_getep(-5), EBADPID);
	EXPECT_EQ(mnx_getep(0x7fffffff), EBADPID);
	reach(0);
	join(bound);
	join(unbound);
	EXPECT_EQ(mnx_getep(bound), EBADPID);
}
