// SPDX-License-Identifier: Apache-2.0
/* What the privilege levels allow, call by call. */
#include <sys/wait.h>
#include <unistd.h>

#include "lib/harness.h"
#include "uapi/m3ipc.h"

/* All calls that levels tell apart, each made so that it cannot block. */
static const struct {
	const char *name;
	int level;     /* the lowest that may */
	int otherwise; /* its result where it may */
} calls[] = {
	{"receive", USER_PRIV, EMOLAGAIN},     {"rcvrqst", USER_PRIV, EMOLAGAIN},
	{"sendrec", USER_PRIV, EMOLAGAIN},     {"reply", USER_PRIV, EPROCSTS},
	{"replyrec", USER_PRIV, EPROCSTS},     {"vcopy of a client", USER_PRIV, OK},
	{"vcopy of another", SERVER_PRIV, OK}, {"send", SERVER_PRIV, EMOLAGAIN},
	{"notify", SERVER_PRIV, OK},	       {"relay", SERVER_PRIV, EPROCSTS},
	{"src_notify", TASK_PRIV, OK},	       {"ntfy_value", TASK_PRIV, OK},
	{"hdw_notify", SYSTEM_PRIV, OK},       {"setpriv", SYSTEM_PRIV, OK},
};
enum { CALLS = sizeof(calls) / sizeof(calls[0]), CLIENT = 40, RECEIVER, IDLER };

static unsigned char bytes[64];

static int make_call(int i)
{
	priv_usr_t priv = {.s_given = M3_GIVEN | M3_PRIV_LEVEL, .s_level = USER_PRIV};
	message m = request(7, 1);
	unsigned char own[64];

	m.m_source = CLIENT;
	switch (i) {
	case 0:
		return mnx_receive_T(IDLER, &m, 0);
	case 1:
		return mnx_rcvrqst_T(&m, 0);
	case 2:
		return mnx_sendrec_T(IDLER, &m, 0);
	case 3:
		return mnx_reply(IDLER, &m);
	case 4:
		return mnx_replyrec_T(IDLER, &m, 0);
	case 5:
		return mnx_vcopy(CLIENT, bytes, SELF, own, sizeof(own));
	case 6:
		return mnx_vcopy(RECEIVER, bytes, SELF, own, sizeof(own));
	case 7:
		return mnx_send_T(IDLER, &m, 0);
	case 8:
		return mnx_notify(IDLER);
	case 9:
		/* A request of ours that we never took. */
		m.m_source = RECEIVER;
		return mnx_relay(IDLER, &m);
	case 10:
		return mnx_src_notify(RECEIVER, IDLER);
	case 11:
		return mnx_ntfy_value(RECEIVER, IDLER, 3);
	case 12:
		return mnx_hdw_notify(vm, IDLER);
	default:
		return mnx_setpriv(vm, IDLER, &priv);
	}
}

/* As somebody without any right over the VM but to be bound in it. */
static void make_all_calls(int level)
{
	message m;

	enter(1);
	become(1000, 1000);
	reach(1);
	await_bound(CLIENT);
	EXPECT_EQ(mnx_receive(CLIENT, &m), OK);
	for (int i = 0; i < CALLS; i++) {
		int expected = level >= calls[i].level ? calls[i].otherwise : ETRAPDENIED;
		int result = make_call(i);

		/* Who manages a VM may set privileges, without being bound: the mode refuses. */
		if (expected == ETRAPDENIED && i == CALLS - 1)
			expected = EMOLPERM;
		if (result != expected)
			printf("# %s at level %d\n", calls[i].name, level);
		fflush(stdout);
		EXPECT_EQ(result, expected);
	}
	EXPECT_EQ(mnx_reply(CLIENT, &m), OK);
}

static void ask_1(void)
{
	message m = request(7, 1);

	enter(CLIENT);
	become(1000, 1000);
	EXPECT_EQ(mnx_sendrec(1, &m), OK);
}

static void receive_any(void)
{
	message m;

	enter(RECEIVER);
	become(1000, 1000);
	mnx_receive(ANY, &m);
}

static void be_idle(void)
{
	enter(IDLER);
	await_step(0);
}

static void try_level(int level)
{
	slot_usr_t slot = {.slot_priv = {.s_given = M3_GIVEN | M3_PRIV_LEVEL, .s_level = level}};
	pid_t self, client, receiver, idle;

	need_feature(M3IPC_FEATURE_PRIV | M3IPC_FEATURE_VCOPY3, "privilege levels");
	REQUIRE_EQ(mnx_slot_set(vm, 1, &slot), OK);
	idle = spawn(be_idle);
	receiver = spawn(receive_any);
	await_bound(IDLER);
	await_receiving(RECEIVER);
	self = spawn_with(make_all_calls, level);
	await_step(1);
	client = spawn(ask_1);
	join(client);
	join(self);
	kill_and_reap(receiver);
	reach(0);
	join(idle);
}

TEST(what_level_user_may, "level.user notify.denied")
{
	try_level(USER_PRIV);
}

TEST(what_level_server_may, "level.server")
{
	try_level(SERVER_PRIV);
}

TEST(what_level_task_may, "level.task")
{
	try_level(TASK_PRIV);
}

TEST(what_level_system_may, "level.system")
{
	try_level(SYSTEM_PRIV);
}

static void expect_level(int level)
{
	priv_usr_t priv;

	enter(3);
	EXPECT_EQ(mnx_getpriv(vm, SELF, &priv), OK);
	EXPECT_EQ(priv.s_level, level);
}

TEST(the_vms_level_is_that_of_slots_that_do_not_say, "level.default")
{
	vm_usr_t other = {.dc_dcid = UNUSED_VMID - 2,
			  .dc_warn2proc = NONE,
			  .dc_name = "other",
			  .dc_given = M3_GIVEN | M3_VM_LEVEL,
			  .dc_level = USER_PRIV};

	join(spawn_with(expect_level, SERVER_PRIV));
	REQUIRE_EQ(mnx_vm_init(&other), 1);
	vm = other.dc_dcid;
	join(spawn_with(expect_level, USER_PRIV));
	EXPECT_EQ(mnx_vm_end(other.dc_dcid), OK);
}

static void send_to_1(int nr)
{
	message m = request(7, nr);

	enter(nr);
	EXPECT_EQ(mnx_send(1, &m), OK);
}

TEST(a_peers_map_refuses_no_message_that_comes, "priv.answer")
{
	priv_usr_t nobody = {.s_given = M3_GIVEN | M3_PRIV_PEERS};
	message m = request(7, 1);
	pid_t sender;

	need_feature(M3IPC_FEATURE_PRIV, "peers maps");
	enter(1);
	EXPECT_EQ(mnx_setpriv(vm, 1, &nobody), OK);
	sender = spawn_with(send_to_1, 2);
	await_sending(2);
	EXPECT_EQ(mnx_send_T(2, &m, 0), ECALLDENIED);
	EXPECT_EQ(mnx_receive(ANY, &m), OK);
	EXPECT_EQ(m.m_source, 2);
	join(sender);
}
