// SPDX-License-Identifier: Apache-2.0
#include "device.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "error.h"
#include "m3ipc.h"
#include "uapi/m3ipc.h"

/*
 * One descriptor per program. It carries no state in the kernel, so threads and
 * forked children share it. In the upper half it is counted how often it was opened:
 * a descriptor that replaces a closed one may well have the same number, and a thread
 * that saw the old one must not take it for that.
 */
static atomic_uint_least64_t device = (uint32_t)-1;

static int descriptor_of(uint64_t state)
{
	return (int)(uint32_t)state;
}

/* Opens a descriptor of our own, unless "state" is over: then another thread has. Or -errno. */
static int open_device(uint64_t state)
{
	int fd = open("/dev/" M3IPC_DEVICE, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	/* Out of the way of programs that count on low numbers (dup2, stdin closed). */
	if (fd <= STDERR_FILENO) {
		int high = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);

		close(fd);
		if (high < 0)
			return -errno;
		fd = high;
	}
	if (!atomic_compare_exchange_strong(&device, &state,
					    ((state >> 32) + 1) << 32 | (uint32_t)fd)) {
		close(fd); /* another thread was first */
		return descriptor_of(state);
	}
	return fd;
}

/* Whether ENOTTY was the word of a module that is older than the call. */
static int is_device(int fd)
{
	struct m3ipc_version version;
	int found = ioctl(fd, M3IPC_IOC_GET_VERSION, &version) == 0;

	errno = ENOTTY;
	return found;
}

int m3_ioctl(unsigned long request, void *argument)
{
	uint64_t state = atomic_load_explicit(&device, memory_order_acquire);
	int fd = descriptor_of(state);
	int saved = errno;
	int result;

	if (fd >= 0) {
		result = ioctl(fd, request, argument);
		if (result >= 0)
			return result;
		if (errno != EBADF && (errno != ENOTTY || is_device(fd)))
			goto failed;
	}
	/*
	 * None yet, or the program closed it under us (closefrom, daemon) and perhaps
	 * opened something else there: leave that alone and open our own.
	 */
	fd = open_device(state);
	if (fd < 0) {
		errno = saved;
		/* No such file, or no driver behind it: the module is not loaded. */
		if (fd == -ENOENT || fd == -ENXIO || fd == -ENODEV)
			return EMOLNODEV;
		/* A container's rule for devices says EPERM, which calls mean otherwise. */
		return fd == -EPERM ? EMOLACCES : m3_error(-fd);
	}
	result = ioctl(fd, request, argument);
	if (result >= 0)
		return result;
failed:
	/* An older module: it lacks the call. */
	result = errno == ENOTTY ? EMOLBADCALL : m3_error(errno);
	errno = saved;
	return result;
}

int m3_timeout(long ms)
{
	if (ms > INT_MAX)
		return TIMEOUT_FOREVER;
	/* Other negative numbers stay refused. */
	return ms < INT_MIN ? INT_MIN : (int)ms;
}

int mnx_getversion(m3_version_t *version)
{
	struct m3ipc_version v = {0};
	int result = m3_ioctl(M3IPC_IOC_GET_VERSION, &v);

	if (result < 0)
		return result;
	version->abi = v.abi;
	version->features = v.features;
	for (int i = 0; i < M3_NAME_SIZE; i++)
		version->release[i] = v.release[i];
	return OK;
}
