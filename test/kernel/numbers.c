// SPDX-License-Identifier: Apache-2.0
/* The numbers of the module: what is allowed at most, and one more. */
#include <errno.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "lib/harness.h"
#include "uapi/m3ipc.h"

enum { MOST_PROCS = 16000, MOST_TASKS = 250, MOST_VMS = 4096, LIVES = 32767 };

static int make(int vmid, const char *name)
{
	vm_usr_t p = {.dc_dcid = vmid, .dc_warn2proc = NONE};

	snprintf(p.dc_name, sizeof(p.dc_name), "%s", name);
	return mnx_vm_init(&p);
}

TEST(vmids_go_to_65535, "limit.vmid")
{
	EXPECT_EQ(make(65535, "last"), 1);
	EXPECT_EQ(mnx_bind(65535, 1), 1);
	EXPECT_EQ(mnx_unbind(65535, SELF), OK);
	EXPECT_EQ(mnx_vm_end(65535), OK);
	EXPECT_EQ(make(65536, "beyond"), EMOLBADDCID);
	EXPECT_EQ(make(-1, "below"), EMOLBADDCID);
	EXPECT_EQ(make(0, "first"), 1);
	EXPECT_EQ(mnx_vm_end(0), OK);
}

TEST(a_node_holds_4096_vms, "limit.vms")
{
	drvs_usr_t drvs;
	char name[20];
	int made, running;

	EXPECT_EQ(mnx_getdrvsinfo(&drvs), 1);
	running = drvs.d_vms;
	for (made = 0; running + made < MOST_VMS; made++) {
		snprintf(name, sizeof(name), "many%d", made);
		REQUIRE_EQ(make(10000 + made, name), 1);
	}
	EXPECT_EQ(make(9000, "one-more"), ERSCBUSY);
	EXPECT_EQ(mnx_vm_end(10000), OK);
	EXPECT_EQ(make(9000, "one-more"), 1);
	EXPECT_EQ(mnx_getdrvsinfo(&drvs), 1);
	EXPECT_EQ(drvs.d_vms, MOST_VMS);
	EXPECT_EQ(mnx_vm_end(9000), OK);
	for (int i = 1; i < made; i++)
		EXPECT_EQ(mnx_vm_end(10000 + i), OK);
}

/* The VM of the test, as large as can be. */
static void grow_vm(void)
{
	vm_usr_t p = {.dc_dcid = vm,
		      .dc_nr_procs = MOST_PROCS,
		      .dc_nr_tasks = MOST_TASKS,
		      .dc_nr_sysprocs = MOST_TASKS + 1,
		      .dc_warn2proc = NONE,
		      .dc_name = "large"};

	EXPECT_EQ(mnx_vm_end(vm), OK);
	REQUIRE_EQ(mnx_vm_init(&p), 1);
}

static void be_the_last(void)
{
	message m = request(5, 1);

	enter(MOST_PROCS - 1);
	EXPECT_EQ(mnx_notify(-MOST_TASKS), OK);
	EXPECT_EQ(mnx_sendrec(-MOST_TASKS, &m), OK);
	EXPECT_EQ(m.m_source, -MOST_TASKS);
	EXPECT_EQ(mnx_receive(ANY, &m), OK);
	EXPECT_EQ(m.m_type, NOTIFY_FROM(-MOST_TASKS));
	EXPECT_EQ(m.m_source, -MOST_TASKS);
}

TEST(the_first_and_the_last_number_talk, "limit.procs")
{
	static char own[64];
	pid_t last;
	message m;

	grow_vm();
	EXPECT_EQ(mnx_bind(vm, MOST_PROCS), EBADPROC);
	EXPECT_EQ(mnx_bind(vm, -MOST_TASKS - 1), EBADPROC);
	enter(-MOST_TASKS);
	EXPECT_EQ(mnx_send(MOST_PROCS, &m), EMOLRANGE);
	EXPECT_EQ(mnx_send(-MOST_TASKS - 1, &m), EMOLRANGE);
	last = spawn(be_the_last);
	await_sending(MOST_PROCS - 1);
	EXPECT_EQ(mnx_receive(ANY, &m), OK);
	EXPECT_EQ(m.m_type, NOTIFY_FROM(MOST_PROCS - 1));
	EXPECT_EQ(m.m_source, MOST_PROCS - 1);
	EXPECT_EQ(mnx_receive(ANY, &m), OK);
	EXPECT_EQ(m.m_source, MOST_PROCS - 1);
	EXPECT_EQ(mnx_vcopy(MOST_PROCS - 1, own, SELF, own, sizeof(own)), OK);
	EXPECT_EQ(mnx_reply(MOST_PROCS - 1, &m), OK);
	EXPECT_EQ(mnx_notify(MOST_PROCS - 1), OK);
	join(last);
}

TEST(limits_beyond_are_refused, "limit.procs")
{
	static const int wrong[][3] = {
		{MOST_PROCS + 1, 35, 64},
		{0, 35, 35},
		{100, MOST_TASKS + 1, 300},
		{100, 35, 34},
		{100, 35, 136},
		{-1, 35, 64},
		{100, -1, 64},
	};

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		vm_usr_t p = {.dc_dcid = UNUSED_VMID,
			      .dc_nr_procs = wrong[i][0],
			      .dc_nr_tasks = wrong[i][1],
			      .dc_nr_sysprocs = wrong[i][2],
			      .dc_warn2proc = NONE,
			      .dc_name = "wrong"};

		EXPECT_EQ(mnx_vm_init(&p), EBADRANGE);
	}
}

static int set_procs(int procs)
{
	vm_usr_t p = {.dc_given = M3_GIVEN | M3_VM_LIMITS,
		      .dc_nr_procs = procs,
		      .dc_nr_tasks = 35,
		      .dc_nr_sysprocs = 64};

	return mnx_vm_set(vm, &p);
}

TEST(a_vm_grows_under_its_processes, "limit.grow")
{
	message m;

	enter(220);
	EXPECT_EQ(mnx_bind(vm, 221), EBADPROC);
	EXPECT_EQ(mnx_receive_T(221, &m, 0), EMOLRANGE);
	EXPECT_EQ(set_procs(220), EBADRANGE);
	EXPECT_EQ(set_procs(MOST_PROCS + 1), EBADRANGE);
	EXPECT_EQ(set_procs(MOST_PROCS), OK);
	EXPECT_EQ(mnx_receive_T(221, &m, 0), ESRCDIED);
	EXPECT_EQ(mnx_getep(0), 220);
	join(spawn_with(enter_and_leave, MOST_PROCS - 1));
}

TEST(nodes_go_to_1023, "limit.nodes")
{
	struct m3ipc_vm_params p = {.vmid = vm, .set = M3IPC_VM_NODES};
	struct m3ipc_node_info info = {.nodeid = 2, .flags = M3IPC_GET_NEXT};

	EXPECT_EQ(mnx_add_node(vm, 1023), OK);
	EXPECT_EQ(ioctl(door(), M3IPC_IOC_GET_NODE, &info), 0);
	EXPECT_EQ(info.nodeid, 1023);
	EXPECT_EQ(info.vms, 1);
	EXPECT_EQ(info.flags, M3IPC_NODE_ATTACHED);
	EXPECT_EQ(mnx_add_node(vm, 1024), EBADNODEID);
	EXPECT_EQ(mnx_add_node(vm, -1), EBADNODEID);
	EXPECT_EQ(mnx_del_node(vm, 1023), OK);
	info = (struct m3ipc_node_info){.nodeid = 2, .flags = M3IPC_GET_NEXT};
	EXPECT_EQ(ioctl(door(), M3IPC_IOC_GET_NODE, &info), -1);
	EXPECT_EQ(errno, M3IPC_EBADNODEID);
	info = (struct m3ipc_node_info){.nodeid = 1024};
	EXPECT_EQ(ioctl(door(), M3IPC_IOC_GET_NODE, &info), -1);
	EXPECT_EQ(errno, M3IPC_EBADNODEID);
	/* Not without this node. */
	p.nodes[0] = 1 << 2;
	EXPECT_EQ(ioctl(door(), M3IPC_IOC_VM_SET, &p), -1);
	EXPECT_EQ(errno, M3IPC_ENOVMNODE);
}

TEST(names_have_31_bytes, "limit.names")
{
	struct m3ipc_vm_params p = {.vmid = UNUSED_VMID, .set = M3IPC_VM_NAME};

	memset(p.name, 'n', sizeof(p.name));
	EXPECT_EQ(ioctl(door(), M3IPC_IOC_VM_INIT, &p), -1);
	EXPECT_EQ(errno, M3IPC_ENAMESIZE);
	p.set = M3IPC_VM_NAME;
	p.name[31] = 0;
	EXPECT_EQ(ioctl(door(), M3IPC_IOC_VM_INIT, &p), 0);
	EXPECT_EQ(access("/proc/drvs/vms/nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn/procs", R_OK), 0);
	EXPECT_EQ(mnx_vm_end(UNUSED_VMID), OK);
}

TEST(event_rings_have_a_size, "limit.events")
{
	struct m3ipc_events events = {.records = 65537};
	int fd;

	EXPECT_EQ(ioctl(door(), M3IPC_IOC_EVENTS, &events), -1);
	EXPECT_EQ(errno, EINVAL);
	events.records = 65536;
	fd = ioctl(door(), M3IPC_IOC_EVENTS, &events);
	EXPECT(fd >= 0);
	close(fd);
}

TEST(who_is_warned_must_be_a_number_of_the_vm, "limit.warn")
{
	static const int wrong[] = {221, -36, 5000, ANY};
	vm_usr_t p = {.dc_given = M3_GIVEN | M3_VM_WARN, .dc_warnmsg = 1};

	for (int i = 0; i < 4; i++) {
		p.dc_warn2proc = wrong[i];
		EXPECT_EQ(mnx_vm_set(vm, &p), EBADVALUE);
	}
	p.dc_warn2proc = 220;
	EXPECT_EQ(mnx_vm_set(vm, &p), OK);
	p.dc_warn2proc = -35;
	EXPECT_EQ(mnx_vm_set(vm, &p), OK);
	p.dc_warn2proc = NONE;
	EXPECT_EQ(mnx_vm_set(vm, &p), OK);
}

TEST(an_endpoint_comes_back_after_32767_lives, "limit.generation")
{
	enum { NR = 100 };

	EXPECT_EQ(enter(NR), NR);
	for (int life = 1; life < LIVES; life++) {
		REQUIRE_EQ(mnx_unbind(vm, SELF), OK);
		REQUIRE_EQ(enter(NR), NR + life * 65536);
	}
	REQUIRE_EQ(mnx_unbind(vm, SELF), OK);
	EXPECT_EQ(enter(NR), NR);
}
