// SPDX-License-Identifier: Apache-2.0
#include "device.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdatomic.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "error.h"
#include "m3ipc.h"
#include "uapi/m3ipc.h"

/*
 * One descriptor per program. It carries no state in the kernel, so threads and
 * forked children share it.
 */
static atomic_int device = -1;

/* Returns a usable descriptor other than "stale", or -errno. */
static int open_device(int stale)
{
	int fd = open("/dev/" M3IPC_DEVICE, O_RDWR | O_CLOEXEC);
	int expected = stale;

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
	if (!atomic_compare_exchange_strong(&device, &expected, fd)) {
		close(fd); /* another thread was first */
		return expected;
	}
	return fd;
}

int m3_ioctl(unsigned long request, void *argument)
{
	int fd = atomic_load_explicit(&device, memory_order_acquire);
	int saved = errno;
	int result;

	if (fd >= 0) {
		result = ioctl(fd, request, argument);
		if (result >= 0)
			return result;
		if (errno != EBADF && errno != ENOTTY)
			goto failed;
	}
	/*
	 * None yet, or the program closed it under us (closefrom, daemon) and perhaps
	 * opened something else there: leave that alone and open our own.
	 */
	fd = open_device(fd);
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
