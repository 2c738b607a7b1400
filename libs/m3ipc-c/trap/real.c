// SPDX-License-Identifier: Apache-2.0
#include "real.h"

#include <dlfcn.h>
#include <stdlib.h>

#include "signals.h"

static const char *const names[REAL_NAMES] = {
	[REAL_sigaction] = "sigaction",
	[REAL_signal] = "signal",
	[REAL___sysv_signal] = "__sysv_signal",
	[REAL_sigset] = "sigset",
	[REAL_sigignore] = "sigignore",
	[REAL_siginterrupt] = "siginterrupt",
	[REAL_sighold] = "sighold",
	[REAL_sigrelse] = "sigrelse",
	[REAL_sigblock] = "sigblock",
	[REAL_sigsetmask] = "sigsetmask",
	[REAL_sigprocmask] = "sigprocmask",
	[REAL_pthread_sigmask] = "pthread_sigmask",
	[REAL_sigpending] = "sigpending",
	[REAL_sigsuspend] = "sigsuspend",
	[REAL_ppoll] = "ppoll",
	[REAL_pselect] = "pselect",
	[REAL_epoll_pwait] = "epoll_pwait",
	[REAL_epoll_pwait2] = "epoll_pwait2",
	[REAL___ppoll64] = "__ppoll64",
	[REAL___ppoll_chk] = "__ppoll_chk",
	[REAL___pselect64] = "__pselect64",
	[REAL___epoll_pwait2_time64] = "__epoll_pwait2_time64",
	[REAL_pthread_attr_setsigmask_np] = "pthread_attr_setsigmask_np",
	[REAL_siglongjmp] = "siglongjmp",
	[REAL___longjmp_chk] = "__longjmp_chk",
};

static void *found[REAL_NAMES];

void m3_real_find(void)
{
	for (int i = 0; i < REAL_NAMES; i++)
		if (!found[i])
			found[i] = dlsym(RTLD_NEXT, names[i]);
}

void *m3_real(enum real_name name)
{
	/* Another library's constructor may come before ours. */
	if (!found[name])
		m3_real_find();
	if (!found[name])
		abort(); /* a libc without the function would not have let the program call it */
	return found[name];
}
