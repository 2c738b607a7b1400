/* SPDX-License-Identifier: Apache-2.0 */
/* libc's own functions behind the names that this library defines. */
#ifndef M3_TRAP_REAL_H
#define M3_TRAP_REAL_H

/*
 * The real NAME. They are looked up before main, because dlsym must not be called by
 * signal handlers, which call these.
 */
#define REAL(name) ((__typeof__(&name))m3_real(REAL_##name))

enum real_name {
	REAL_sigaction,
	REAL_signal,
	REAL___sysv_signal,
	REAL_sigset,
	REAL_sigignore,
	REAL_siginterrupt,
	REAL_sighold,
	REAL_sigrelse,
	REAL_sigblock,
	REAL_sigsetmask,
	REAL_sigprocmask,
	REAL_pthread_sigmask,
	REAL_sigpending,
	REAL_sigsuspend,
	REAL_ppoll,
	REAL_pselect,
	REAL_epoll_pwait,
	REAL_epoll_pwait2,
	REAL___ppoll64,
	REAL___ppoll_chk,
	REAL___pselect64,
	REAL___epoll_pwait2_time64,
	REAL_pthread_attr_setsigmask_np,
	REAL_siglongjmp,
	REAL___longjmp_chk,
	REAL_NAMES,
};

void *m3_real(enum real_name name);

#endif
