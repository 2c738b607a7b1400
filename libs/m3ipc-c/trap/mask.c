// SPDX-License-Identifier: Apache-2.0
/* sigprocmask, its elders, and the calls that wait with a mask. */
#include <asm/unistd.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <unistd.h>

#include "door.h"
#include "real.h"
#include "signals.h"

/* Of this thread. A new thread starts with SIGSEGV unblocked, whatever its creator had. */
static __thread bool blocked;
static __thread bool held;
static __thread siginfo_t held_info;

/* ---- what fault.c asks ---- */

bool m3_mask_blocked(void)
{
	return blocked;
}

bool m3_mask_set_blocked(bool now)
{
	bool before = blocked;

	blocked = now;
	return before;
}

void m3_mask_hold(const siginfo_t *info)
{
	/* One is enough: several of a kind are one to the kernel, too. */
	if (!held)
		held_info = *info;
	held = true;
}

void m3_mask_release(void)
{
	if (!held || blocked)
		return;
	held = false;
	m3_trap_syscall(__NR_rt_tgsigqueueinfo, getpid(), gettid(), SIGSEGV, (uintptr_t)&held_info,
			0);
}

void m3_mask_start(void)
{
	sigset_t segv, old;

	sigemptyset(&segv);
	sigaddset(&segv, SIGSEGV);
	if (REAL(sigprocmask)(SIG_UNBLOCK, &segv, &old) == 0)
		blocked = sigismember(&old, SIGSEGV) == 1;
}

/* ---- what the program calls ---- */

/* The set without SIGSEGV, in a place of the caller's; NULL for NULL. */
static const sigset_t *strip(const sigset_t *set, sigset_t *place)
{
	if (!set)
		return NULL;
	*place = *set;
	sigdelset(place, SIGSEGV);
	return place;
}

/* After the kernel took (how, set): the same for SIGSEGV. */
static void note(int how, bool is_member, bool has_set, sigset_t *old)
{
	bool before = blocked;

	if (has_set && (how == SIG_SETMASK || is_member))
		blocked = how == SIG_SETMASK ? is_member : how == SIG_BLOCK;
	if (old && before)
		sigaddset(old, SIGSEGV);
	m3_mask_release();
}

int sigprocmask(int how, const sigset_t *set, sigset_t *old)
{
	/* First: old and set may be the same. */
	bool is_member = set && sigismember(set, SIGSEGV) == 1;
	sigset_t place;
	int result = REAL(sigprocmask)(how, strip(set, &place), old);

	if (result == 0)
		note(how, is_member, set, old);
	return result;
}

int pthread_sigmask(int how, const sigset_t *set, sigset_t *old)
{
	bool is_member = set && sigismember(set, SIGSEGV) == 1;
	sigset_t place;
	int result = REAL(pthread_sigmask)(how, strip(set, &place), old);

	if (result == 0)
		note(how, is_member, set, old);
	return result;
}

int sighold(int number)
{
	if (number != SIGSEGV)
		return REAL(sighold)(number);
	blocked = true;
	return 0;
}

int sigrelse(int number)
{
	if (number != SIGSEGV)
		return REAL(sigrelse)(number);
	blocked = false;
	m3_mask_release();
	return 0;
}

/* The first word of a set, which is all that these two know. */
static const int segv_bit = 1 << (SIGSEGV - 1);

int sigblock(int mask)
{
	int old = REAL(sigblock)(mask & ~segv_bit);

	if (blocked)
		old |= segv_bit;
	blocked |= (mask & segv_bit) != 0;
	return old;
}

int sigsetmask(int mask)
{
	int old = REAL(sigsetmask)(mask & ~segv_bit);

	if (blocked)
		old |= segv_bit;
	blocked = (mask & segv_bit) != 0;
	m3_mask_release();
	return old;
}

int siggetmask(void)
{
	return sigblock(0);
}

int sigpending(sigset_t *set)
{
	int result = REAL(sigpending)(set);

	if (result == 0 && held)
		sigaddset(set, SIGSEGV);
	return result;
}

int sigsuspend(const sigset_t *set)
{
	bool before = blocked;
	sigset_t place;
	int result;

	blocked = sigismember(set, SIGSEGV) == 1;
	if (held && !blocked) {
		/* The kernel would have ended the wait with it at once. */
		m3_mask_release();
		blocked = before;
		errno = EINTR;
		return -1;
	}
	result = REAL(sigsuspend)(strip(set, &place));
	blocked = before;
	return result;
}

int ppoll(struct pollfd *fds, nfds_t count, const struct timespec *timeout, const sigset_t *set)
{
	sigset_t place;

	return REAL(ppoll)(fds, count, timeout, strip(set, &place));
}

int pselect(int count, fd_set *in, fd_set *out, fd_set *exceptional, const struct timespec *timeout,
	    const sigset_t *set)
{
	sigset_t place;

	return REAL(pselect)(count, in, out, exceptional, timeout, strip(set, &place));
}

int epoll_pwait(int fd, struct epoll_event *events, int count, int timeout, const sigset_t *set)
{
	sigset_t place;

	return REAL(epoll_pwait)(fd, events, count, timeout, strip(set, &place));
}

int epoll_pwait2(int fd, struct epoll_event *events, int count, const struct timespec *timeout,
		 const sigset_t *set)
{
	sigset_t place;

	return REAL(epoll_pwait2)(fd, events, count, timeout, strip(set, &place));
}

/* What programs with 64-bit time, and fortified ones, call in their place. */
struct __timespec64;

int __ppoll64(struct pollfd *fds, nfds_t count, const struct __timespec64 *timeout,
	      const sigset_t *set);
int __ppoll64(struct pollfd *fds, nfds_t count, const struct __timespec64 *timeout,
	      const sigset_t *set)
{
	sigset_t place;

	return REAL(__ppoll64)(fds, count, timeout, strip(set, &place));
}

int __ppoll_chk(struct pollfd *fds, nfds_t count, const struct timespec *timeout,
		const sigset_t *set, size_t size);
int __ppoll_chk(struct pollfd *fds, nfds_t count, const struct timespec *timeout,
		const sigset_t *set, size_t size)
{
	sigset_t place;

	return REAL(__ppoll_chk)(fds, count, timeout, strip(set, &place), size);
}

int __pselect64(int count, fd_set *in, fd_set *out, fd_set *exceptional,
		const struct __timespec64 *timeout, const sigset_t *set);
int __pselect64(int count, fd_set *in, fd_set *out, fd_set *exceptional,
		const struct __timespec64 *timeout, const sigset_t *set)
{
	sigset_t place;

	return REAL(__pselect64)(count, in, out, exceptional, timeout, strip(set, &place));
}

int __epoll_pwait2_time64(int fd, struct epoll_event *events, int count,
			  const struct __timespec64 *timeout, const sigset_t *set);
int __epoll_pwait2_time64(int fd, struct epoll_event *events, int count,
			  const struct __timespec64 *timeout, const sigset_t *set)
{
	sigset_t place;

	return REAL(__epoll_pwait2_time64)(fd, events, count, timeout, strip(set, &place));
}

int pthread_attr_setsigmask_np(pthread_attr_t *attributes, const sigset_t *set)
{
	sigset_t place;

	return REAL(pthread_attr_setsigmask_np)(attributes, strip(set, &place));
}
