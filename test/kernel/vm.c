// SPDX-License-Identifier: Apache-2.0
/* Life and end of VMs and of the DRVS. */
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/harness.h"

enum { BLOCK_RECEIVE, BLOCK_SEND, BLOCK_SENDREC, BLOCK_TAKEN, BLOCK_WAITBIND, BLOCK_WAITUNBIND };

static int blocked_call(int how)
{
	message m = request(1, 1);

	switch (how) {
	case BLOCK_RECEIVE:
		return mnx_receive(ANY, &m);
	case BLOCK_SEND:
		return mnx_send(1, &m);
	case BLOCK_SENDREC:
	case BLOCK_TAKEN:
		return mnx_sendrec(1, &m);
	case BLOCK_WAITBIND:
		return mnx_wait4bindep_T(30, NULL, TIMEOUT_FOREVER);
	default:
		return mnx_wait4unbind(1);
	}
}

static void block_until_vm_ends(int how)
{
	message m;

	survive_sigpipe();
	enter(10 + how);
	EXPECT_EQ(blocked_call(how), EDCNOTRUN);
	/* It survived the signal, yet it is out. */
	EXPECT_EQ(mnx_receive(ANY, &m), ENOTBIND);
	EXPECT_EQ(mnx_getep(0), ENOTBIND);
}

/* The state of the blocked process, as flags. */
static const unsigned long blocked_flags[] = {
	RECEIVING, SENDING, SENDING, RECEIVING, WAITBIND, WAITUNBIND,
};

static void end_vm_while_blocked(int how)
{
	message m;
	pid_t pid;

	survive_sigpipe();
	enter(1);
	pid = spawn_with(block_until_vm_ends, how);
	await_flags(10 + how, how == BLOCK_TAKEN ? SENDING : blocked_flags[how],
		    how == BLOCK_TAKEN ? SENDING : blocked_flags[how]);
	if (how == BLOCK_TAKEN) {
		EXPECT_EQ(mnx_receive(ANY, &m), OK);
		await_receiving(10 + how);
	}
	EXPECT_EQ(mnx_vm_end(vm), OK);
	join(pid);
	EXPECT_EQ(mnx_getep(0), ENOTBIND);
}

TEST(vm_end_ends_receive, "vm.end.receive")
{
	end_vm_while_blocked(BLOCK_RECEIVE);
}

TEST(vm_end_ends_send, "vm.end.send")
{
	end_vm_while_blocked(BLOCK_SEND);
}

TEST(vm_end_ends_sendrec_not_taken, "vm.end.sendrec")
{
	end_vm_while_blocked(BLOCK_SENDREC);
}

TEST(vm_end_ends_sendrec_taken, "vm.end.sendrec")
{
	end_vm_while_blocked(BLOCK_TAKEN);
}

TEST(vm_end_ends_wait4bindep, "vm.end.wait")
{
	end_vm_while_blocked(BLOCK_WAITBIND);
}

TEST(vm_end_ends_wait4unbind, "vm.end.wait")
{
	end_vm_while_blocked(BLOCK_WAITUNBIND);
}

static void be_2_forever(void)
{
	enter(2);
	for (;;)
		pause();
}

TEST(vm_end_sends_sigpipe, "vm.end.signal")
{
	pid_t pid = spawn(be_2_forever);
	int status;

	await_bound(2);
	EXPECT_EQ(mnx_vm_end(vm), OK);
	status = finish(pid);
	EXPECT(WIFSIGNALED(status));
	EXPECT_EQ(WTERMSIG(status), SIGPIPE);
}

TEST(vmid_and_name_are_free_when_vm_end_returns, "vm.end.free")
{
	vm_usr_t before, again = {.dc_dcid = vm, .dc_warn2proc = NONE};
	vm_usr_t after;

	strcpy(again.dc_name, vm_name);
	for (int i = 0; i < 20; i++) {
		REQUIRE_EQ(mnx_getvminfo(vm, &before), OK);
		REQUIRE_EQ(mnx_vm_end(vm), OK);
		REQUIRE_EQ(mnx_getvminfo(vm, &after), EDCNOTRUN);
		REQUIRE_EQ(mnx_vm_init(&again), 1);
		REQUIRE_EQ(mnx_getvminfo(vm, &after), OK);
		REQUIRE(after.dc_incarnation != before.dc_incarnation);
	}
}

TEST(vm_end_wants_a_vm, "vm.end.none")
{
	EXPECT_EQ(mnx_vm_end(UNUSED_VMID), EDCNOTRUN);
	EXPECT_EQ(mnx_vm_end(65536), EBADDCID);
	EXPECT_EQ(mnx_vm_end(vm), OK);
	EXPECT_EQ(mnx_vm_end(vm), EDCNOTRUN);
}

static vm_usr_t params(int vmid, const char *name)
{
	vm_usr_t p = {.dc_dcid = vmid, .dc_warn2proc = NONE, .dc_given = M3_GIVEN};

	memcpy(p.dc_name, name, strnlen(name, sizeof(p.dc_name)));
	return p;
}

TEST(vmid_and_name_are_unique, "vm.unique")
{
	vm_usr_t p = params(vm, "elsewhere");

	EXPECT_EQ(mnx_vm_init(&p), ERSCBUSY);
	p = params(UNUSED_VMID, vm_name);
	EXPECT_EQ(mnx_vm_init(&p), ERSCBUSY);
	p = params(65536, "elsewhere");
	EXPECT_EQ(mnx_vm_init(&p), EBADDCID);
	p = params(-1, "elsewhere");
	EXPECT_EQ(mnx_vm_init(&p), EBADDCID);
}

TEST(names_are_checked, "vm.name")
{
	static const char *const bad[] = {"", ".", "..", "a/b", "a b", "a\nb", "\xc3\xa4"};
	vm_usr_t p;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		p = params(UNUSED_VMID, bad[i]);
		EXPECT_EQ(mnx_vm_init(&p), ENAMESIZE);
	}
	p = params(UNUSED_VMID, "12345678901234567890123456789012");
	EXPECT_EQ(mnx_vm_init(&p), ENAMESIZE);
	p = params(UNUSED_VMID, "1234567890-234567890.23456789_1");
	EXPECT_EQ(mnx_vm_init(&p), 1);
	EXPECT_EQ(mnx_vm_end(UNUSED_VMID), OK);
}

TEST(limits_are_checked, "vm.limits")
{
	static const int bad[][3] = {
		{16001, 35, 64}, {221, 251, 300}, {221, 35, 300},
		{0, 35, 35},	 {221, 35, 34},	  {-1, 35, 64},
	};
	vm_usr_t p = params(UNUSED_VMID, "limits");

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		p.dc_nr_procs = bad[i][0];
		p.dc_nr_tasks = bad[i][1];
		p.dc_nr_sysprocs = bad[i][2];
		EXPECT_EQ(mnx_vm_init(&p), EBADRANGE);
	}
	p.dc_nr_procs = 16000;
	p.dc_nr_tasks = 250;
	p.dc_nr_sysprocs = 300;
	EXPECT_EQ(mnx_vm_init(&p), 1);
	EXPECT_EQ(mnx_bind(UNUSED_VMID, -250), -250);
	EXPECT_EQ(mnx_unbind(UNUSED_VMID, -250), OK);
	EXPECT_EQ(mnx_bind(UNUSED_VMID, 15999), 15999);
	EXPECT_EQ(mnx_unbind(UNUSED_VMID, 15999), OK);
	EXPECT_EQ(mnx_bind(UNUSED_VMID, 16000), EBADPROC);
	EXPECT_EQ(mnx_vm_end(UNUSED_VMID), OK);
}

TEST(getvminfo_tells_what_vm_init_was_given, "vm.info")
{
	vm_usr_t p = params(UNUSED_VMID, "told"), info;

	p.dc_given |= M3_VM_OWNER | M3_VM_MODE | M3_VM_LEVEL | M3_VM_TAG | M3_VM_NODEMAP;
	p.dc_uid = 1000;
	p.dc_gid = 1001;
	p.dc_mode = 0754;
	p.dc_level = USER_PRIV;
	memcpy(p.dc_tag, "0123456789abcdef", 16);
	p.dc_nodemap[0] = 0x6;
	p.dc_nodemap[15] = 1ULL << 63;
	memset(&info, 0xa5, sizeof(info));
	REQUIRE_EQ(mnx_vm_init(&p), 1);
	REQUIRE_EQ(mnx_getvminfo(UNUSED_VMID, &info), OK);
	EXPECT(!strcmp(info.dc_name, "told"));
	EXPECT_EQ(info.dc_dcid, UNUSED_VMID);
	EXPECT_EQ(info.dc_flags, DC_RUNNING);
	EXPECT_EQ(info.dc_nr_procs, NR_PROCS);
	EXPECT_EQ(info.dc_nr_tasks, NR_TASKS);
	EXPECT_EQ(info.dc_nr_sysprocs, NR_SYS_PROCS);
	EXPECT_EQ(info.dc_uid, 1000);
	EXPECT_EQ(info.dc_gid, 1001);
	EXPECT_EQ(info.dc_mode, 0754);
	EXPECT_EQ(info.dc_level, USER_PRIV);
	EXPECT_EQ(info.dc_abi, sizeof(long) == 8 ? M3_ABI_64 : M3_ABI_32);
	EXPECT(!memcmp(info.dc_tag, "0123456789abcdef", 16));
	EXPECT_EQ(info.dc_nr_nodes, 3);
	EXPECT_EQ(info.dc_nodes, 6);
	EXPECT(info.dc_nodemap[15] == 1ULL << 63);
	EXPECT_EQ(info.dc_warn2proc, NONE);
	EXPECT_EQ(info.dc_bound, 0);
	EXPECT_EQ(mnx_vm_end(UNUSED_VMID), OK);
}

TEST(vm_set_changes_what_is_given_alone, "vm.set")
{
	vm_usr_t change = {.dc_given = M3_GIVEN | M3_VM_MODE | M3_VM_TAG, .dc_mode = 0700}, info;

	enter(3);
	memcpy(change.dc_tag, "a tag of 16 byte", 16);
	EXPECT_EQ(mnx_vm_set(vm, &change), OK);
	EXPECT_EQ(mnx_getvminfo(vm, &info), OK);
	EXPECT_EQ(info.dc_mode, 0700);
	EXPECT(!memcmp(info.dc_tag, "a tag of 16 byte", 16));
	EXPECT(!strcmp(info.dc_name, vm_name));
	EXPECT_EQ(info.dc_bound, 1);
	EXPECT_EQ(mnx_add_node(vm, 7), OK);
	EXPECT_EQ(mnx_add_node(vm, 7), EDCNODE);
	EXPECT_EQ(mnx_getvminfo(vm, &info), OK);
	EXPECT_EQ(info.dc_nodes, 1 << 1 | 1 << 7);
	EXPECT_EQ(mnx_del_node(vm, 7), OK);
	EXPECT_EQ(mnx_add_node(vm, 1024), EBADNODEID);
	change = (vm_usr_t){.dc_given = M3_GIVEN | M3_VM_NAME, .dc_name = "renamed"};
	EXPECT_EQ(mnx_vm_set(vm, &change), OK);
	EXPECT_EQ(mnx_getvminfo(vm, &info), OK);
	EXPECT(!strcmp(info.dc_name, "renamed"));
	EXPECT_EQ(mnx_getep(0), 3);
}

TEST(a_cleared_structure_of_an_old_program_makes_a_vm, "vm.old")
{
	/* What M3-IPC 4.1 knows, and noise where it knows nothing. */
	vm_usr_t p, info;

	memset(&p, 0xa5, sizeof(p));
	p.dc_dcid = UNUSED_VMID;
	p.dc_flags = 0;
	p.dc_nr_procs = 221;
	p.dc_nr_tasks = 35;
	p.dc_nr_sysprocs = 64;
	p.dc_nr_nodes = 32;
	p.dc_nodes = 0;
	p.dc_warn2proc = NONE;
	p.dc_warnmsg = 1;
	memset(p.dc_name, 0, sizeof(p.dc_name));
	strcpy(p.dc_name, "DC0");
	EXPECT_EQ(mnx_dc_init(&p), 1);
	EXPECT_EQ(mnx_getdcinfo(UNUSED_VMID, &info), OK);
	EXPECT_EQ(info.dc_nodes, 2);
	EXPECT_EQ(info.dc_mode, 0750);
	EXPECT_EQ(mnx_dc_end(UNUSED_VMID), OK);
}

TEST(getnodeinfo_knows_the_local_node, "node.info")
{
	node_usr_t node;

	memset(&node, 0xa5, sizeof(node));
	EXPECT_EQ(mnx_getnodeinfo(1, &node), OK);
	EXPECT_EQ(node.n_nodeid, 1);
	EXPECT(node.n_flags & NODE_LOCAL);
	EXPECT(!strcmp(node.n_name, "node1"));
	EXPECT_EQ(mnx_getnodeinfo(-1, &node), EBADNODEID);
	EXPECT_EQ(mnx_getnodeinfo(1024, &node), EBADNODEID);
}
