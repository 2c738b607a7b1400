// SPDX-License-Identifier: Apache-2.0
/* Bad input at the door: no library between. */
#include <errno.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/harness.h"
#include "uapi/m3ipc.h"

#define CALL(name, type, ...)                                 \
	{                                                     \
#name, M3IPC_IOC_##name, sizeof(struct type), \
		{                                             \
			__VA_ARGS__                           \
		}                                             \
	}
#define PAD(type, field)                                                        \
	{                                                                       \
		offsetof(struct type, field), sizeof(((struct type *)0)->field) \
	}

/* Every command, with the fields that must be zero. */
static const struct command {
	const char *name;
	unsigned long request;
	size_t size;
	struct {
		size_t offset, size;
	} zero[3];
} commands[] = {
	CALL(GET_VERSION, m3ipc_version),
	CALL(DRVS_INIT, m3ipc_drvs_params, PAD(m3ipc_drvs_params, flags),
	     PAD(m3ipc_drvs_params, pad)),
	CALL(GET_DRVS, m3ipc_drvs_info),
	CALL(GET_NODE, m3ipc_node_info, PAD(m3ipc_node_info, pad)),
	CALL(VM_INIT, m3ipc_vm_params),
	CALL(VM_SET, m3ipc_vm_params),
	CALL(VM_END, m3ipc_vm_ref, PAD(m3ipc_vm_ref, flags)),
	CALL(GET_VM, m3ipc_vm_info),
	CALL(SLOT_SET, m3ipc_slot),
	CALL(SLOT_CLEAR, m3ipc_slot),
	CALL(GET_SLOT, m3ipc_slot),
	CALL(BIND, m3ipc_bind, PAD(m3ipc_bind, flags)),
	CALL(UNBIND, m3ipc_unbind, PAD(m3ipc_unbind, flags), PAD(m3ipc_unbind, pad)),
	CALL(GETEP, m3ipc_getep, PAD(m3ipc_getep, pad)),
	CALL(WAIT, m3ipc_wait),
	CALL(GET_PROC, m3ipc_proc_info),
	CALL(GET_PRIV, m3ipc_priv_args),
	CALL(SET_PRIV, m3ipc_priv_args),
	CALL(WAKEUP, m3ipc_wakeup),
	CALL(SEND, m3ipc_msg),
	CALL(RECEIVE, m3ipc_msg),
	CALL(SENDREC, m3ipc_msg),
	CALL(NOTIFY, m3ipc_notify, PAD(m3ipc_notify, pad)),
	CALL(RCVRQST, m3ipc_msg),
	CALL(REPLY, m3ipc_msg),
	CALL(RELAY, m3ipc_msg),
	CALL(REPLYREC, m3ipc_msg),
	CALL(VCOPY, m3ipc_vcopy, PAD(m3ipc_vcopy, flags)),
	CALL(GRANT_SET, m3ipc_grant, PAD(m3ipc_grant, pad)),
	CALL(GRANT_CLEAR, m3ipc_grant, PAD(m3ipc_grant, pad)),
	CALL(GRANT_GET, m3ipc_grant_info, PAD(m3ipc_grant_info, pad),
	     PAD(m3ipc_grant_info, grant.pad)),
	CALL(EVENTS, m3ipc_events),
	CALL(ENDPOINT_FD, m3ipc_endpoint_fd, PAD(m3ipc_endpoint_fd, flags),
	     PAD(m3ipc_endpoint_fd, pad)),
};
enum { COMMANDS = sizeof(commands) / sizeof(commands[0]) };

/* errno of a command, 0 if it succeeds. */
static int fail_of(const struct command *command, void *argument)
{
	int result = ioctl(door(), command->request, argument);

	/* A descriptor: not to be kept. */
	if (result > 0)
		close(result);
	return result < 0 ? errno : 0;
}

static void expect_errno(const struct command *command, void *argument, int expected,
			 const char *how)
{
	int error = fail_of(command, argument);

	if (error == expected)
		return;
	printf("# %s with %s: errno %d, not %d\n", command->name, how, error, expected);
	fflush(stdout);
	EXPECT_EQ(error, expected);
}

TEST(bad_pointers_are_efault, "door.pointers")
{
	void *hole = mmap(NULL, 8192, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *edge = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	munmap(edge + 4096, 4096);
	for (int i = 0; i < COMMANDS; i++) {
		const struct command *command = &commands[i];

		expect_errno(command, NULL, EFAULT, "NULL");
		expect_errno(command, hole, EFAULT, "an unmapped page");
		expect_errno(command, (void *)0xffffffff81000000UL, EFAULT, "a kernel address");
		expect_errno(command, (void *)-8L, EFAULT, "the end of memory");
		expect_errno(command, edge + 4096 - command->size + 4, EFAULT, "its end unmapped");
	}
}

TEST(read_only_structs_are_efault_where_they_are_written, "door.pointers")
{
	static const unsigned long written[] = {M3IPC_IOC_GET_VERSION, M3IPC_IOC_GET_DRVS};
	void *zero = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	for (int i = 0; i < 2; i++) {
		EXPECT_EQ(ioctl(door(), written[i], zero), -1);
		EXPECT_EQ(errno, EFAULT);
	}
}

TEST(a_bind_whose_result_cannot_be_told_is_none, "bind.untold")
{
	struct m3ipc_bind *b =
		mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	*b = (struct m3ipc_bind){.vmid = vm, .nr = 3};
	mprotect(b, 4096, PROT_READ);
	EXPECT_EQ(ioctl(door(), M3IPC_IOC_BIND, b), -1);
	EXPECT_EQ(errno, EFAULT);
	EXPECT_EQ(mnx_getep(0), ENOTBIND);
}

/* A plausible argument, so that only the field in question is wrong. */
static void plausible(const struct command *command, void *argument)
{
	int numbers[] = {vm, 3};

	memset(argument, 0, command->size);
	memcpy(argument, numbers, command->size < 8 ? command->size : 8);
	if (command->request == M3IPC_IOC_DRVS_INIT)
		*(int *)argument = 1;
	if (command->request == M3IPC_IOC_VCOPY)
		((struct m3ipc_vcopy *)argument)->src_grant =
			((struct m3ipc_vcopy *)argument)->dst_grant = -1;
	if (command->request == M3IPC_IOC_VM_END || command->request == M3IPC_IOC_EVENTS)
		((int *)argument)[1] = 0;
	if (command->request == M3IPC_IOC_GETEP || command->request == M3IPC_IOC_EVENTS)
		((int *)argument)[0] = 0;
}

TEST(padding_and_flags_must_be_zero, "door.zero")
{
	unsigned char argument[512];

	enter(5);
	for (int i = 0; i < COMMANDS; i++) {
		for (int j = 0; j < 3 && commands[i].zero[j].size; j++) {
			for (size_t k = 0; k < commands[i].zero[j].size; k++) {
				plausible(&commands[i], argument);
				argument[commands[i].zero[j].offset + k] = 0x80;
				expect_errno(&commands[i], argument, EINVAL,
					     "nonzero padding or flag");
			}
		}
	}
	EXPECT_EQ(mnx_getep(0), 5);
}

TEST(unknown_bits_are_refused, "door.bits")
{
	struct m3ipc_vm_params params = {.vmid = vm, .set = 1 << 20};
	struct m3ipc_slot slot = {.vmid = vm, .nr = 3, .set = 1 << 9};
	struct m3ipc_priv_args priv = {.vmid = vm, .endpoint = 3, .priv.set = 1 << 9};
	struct m3ipc_events events = {.flags = 2};
	struct m3ipc_vm_info info = {.params.vmid = vm, .flags = 2};
	struct m3ipc_proc_info proc = {.vmid = vm, .nr = 3, .flags = 2};
	struct m3ipc_node_info node = {.nodeid = 1, .flags = 8};

	enter(3);
	EXPECT_EQ(ioctl(door(), M3IPC_IOC_VM_SET, &params), -1);
	EXPECT_EQ(errno, EINVAL);
	EXPECT_EQ(ioctl(door(), M3IPC_IOC_SLOT_SET, &slot), -1);
	EXPECT_EQ(errno, EINVAL);
	EXPECT_EQ(ioctl(door(), M3IPC_IOC_SET_PRIV, &priv), -1);
	EXPECT(errno == EINVAL || errno == M3IPC_EBADCALL);
	EXPECT_EQ(ioctl(door(), M3IPC_IOC_EVENTS, &events), -1);
	EXPECT_EQ(errno, EINVAL);
	EXPECT_EQ(ioctl(door(), M3IPC_IOC_GET_VM, &info), -1);
	EXPECT_EQ(errno, EINVAL);
	EXPECT_EQ(ioctl(door(), M3IPC_IOC_GET_PROC, &proc), -1);
	EXPECT_EQ(errno, EINVAL);
	EXPECT_EQ(ioctl(door(), M3IPC_IOC_GET_NODE, &node), -1);
	EXPECT_EQ(errno, EINVAL);
}

TEST(impossible_values_are_refused, "door.values")
{
	struct m3ipc_vm_params params = {.vmid = vm, .set = M3IPC_VM_MODE, .mode = 01000};
	struct m3ipc_bind bind = {.vmid = vm, .nr = 3, .who = 2};
	struct m3ipc_wait wait = {.what = 3, .vmid = vm, .endpoint = 1};
	struct m3ipc_notify notify = {.vmid = M3IPC_OWN_VM, .endpoint = 5, .kind = 4};

	EXPECT_EQ(ioctl(door(), M3IPC_IOC_VM_SET, &params), -1);
	EXPECT_EQ(errno, M3IPC_EBADVALUE);
	params = (struct m3ipc_vm_params){.vmid = vm, .set = M3IPC_VM_LEVEL, .level = 4};
	EXPECT_EQ(ioctl(door(), M3IPC_IOC_VM_SET, &params), -1);
	EXPECT_EQ(errno, M3IPC_EBADVALUE);
	params = (struct m3ipc_vm_params){.vmid = vm, .set = M3IPC_VM_ABI, .abi = 1};
	EXPECT_EQ(ioctl(door(), M3IPC_IOC_VM_SET, &params), -1);
	EXPECT_EQ(errno, EINVAL);
	EXPECT_EQ(ioctl(door(), M3IPC_IOC_BIND, &bind), -1);
	EXPECT_EQ(errno, EINVAL);
	bind.who = M3IPC_BIND_SELF;
	bind.pid = 1;
	EXPECT_EQ(ioctl(door(), M3IPC_IOC_BIND, &bind), -1);
	EXPECT_EQ(errno, EINVAL);
	EXPECT_EQ(ioctl(door(), M3IPC_IOC_WAIT, &wait), -1);
	EXPECT_EQ(errno, EINVAL);
	enter(5);
	EXPECT_EQ(ioctl(door(), M3IPC_IOC_NOTIFY, &notify), -1);
	EXPECT(errno == M3IPC_EBADVALUE || errno == EINVAL);
}

TEST(unknown_commands_are_enotty, "door.commands")
{
	char argument[512];

	memset(argument, 0, sizeof(argument));
	for (int number = 0; number < 256; number++) {
		bool known = false;

		for (int i = 0; i < COMMANDS; i++)
			known |= _IOC_NR(commands[i].request) == (unsigned int)number;
		known |= _IOC_NR(M3IPC_IOC_DRVS_END) == (unsigned int)number;
		if (known)
			continue;
		EXPECT_EQ(ioctl(door(), _IOWR(M3IPC_IOC_MAGIC, number, char[16]), argument), -1);
		EXPECT_EQ(errno, ENOTTY);
	}
	EXPECT_EQ(ioctl(door(), _IOR('x', 0, struct m3ipc_version), argument), -1);
	EXPECT_EQ(errno, ENOTTY);
	EXPECT_EQ(ioctl(door(), 0x5401, argument), -1); /* TCGETS */
	EXPECT_EQ(errno, ENOTTY);
}

int m3_ioctl(unsigned long request, void *argument); /* of the library, for itself */

TEST(a_call_that_the_module_lacks_is_ebadcall, "door.commands")
{
	int argument = 0;

	EXPECT_EQ(m3_ioctl(_IOWR(M3IPC_IOC_MAGIC, 0xee, int), &argument), EBADCALL);
}

TEST(wrong_sizes_and_directions_are_enotty, "door.commands")
{
	char argument[2048];

	memset(argument, 0, sizeof(argument));
	for (int i = 0; i < COMMANDS; i++) {
		unsigned long request = commands[i].request;
		unsigned long base = request & ~((unsigned long)_IOC_SIZEMASK << _IOC_SIZESHIFT);

		EXPECT_EQ(ioctl(door(), base, argument), -1);
		EXPECT_EQ(errno, ENOTTY);
		EXPECT_EQ(ioctl(door(), base | (commands[i].size + 8) << _IOC_SIZESHIFT, argument),
			  -1);
		EXPECT_EQ(errno, ENOTTY);
	}
}

/* Random structs from a seed that is printed: nothing may break, whatever is answered. */
TEST(random_arguments_break_nothing, "door.random door.untouched")
{
	unsigned int seed = time(NULL);
	unsigned char argument[512];

	errors_do_not_count();
	printf("# seed %u\n", seed);
	fflush(stdout);
	srand(seed);
	survive_sigpipe();
	become(1000, 1000);
	for (int round = 0; round < 20000; round++) {
		const struct command *command = &commands[rand() % COMMANDS];

		plausible(command, argument);
		for (int changes = rand() % 4; changes; changes--)
			argument[rand() % command->size] = rand() % 3	? rand()
							   : rand() % 2 ? 0xff
									: 0;
		/* Nothing that waits. */
		if (command->size == sizeof(struct m3ipc_msg) &&
		    (_IOC_NR(command->request) >= 0x30 || command->request == M3IPC_IOC_WAIT))
			memset(argument + (command->request == M3IPC_IOC_WAIT ? 12 : 4), 0, 4);
		if (command->request == M3IPC_IOC_VCOPY)
			((struct m3ipc_vcopy *)argument)->timeout_ms = 100;
		fail_of(command, argument);
	}
}

TEST(the_version_is_told, "door.version door.untouched")
{
	m3_version_t version;

	memset(&version, 0xa5, sizeof(version));
	EXPECT_EQ(mnx_getversion(&version), OK);
	EXPECT_EQ(version.abi, M3IPC_ABI_VERSION);
	EXPECT(version.features & M3IPC_FEATURE_MESSAGES);
	EXPECT(strnlen(version.release, sizeof(version.release)) > 0);
	EXPECT(strnlen(version.release, sizeof(version.release)) < sizeof(version.release));
}
