// SPDX-License-Identifier: Apache-2.0
/* VMs and accounts in containers: processes in user and pid namespaces of their own. */
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/container.h"
#include "lib/harness.h"
#include "uapi/m3ipc.h"

enum { USER_VMS = 16 };

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
	event = next_own_event(fd, M3_EVENT_BIND);
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
	join(start_users_range_container(FIRST, make_vms_of_two_accounts));
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
