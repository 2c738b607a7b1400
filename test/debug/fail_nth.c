// SPDX-License-Identifier: Apache-2.0
/*
 * Every command of /dev/m3ipc with every failure of an allocation and of a copy from or to user
 * memory that it can meet: the error is a documented one, and nothing has happened.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "commands.h"
#include "fail_nth.h"
#include "uapi/m3ipc.h"

enum { MOST_COMMANDS = 64, HIDDEN_VMID = 3001 };

static unsigned long tried[MOST_COMMANDS];
static int tried_count;

void will_try(unsigned long request)
{
	tried[tried_count++] = request;
}

void command(unsigned long request, void *arguments)
{
	if (ioctl(door(), request, arguments) < 0) {
		printf("# preparing, request %lx: errno %d\n", request, errno);
		fflush(stdout);
		EXPECT(!"preparing");
		give_up();
	}
}

static void close_result(void *arguments, long result)
{
	(void)arguments;
	close(result);
}

/* ---- information ---- */

FAULTS(GET_VERSION)
{
	struct m3ipc_version version = {.abi = 0};

	need_faults();
	TRY(GET_VERSION, ARGUMENTS(version));
}

FAULTS(GET_DRVS)
{
	struct m3ipc_drvs_info info = {.state = 0};

	need_faults();
	TRY(GET_DRVS, ARGUMENTS(info));
}

FAULTS(GET_NODE)
{
	struct m3ipc_node_info info = {.nodeid = 1};

	need_faults();
	TRY(GET_NODE, ARGUMENTS(info));
}

FAULTS(GET_VM)
{
	struct m3ipc_vm_info info = {.params.vmid = vm};

	need_faults();
	TRY(GET_VM, ARGUMENTS(info));
}

FAULTS(GET_SLOT)
{
	struct m3ipc_slot slot = {.vmid = vm, .nr = 5};

	need_faults();
	TRY(GET_SLOT, ARGUMENTS(slot));
}

FAULTS(GET_PROC)
{
	struct m3ipc_proc_info info = {.vmid = vm, .nr = MINE};

	need_faults();
	enter(MINE);
	TRY(GET_PROC, ARGUMENTS(info));
}

FAULTS(GETEP)
{
	struct m3ipc_getep args = {.pid = 0};

	need_faults();
	enter(MINE);
	TRY(GETEP, ARGUMENTS(args));
}

/* ---- DRVS and VMs ---- */

static void end_drvs(void *arguments, long result)
{
	(void)arguments;
	(void)result;
	command(M3IPC_IOC_DRVS_END, NULL);
}

static void begin_drvs(void *arguments, long result)
{
	struct m3ipc_drvs_params params = {.nodeid = 1, .source = M3IPC_NODEID_PROGRAM};

	(void)arguments;
	(void)result;
	command(M3IPC_IOC_DRVS_INIT, &params);
}

FAULTS(DRVS_INIT)
{
	struct m3ipc_drvs_params params = {.nodeid = 1, .source = M3IPC_NODEID_PROGRAM};

	need_faults();
	end_drvs(NULL, 0);
	TRY(DRVS_INIT, ARGUMENTS(params), .no_memory = ENOMEM, .undo = end_drvs);
	begin_drvs(NULL, 0);
}

/* With a VM and somebody in it. */
static void populate(void *arguments)
{
	struct m3ipc_vm_params params = {
		.vmid = HIDDEN_VMID, .set = M3IPC_VM_NAME, .name = "hidden"};
	struct m3ipc_bind bind = {.vmid = HIDDEN_VMID, .nr = 3};

	(void)arguments;
	if (ioctl(door(), M3IPC_IOC_VM_INIT, &params) < 0)
		return; /* it is there from the try before */
	command(M3IPC_IOC_BIND, &bind);
}

FAULTS(DRVS_END)
{
	long none = 0;

	need_faults();
	TRY(DRVS_END, ARGUMENTS(none), .prepare = populate, .undo = begin_drvs);
}

static void end_vm(void *arguments, long result)
{
	struct m3ipc_vm_params *params = arguments;
	struct m3ipc_vm_ref ref = {.vmid = params->vmid};

	(void)result;
	command(M3IPC_IOC_VM_END, &ref);
}

FAULTS(VM_INIT)
{
	struct m3ipc_vm_params params = {
		.vmid = HIDDEN_VMID, .set = M3IPC_VM_NAME, .name = "hidden"};

	need_faults();
	TRY(VM_INIT, ARGUMENTS(params), .no_memory = ENOMEM, .undo = end_vm);
}

static void rename_back(void *arguments, long result)
{
	struct m3ipc_vm_params *params = arguments;

	(void)result;
	strcpy(params->name, vm_name);
	command(M3IPC_IOC_VM_SET, params);
}

FAULTS(VM_SET)
{
	struct m3ipc_vm_params params = {.vmid = vm, .set = M3IPC_VM_NAME, .name = "renamed"};

	need_faults();
	TRY(VM_SET, ARGUMENTS(params), .no_memory = ENOMEM, .undo = rename_back);
}

FAULTS(VM_END)
{
	struct m3ipc_vm_ref ref = {.vmid = HIDDEN_VMID};

	need_faults();
	TRY(VM_END, ARGUMENTS(ref), .prepare = populate);
}

/* A slot that nobody has touched: its memory is not there yet. */
static void choose_slot(void *arguments)
{
	static int next = 30;

	((struct m3ipc_slot *)arguments)->nr = next++;
}

static void clear_slot(void *arguments, long result)
{
	struct m3ipc_slot *slot = arguments;
	struct m3ipc_slot clear = {.vmid = slot->vmid, .nr = slot->nr};

	(void)result;
	command(M3IPC_IOC_SLOT_CLEAR, &clear);
}

FAULTS(SLOT_SET)
{
	struct m3ipc_slot slot = {.vmid = vm, .set = M3IPC_SLOT_UID, .uid = 1000};

	need_faults();
	TRY(SLOT_SET, ARGUMENTS(slot), .no_memory = ENOMEM, .prepare = choose_slot,
	    .undo = clear_slot);
}

static void set_slot(void *arguments)
{
	struct m3ipc_slot *slot = arguments;
	struct m3ipc_slot set = {.vmid = slot->vmid, .nr = slot->nr};

	command(M3IPC_IOC_SLOT_SET, &set);
}

FAULTS(SLOT_CLEAR)
{
	struct m3ipc_slot slot = {.vmid = vm, .nr = 5};

	need_faults();
	TRY(SLOT_CLEAR, ARGUMENTS(slot), .prepare = set_slot);
}

/* ---- binding ---- */

static void choose_number(void *arguments)
{
	static int next = 30;

	((struct m3ipc_bind *)arguments)->nr = next++;
}

static void unbind(void *arguments, long result)
{
	struct m3ipc_bind *bind = arguments;
	struct m3ipc_unbind args = {.vmid = vm, .endpoint = bind->endpoint};

	(void)result;
	command(M3IPC_IOC_UNBIND, &args);
}

static void wait_to_be_ended(void)
{
	pause();
}

FAULTS(BIND)
{
	struct m3ipc_bind args = {.vmid = vm};
	pid_t child;

	need_faults();
	TRY(BIND, ARGUMENTS(args), .no_memory = M3IPC_EALLOCMEM, .prepare = choose_number,
	    .undo = unbind);
	child = spawn(wait_to_be_ended);
	args.who = M3IPC_BIND_PID;
	args.pid = child;
	TRY(BIND, ARGUMENTS(args), .no_memory = M3IPC_EALLOCMEM, .prepare = choose_number,
	    .undo = unbind);
	kill_and_reap(child);
}

static void bind_me(void *arguments)
{
	struct m3ipc_bind bind = {.vmid = vm, .nr = MINE};

	(void)arguments;
	if (ioctl(door(), M3IPC_IOC_BIND, &bind) < 0)
		EXPECT_EQ(errno, M3IPC_ESLOTUSED); /* still, from the try before */
}

FAULTS(UNBIND)
{
	struct m3ipc_unbind args = {.vmid = M3IPC_OWN_VM, .endpoint = M3IPC_SELF};

	need_faults();
	TRY(UNBIND, ARGUMENTS(args), .prepare = bind_me);
}

static void choose_endpoint(void *arguments)
{
	static int next = 30;

	((struct m3ipc_wait *)arguments)->endpoint = next++;
}

FAULTS(WAIT)
{
	struct m3ipc_wait self = {.what = M3IPC_WAIT_SELF, .vmid = M3IPC_OWN_VM};
	struct m3ipc_wait bound = {.what = M3IPC_WAIT_BIND, .vmid = vm, .endpoint = MINE};
	struct m3ipc_wait unbound = {.what = M3IPC_WAIT_UNBIND, .vmid = vm};
	struct m3ipc_wait never = {.what = M3IPC_WAIT_BIND, .vmid = vm, .timeout_ms = 1};

	need_faults();
	enter(MINE);
	TRY(WAIT, ARGUMENTS(self));
	TRY(WAIT, ARGUMENTS(bound), .no_memory = ENOMEM);
	TRY(WAIT, ARGUMENTS(unbound), .no_memory = ENOMEM, .prepare = choose_endpoint);
	TRY(WAIT, ARGUMENTS(never), .no_memory = ENOMEM, .prepare = choose_endpoint,
	    .expected = ETIMEDOUT);
}

FAULTS(GET_PRIV)
{
	struct m3ipc_priv_args args = {.vmid = M3IPC_OWN_VM, .endpoint = M3IPC_SELF};

	need_faults();
	enter(MINE);
	TRY(GET_PRIV, ARGUMENTS(args));
}

static void give_level_back(void *arguments, long result)
{
	struct m3ipc_priv_args args = {.vmid = M3IPC_OWN_VM, .endpoint = M3IPC_SELF};

	(void)arguments;
	(void)result;
	command(M3IPC_IOC_SET_PRIV, &args);
}

FAULTS(SET_PRIV)
{
	struct m3ipc_priv_args args = {
		.vmid = M3IPC_OWN_VM,
		.endpoint = M3IPC_SELF,
		.priv = {.set = M3IPC_PRIV_LEVEL, .level = M3IPC_LEVEL_TASK},
	};

	need_faults();
	enter(MINE);
	TRY(SET_PRIV, ARGUMENTS(args), .undo = give_level_back);
}

/* ---- descriptors ---- */

FAULTS(EVENTS)
{
	struct m3ipc_events args = {.records = 100};

	need_faults();
	TRY(EVENTS, ARGUMENTS(args), .no_memory = ENOMEM, .undo = close_result);
}

FAULTS(ENDPOINT_FD)
{
	struct m3ipc_endpoint_fd args = {.vmid = M3IPC_OWN_VM, .endpoint = M3IPC_SELF};

	need_faults();
	enter(MINE);
	TRY(ENDPOINT_FD, ARGUMENTS(args), .no_memory = ENOMEM, .undo = close_result);
}

static long read_event(void *arguments)
{
	struct m3ipc_event event;

	return read(*(int *)arguments, &event, sizeof(event));
}

static void cause_event(void *arguments)
{
	(void)arguments;
	bind_me(NULL);
}

static void unbind_me(void *arguments, long result)
{
	(void)arguments;
	(void)result;
	mnx_unbind(vm, MINE);
}

TEST(faults_in_reading_events)
{
	struct m3ipc_events args = {.flags = M3IPC_EVENTS_NONBLOCK};
	int fd;

	need_faults();
	fd = ioctl(door(), M3IPC_IOC_EVENTS, &args);
	REQUIRE(fd >= 0);
	try_all("read of events", &(struct trial){.call = read_event,
						  ARGUMENTS(fd),
						  .prepare = cause_event,
						  .undo = unbind_me});
	close(fd);
}

/* Opens a file, reads it to its end and closes it. */
static long read_file(void *path)
{
	static char bytes[8192];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	long result;
	int error;

	if (fd < 0)
		return -1;
	do
		result = read(fd, bytes, sizeof(bytes));
	while (result > 0);
	error = errno;
	close(fd);
	errno = error;
	return result;
}

TEST(faults_in_proc_files)
{
	static const char *const names[] = {"info", "procs", "stats"};
	char path[64] = "/proc/drvs/info";

	need_faults();
	enter(MINE);
	try_all(path, &(struct trial){.call = read_file, ARGUMENTS(path), .no_memory = ENOMEM});
	strcpy(path, "/proc/drvs/nodes");
	try_all(path, &(struct trial){.call = read_file, ARGUMENTS(path), .no_memory = ENOMEM});
	for (int i = 0; i < 3; i++) {
		snprintf(path, sizeof(path), "/proc/drvs/vms/%s/%s", vm_name, names[i]);
		try_all(path,
			&(struct trial){.call = read_file, ARGUMENTS(path), .no_memory = ENOMEM});
	}
}

/* ---- all of them ---- */

static bool was_tried(unsigned long request)
{
	for (int i = 0; i < tried_count; i++) {
		if (tried[i] == request)
			return true;
	}
	return false;
}

TEST(every_command_has_been_tried)
{
	for (int i = 0; i < COMMANDS; i++) {
		if (was_tried(commands[i].request))
			continue;
		printf("# no test of faults in %s\n", commands[i].name);
		fflush(stdout);
		EXPECT(was_tried(commands[i].request));
	}
}
