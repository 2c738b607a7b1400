// SPDX-License-Identifier: Apache-2.0
#include "snapshot.h"

#include <errno.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "lib/harness.h"

static void take_vms(struct snapshot *snapshot)
{
	struct m3ipc_vm_info info = {.flags = M3IPC_GET_NEXT};

	while (ioctl(door(), M3IPC_IOC_GET_VM, &info) == 0) {
		REQUIRE(snapshot->vms < MOST_VMS);
		info.messages = 0;
		info.copied = 0;
		info.lclsent = 0;
		info.lclcopy = 0;
		snapshot->vm[snapshot->vms++] = info;
		info = (struct m3ipc_vm_info){.params.vmid = info.params.vmid + 1,
					      .flags = M3IPC_GET_NEXT};
	}
}

static bool is_readable(int endpoint)
{
	struct m3ipc_endpoint_fd args = {.vmid = vm, .endpoint = endpoint};
	struct pollfd poller = {.events = POLLIN};
	bool readable;

	poller.fd = ioctl(door(), M3IPC_IOC_ENDPOINT_FD, &args);
	if (poller.fd < 0)
		return false;
	readable = poll(&poller, 1, 0) == 1 && poller.revents & POLLIN;
	close(poller.fd);
	return readable;
}

static void take_procs(struct snapshot *snapshot)
{
	struct m3ipc_proc_info info = {.vmid = vm, .nr = -M3IPC_MAX_TASKS, .flags = M3IPC_GET_NEXT};

	while (ioctl(door(), M3IPC_IOC_GET_PROC, &info) == 0) {
		REQUIRE(snapshot->procs < MOST_PROCS);
		info.blocked_ns = 0;
		info.lclsent = 0;
		info.lclcopy = 0;
		info.received = 0;
		snapshot->readable[snapshot->procs] = is_readable(info.endpoint);
		snapshot->proc[snapshot->procs++] = info;
		info = (struct m3ipc_proc_info){
			.vmid = vm, .nr = info.nr + 1, .flags = M3IPC_GET_NEXT};
	}
}

void take_snapshot(struct snapshot *snapshot)
{
	memset(snapshot, 0, sizeof(*snapshot));
	REQUIRE(ioctl(door(), M3IPC_IOC_GET_DRVS, &snapshot->drvs) == 0);
	take_vms(snapshot);
	take_procs(snapshot);
}

/* Says which bytes differ. */
static bool same_bytes(const char *what, const void *one, const void *other, size_t size)
{
	const unsigned char *a = one, *b = other;

	for (size_t i = 0; i < size; i++) {
		if (a[i] == b[i])
			continue;
		printf("# %s differs at byte %zu: %d, then %d\n", what, i, a[i], b[i]);
		fflush(stdout);
		return false;
	}
	return true;
}

bool same_snapshot(const struct snapshot *one, const struct snapshot *other)
{
	bool same = same_bytes("GET_DRVS", &one->drvs, &other->drvs, sizeof(one->drvs));

	same &= same_bytes("number of VMs", &one->vms, &other->vms, sizeof(one->vms));
	same &= same_bytes("GET_VM", one->vm, other->vm, sizeof(one->vm));
	same &= same_bytes("number of slots in use", &one->procs, &other->procs,
			   sizeof(one->procs));
	same &= same_bytes("GET_PROC", one->proc, other->proc, sizeof(one->proc));
	same &= same_bytes("poll", one->readable, other->readable, sizeof(one->readable));
	return same;
}
