// SPDX-License-Identifier: Apache-2.0
/* Who may do what: owner, group and mode of VMs, kill's rule, reserved slots. */
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/harness.h"
#include "uapi/m3ipc.h"

enum { OWNER = 1000, GROUP = 2000, STRANGER = 3000 };

/* The test's VM with another owner and mode. */
static void give_vm_to(unsigned int uid, unsigned int gid, unsigned int mode)
{
	vm_usr_t change = {
		.dc_given = M3_GIVEN | M3_VM_OWNER | M3_VM_MODE,
		.dc_uid = uid,
		.dc_gid = gid,
		.dc_mode = mode,
	};

	REQUIRE_EQ(mnx_vm_set(vm, &change), OK);
}

static void all_is_denied(void)
{
	vm_usr_t info, change = {.dc_given = M3_GIVEN | M3_VM_MODE, .dc_mode = 0777};
	slot_usr_t slot = {.slot_given = 0};
	proc_usr_t proc;

	become(STRANGER, STRANGER);
	EXPECT_EQ(mnx_bind(vm, 3), EPRIVILEGES);
	EXPECT_EQ(mnx_getvminfo(vm, &info), EMOLPERM);
	EXPECT_EQ(mnx_getprocinfo(vm, 3, &proc), EMOLPERM);
	EXPECT_EQ(mnx_vm_set(vm, &change), EMOLPERM);
	EXPECT_EQ(mnx_slot_set(vm, 3, &slot), EMOLPERM);
	EXPECT_EQ(mnx_slot_clear(vm, 3), EMOLPERM);
	EXPECT_EQ(mnx_vm_wait4unbind_T(vm, 3, 0), EMOLPERM);
	EXPECT_EQ(mnx_vm_end(vm), EMOLPERM);
	/* Nor is it seen on a walk. */
	EXPECT(mnx_vm_next(vm, &info) != OK || info.dc_dcid != vm);
}

TEST(mode_0750_keeps_strangers_out, "mode.see mode.bind mode.manage")
{
	give_vm_to(OWNER, GROUP, 0750);
	join(spawn(all_is_denied));
}

static void group_may_see_and_bind(void)
{
	vm_usr_t info;

	become(STRANGER, GROUP);
	EXPECT_EQ(mnx_getvminfo(vm, &info), OK);
	EXPECT_EQ(mnx_bind(vm, 3), 3);
	EXPECT_EQ(mnx_vm_end(vm), EMOLPERM);
}

TEST(mode_0750_lets_the_group_see_and_bind, "mode.see mode.bind")
{
	give_vm_to(OWNER, GROUP, 0750);
	join(spawn(group_may_see_and_bind));
}

static void owner_may_all(void)
{
	vm_usr_t change = {.dc_given = M3_GIVEN | M3_VM_MODE, .dc_mode = 0700};

	become(OWNER, OWNER);
	EXPECT_EQ(mnx_bind(vm, 3), 3);
	EXPECT_EQ(mnx_vm_set(vm, &change), OK);
	survive_sigpipe();
	EXPECT_EQ(mnx_vm_end(vm), OK);
}

TEST(the_owner_may_see_bind_and_manage, "mode.manage")
{
	give_vm_to(OWNER, GROUP, 0750);
	join(spawn(owner_may_all));
}

static void owner_without_bits(void)
{
	vm_usr_t info;

	become(OWNER, GROUP);
	/* The class that fits first decides, as with files. */
	EXPECT_EQ(mnx_bind(vm, 3), EPRIVILEGES);
	EXPECT_EQ(mnx_getvminfo(vm, &info), EMOLPERM);
}

TEST(modes_work_as_those_of_files, "mode.bind")
{
	give_vm_to(OWNER, GROUP, 0077);
	join(spawn(owner_without_bits));
	give_vm_to(STRANGER, GROUP, 0707);
	join(spawn(owner_without_bits));
}

static void others_see_alone(void)
{
	vm_usr_t info;

	become(STRANGER, STRANGER);
	EXPECT_EQ(mnx_getvminfo(vm, &info), OK);
	EXPECT_EQ(mnx_bind(vm, 3), EPRIVILEGES);
	EXPECT_EQ(mnx_vm_end(vm), EMOLPERM);
}

TEST(mode_0754_lets_others_see, "mode.see")
{
	give_vm_to(OWNER, GROUP, 0754);
	join(spawn(others_see_alone));
}

static void own_vms(void)
{
	vm_usr_t p = {.dc_warn2proc = NONE, .dc_name = "mine"}, info;
	int made = 0, result = 1;

	become(OWNER, OWNER);
	p.dc_dcid = 3071;
	EXPECT_EQ(mnx_vm_init(&p), EMOLPERM);
	p.dc_dcid = 3072;
	EXPECT_EQ(mnx_vm_init(&p), 1);
	EXPECT_EQ(mnx_getvminfo(3072, &info), OK);
	EXPECT_EQ(info.dc_uid, OWNER);
	EXPECT_EQ(mnx_bind(3072, 1), 1);
	for (made = 1; made < 20 && result >= 0; made++) {
		p.dc_dcid = 3072 + made;
		snprintf(p.dc_name, sizeof(p.dc_name), "mine%d", made);
		result = mnx_vm_init(&p);
	}
	EXPECT_EQ(result, ERSCBUSY);
	EXPECT_EQ(made - 1, M3IPC_USER_VMS);
	survive_sigpipe();
	for (int i = 0; i < made - 1; i++)
		EXPECT_EQ(mnx_vm_end(3072 + i), OK);
	/* And then there is room again. */
	p.dc_dcid = 3072;
	EXPECT_EQ(mnx_vm_init(&p), 1);
	EXPECT_EQ(mnx_vm_end(3072), OK);
}

TEST(users_have_their_own_vms_within_limits, "user.vms")
{
	join(spawn(own_vms));
}

static void give_away(void)
{
	vm_usr_t p = {.dc_dcid = 3080, .dc_warn2proc = NONE, .dc_name = "gift"};

	become(OWNER, OWNER);
	p.dc_given = M3_GIVEN | M3_VM_OWNER;
	p.dc_uid = STRANGER;
	p.dc_gid = OWNER;
	EXPECT_EQ(mnx_vm_init(&p), EMOLPERM);
}

TEST(a_user_gives_no_vm_to_another, "user.give")
{
	join(spawn(give_away));
}

static void wait_as_stranger(void)
{
	become(STRANGER, STRANGER);
	reach(1);
	await_step(0);
	EXPECT_EQ(mnx_getep(0), ENOTBIND);
}

static pid_t victim;

static void bind_the_victim(void)
{
	become(OWNER, OWNER);
	EXPECT_EQ(mnx_lclbind(vm, victim, 3), EPRIVILEGES);
}

TEST(binding_another_needs_the_right_to_kill_it, "kill.rule")
{
	give_vm_to(OWNER, GROUP, 0777);
	victim = spawn(wait_as_stranger);
	await_step(1);
	join(spawn(bind_the_victim));
	reach(0);
	join(victim);
}

static void enter_as_stranger(void)
{
	become(STRANGER, STRANGER);
	enter(3);
	reach(1);
	await_step(0);
	EXPECT_EQ(mnx_getep(0), 3);
}

static void unbind_the_victim(void)
{
	become(OWNER, OWNER);
	EXPECT_EQ(mnx_unbind(vm, 3), EMOLPERM);
}

TEST(unbinding_another_needs_the_right_to_kill_it, "kill.rule")
{
	pid_t pid;

	give_vm_to(OWNER, GROUP, 0777);
	pid = spawn(enter_as_stranger);
	await_step(1);
	join(spawn(unbind_the_victim));
	reach(0);
	join(pid);
}

/* ---- reserved slots ---- */

static void reserve(int nr, unsigned int uid)
{
	slot_usr_t slot = {.slot_given = M3_SLOT_UID, .slot_uid = uid};

	REQUIRE_EQ(mnx_slot_set(vm, nr, &slot), OK);
}

static void bind_3_as_stranger(int expected)
{
	become(STRANGER, STRANGER);
	EXPECT_EQ(mnx_bind(vm, 3), expected);
}

TEST(a_reserved_slot_refuses_another_uid, "slot.owner")
{
	give_vm_to(0, 0, 0777);
	reserve(3, OWNER);
	join(spawn_with(bind_3_as_stranger, EBADOWNER));
	EXPECT_EQ(mnx_slot_clear(vm, 3), OK);
	join(spawn_with(bind_3_as_stranger, 3));
}

TEST(a_slot_reserved_for_ones_uid_needs_no_bit_of_the_mode, "slot.uid")
{
	give_vm_to(0, 0, 0700);
	join(spawn_with(bind_3_as_stranger, EPRIVILEGES));
	reserve(3, STRANGER);
	join(spawn_with(bind_3_as_stranger, 3));
}

static void work_without_see(void)
{
	message m = request(1, 1);
	int endpoint = 0;

	become(STRANGER, STRANGER);
	enter(3);
	EXPECT_EQ(mnx_getep(0), 3);
	EXPECT_EQ(mnx_wait4bindep_T(1, &endpoint, 0), OK);
	EXPECT_EQ(endpoint, 1);
	EXPECT_EQ(mnx_sendrec_T(1, &m, 0), EMOLAGAIN);
	EXPECT_EQ(mnx_notify(1), OK);
	EXPECT_EQ(mnx_unbind(M3_OWN_VM, SELF), OK);
}

TEST(who_is_bound_needs_no_bit_to_work, "mode.bound")
{
	give_vm_to(0, 0, 0700);
	reserve(3, STRANGER);
	enter(1);
	join(spawn(work_without_see));
}

TEST(a_reservation_is_shown_and_outlives_its_occupant, "slot.kept")
{
	slot_usr_t slot;
	proc_usr_t proc;

	give_vm_to(0, 0, 0700);
	reserve(3, STRANGER);
	for (int life = 0; life < 3; life++) {
		EXPECT_EQ(mnx_getprocinfo(vm, 3, &proc), OK);
		EXPECT_EQ(proc.p_rts_flags, SLOT_FREE);
		EXPECT(proc.p_misc_flags & MIS_RESERVED);
		EXPECT_EQ(proc.p_uid, STRANGER);
		join(spawn_with(bind_3_as_stranger, 3));
	}
	EXPECT_EQ(mnx_slot_get(vm, 3, &slot), OK);
	EXPECT_EQ(slot.slot_reserved, 1);
	EXPECT_EQ(slot.slot_uid, STRANGER);
	EXPECT_EQ(mnx_slot_clear(vm, 3), OK);
	EXPECT_EQ(mnx_slot_get(vm, 3, &slot), OK);
	EXPECT_EQ(slot.slot_reserved, 0);
	EXPECT_EQ(mnx_getprocinfo(vm, 3, &proc), OK);
	EXPECT(!(proc.p_misc_flags & MIS_RESERVED));
}

TEST(a_slot_reserved_for_another_node_is_not_bound_here, "slot.owner")
{
	slot_usr_t slot = {.slot_given = M3_SLOT_NODE, .slot_nodeid = 2};

	EXPECT_EQ(mnx_slot_set(vm, 3, &slot), ENODCNODE);
	EXPECT_EQ(mnx_add_node(vm, 2), OK);
	EXPECT_EQ(mnx_slot_set(vm, 3, &slot), OK);
	EXPECT_EQ(mnx_bind(vm, 3), EBADOWNER);
	slot.slot_nodeid = 1;
	EXPECT_EQ(mnx_slot_set(vm, 3, &slot), OK);
	EXPECT_EQ(mnx_bind(vm, 3), 3);
}

TEST(slots_are_checked, "slot.checks")
{
	slot_usr_t slot = {.slot_given = M3_SLOT_UID, .slot_uid = 1};

	EXPECT_EQ(mnx_slot_set(vm, 221, &slot), EBADPROC);
	EXPECT_EQ(mnx_slot_set(UNUSED_VMID, 1, &slot), EDCNOTRUN);
	EXPECT_EQ(mnx_slot_clear(vm, -36), EBADPROC);
	slot.slot_given = 0x80;
	EXPECT_EQ(mnx_slot_set(vm, 1, &slot), EMOLINVAL);
	slot = (slot_usr_t){.slot_priv = {.s_given = M3_GIVEN | M3_PRIV_LEVEL, .s_level = 9}};
	EXPECT_EQ(mnx_slot_set(vm, 1, &slot), EBADVALUE);
}

static void be_user_level(void)
{
	message m = request(1, 1);

	enter(3);
	EXPECT_EQ(mnx_send(1, &m), ETRAPDENIED);
	EXPECT_EQ(mnx_notify(1), ETRAPDENIED);
	EXPECT_EQ(mnx_receive_T(ANY, &m, 0), EMOLAGAIN);
	EXPECT_EQ(mnx_sendrec_T(1, &m, 0), EMOLAGAIN);
}

TEST(a_slot_may_lower_the_level, "level.slot level.user notify.denied")
{
	slot_usr_t slot = {
		.slot_priv = {.s_given = M3_GIVEN | M3_PRIV_LEVEL, .s_level = USER_PRIV},
	};

	need_feature(M3IPC_FEATURE_PRIV, "privilege levels");
	enter(1);
	EXPECT_EQ(mnx_slot_set(vm, 3, &slot), OK);
	join(spawn(be_user_level));
}

static void reach_2_alone(void)
{
	message m = request(1, 1);

	enter(3);
	EXPECT_EQ(mnx_send_T(1, &m, 0), ECALLDENIED);
	EXPECT_EQ(mnx_sendrec_T(1, &m, 0), ECALLDENIED);
	EXPECT_EQ(mnx_notify(1), ECALLDENIED);
	EXPECT_EQ(mnx_send_T(2, &m, 0), EMOLAGAIN);
}

static void be_2(void)
{
	enter(2);
	await_step(0);
}

TEST(a_slot_may_limit_the_peers, "priv.peers")
{
	slot_usr_t slot = {.slot_priv = {.s_given = M3_GIVEN | M3_PRIV_PEERS}};
	pid_t two;

	need_feature(M3IPC_FEATURE_PRIV, "peers maps");
	enter(1);
	two = spawn(be_2);
	await_bound(2);
	/* Bit i is number i - tasks. */
	slot.slot_priv.s_peers[(2 + 35) / 64] = 1ULL << ((2 + 35) % 64);
	EXPECT_EQ(mnx_slot_set(vm, 3, &slot), OK);
	join(spawn(reach_2_alone));
	reach(0);
	join(two);
}

static void send_3(void)
{
	message m = request(9, 1);

	enter(1);
	EXPECT_EQ(mnx_send(3, &m), OK);
	await_step(0);
}

TEST(a_peers_map_does_not_limit_whom_one_hears, "priv.answer")
{
	slot_usr_t slot = {.slot_priv = {.s_given = M3_GIVEN | M3_PRIV_PEERS}};
	message m = poisoned();
	pid_t one;

	need_feature(M3IPC_FEATURE_PRIV, "peers maps");
	EXPECT_EQ(mnx_slot_set(vm, 3, &slot), OK);
	enter(3);
	one = spawn(send_3);
	await_sending(1);
	EXPECT_EQ(mnx_receive_T(1, &m, 5000), OK);
	EXPECT_EQ(m.m_source, 1);
	EXPECT_EQ(mnx_notify(1), ECALLDENIED);
	reach(0);
	join(one);
}
