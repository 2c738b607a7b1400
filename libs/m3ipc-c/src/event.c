// SPDX-License-Identifier: Apache-2.0
/* Descriptors that tell of what happens. */
#include <errno.h>
#include <stddef.h>
#include <unistd.h>

#include "device.h"
#include "error.h"
#include "m3ipc.h"
#include "uapi/m3ipc.h"

/* Events are read straight into the program's structure. */
_Static_assert(sizeof(m3_event_t) == sizeof(struct m3ipc_event) &&
		       offsetof(m3_event_t, lost) == offsetof(struct m3ipc_event, lost) &&
		       offsetof(m3_event_t, seq) == offsetof(struct m3ipc_event, seq),
	       "m3_event_t");
_Static_assert((int)M3_EVENT_LINK_DOWN == M3IPC_EVENT_LINK_DOWN &&
		       (int)M3_EVENT_BIND == M3IPC_EVENT_BIND &&
		       (int)M3_CAUSE_VM_END == M3IPC_CAUSE_VM_END &&
		       M3_EVENTS_NONBLOCK == M3IPC_EVENTS_NONBLOCK,
	       "events");

int mnx_events_open(unsigned int flags)
{
	struct m3ipc_events e = {.flags = flags};

	return m3_ioctl(M3IPC_IOC_EVENTS, &e);
}

int mnx_events_read(int fd, m3_event_t *events, int count)
{
	int saved = errno;
	ssize_t got;

	if (count <= 0)
		return EMOLINVAL;
	got = read(fd, events, (size_t)count * sizeof(*events));
	if (got < 0) {
		int result = m3_error(errno);

		errno = saved;
		return result;
	}
	return got / sizeof(*events);
}

int mnx_endpoint_fd(int vmid, int endpoint)
{
	struct m3ipc_endpoint_fd e = {.vmid = vmid, .endpoint = endpoint};

	return m3_ioctl(M3IPC_IOC_ENDPOINT_FD, &e);
}
