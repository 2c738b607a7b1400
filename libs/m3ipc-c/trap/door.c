// SPDX-License-Identifier: Apache-2.0
#include "door.h"

#include <asm/unistd.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/uio.h>

#include "m3ipc.h"
#include "src/error.h"
#include "uapi/m3ipc.h"

/* One descriptor per program, as in libm3ipc: it carries no state in the kernel. */
static atomic_int device = -1;

long m3_trap_syscall(long number, uint32_t a, uint32_t b, uint32_t c, uint32_t d, uint32_t e)
{
	long result;

	/* Through the vDSO, whose address libc keeps there for every thread. */
	__asm__ volatile("call *%%gs:0x10"
			 : "=a"(result)
			 : "0"(number), "b"(a), "c"(b), "d"(c), "S"(d), "D"(e)
			 : "memory");
	return result;
}

static long system_call_0(long number)
{
	return m3_trap_syscall(number, 0, 0, 0, 0, 0);
}

static long close_fd(int fd)
{
	return m3_trap_syscall(__NR_close, fd, 0, 0, 0, 0);
}

/* Returns a usable descriptor other than "stale", or -errno. */
static int open_device(int stale)
{
	static const char path[] = "/dev/" M3IPC_DEVICE;
	int fd = m3_trap_syscall(__NR_open, (uintptr_t)path, O_RDWR | O_CLOEXEC, 0, 0, 0);
	int expected = stale;

	if (fd < 0)
		return fd;
	/* Out of the way of programs that count on low numbers. */
	if (fd <= 2) {
		int high = m3_trap_syscall(__NR_fcntl64, fd, F_DUPFD_CLOEXEC, 3, 0, 0);

		close_fd(fd);
		if (high < 0)
			return high;
		fd = high;
	}
	if (!atomic_compare_exchange_strong(&device, &expected, fd)) {
		close_fd(fd); /* another thread was first */
		return expected;
	}
	return fd;
}

static long raw_ioctl(int fd, unsigned long request, void *argument)
{
	return m3_trap_syscall(__NR_ioctl, fd, request, (uintptr_t)argument, 0, 0);
}

int32_t m3_trap_ioctl(unsigned long request, void *argument)
{
	int fd = atomic_load_explicit(&device, memory_order_acquire);
	long result = -EBADF;

	if (fd >= 0)
		result = raw_ioctl(fd, request, argument);
	/* None yet, or the program closed it under us. */
	if (result == -EBADF || result == -ENOTTY) {
		fd = open_device(fd);
		if (fd == -ENOENT || fd == -ENXIO || fd == -ENODEV)
			return EMOLNODEV;
		result = fd < 0 ? fd : raw_ioctl(fd, request, argument);
	}
	return result < 0 ? m3_error(-result) : result;
}

static int32_t copy_own(long number, void *mine, uint32_t theirs, size_t size)
{
	struct iovec local = {.iov_base = mine, .iov_len = size};
	struct iovec remote = {.iov_base = (void *)(uintptr_t)theirs, .iov_len = size};
	/* The sixth argument, flags, would be ebp: that call is made where it is 0. */
	long pid = system_call_0(__NR_getpid), moved;

	__asm__ volatile("pushl %%ebp; xorl %%ebp, %%ebp; call *%%gs:0x10; popl %%ebp"
			 : "=a"(moved)
			 : "0"(number), "b"(pid), "c"(&local), "d"(1), "S"(&remote), "D"(1)
			 : "memory");
	return moved == (long)size ? OK : EMOLFAULT;
}

int32_t m3_trap_read(void *to, uint32_t from, size_t size)
{
	return copy_own(__NR_process_vm_readv, to, from, size);
}

int32_t m3_trap_write(uint32_t to, const void *from, size_t size)
{
	return copy_own(__NR_process_vm_writev, (void *)(uintptr_t)from, to, size);
}

/*
 * The compiler asks for these by name whatever it is told. libc's use SSE.
 */
__attribute__((visibility("hidden"))) void *memset(void *to, int byte, size_t size)
{
	void *at = to;

	__asm__ volatile("rep stosb" : "+D"(at), "+c"(size) : "a"(byte) : "memory");
	return to;
}

__attribute__((visibility("hidden"))) void *memcpy(void *to, const void *from, size_t size)
{
	void *at = to;

	__asm__ volatile("rep movsb" : "+D"(at), "+S"(from), "+c"(size) : : "memory");
	return to;
}
