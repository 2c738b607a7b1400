// SPDX-License-Identifier: Apache-2.0
/* sigaction and its elders. */
#include <errno.h>
#include <stdatomic.h>
#include <string.h>

#include "real.h"
#include "signals.h"

/* Handler and flags, as one word that a signal handler can read at any time. */
static _Atomic(uint64_t) program_action;
/* sa_mask of the action; and for every signal whether its sa_mask names SIGSEGV. */
static sigset_t program_mask;
static _Atomic(bool) names_segv[_NSIG];
static atomic_flag busy = ATOMIC_FLAG_INIT;

static uint64_t pack(struct trap_action action)
{
	return (uint64_t)action.flags << 32 | (uint32_t)action.handler;
}

static struct trap_action unpack(uint64_t word)
{
	return (struct trap_action){.handler = (uint32_t)word, .flags = (int)(word >> 32)};
}

/* ---- what fault.c asks ---- */

struct trap_action m3_action_take(void)
{
	uint64_t word = atomic_load(&program_action);

	while (unpack(word).flags & SA_RESETHAND)
		if (atomic_compare_exchange_weak(&program_action, &word, (uintptr_t)SIG_DFL))
			break;
	return unpack(word);
}

void m3_action_mask(sigset_t *mask)
{
	*mask = program_mask;
}

void m3_action_default(void)
{
	struct sigaction action = {.sa_handler = SIG_DFL};

	REAL(sigaction)(SIGSEGV, &action, NULL);
}

/* ---- what the kernel is told ---- */

/*
 * The kernel's action for the program's one: on the stack that the program wants for real
 * faults. All signals are blocked in it; see redirect() of fault.c.
 */
static int install(struct trap_action wanted)
{
	struct sigaction action = {.sa_sigaction = m3_trap_on_segv, .sa_flags = SA_SIGINFO};

	/* Not sigfillset: it leaves out those that libc uses between threads. */
	memset(&action.sa_mask, 0xff, sizeof(action.sa_mask));
	action.sa_flags |= wanted.flags & (SA_ONSTACK | SA_RESTART);
	/* What is ignored interrupts nothing. */
	if (wanted.handler == (uintptr_t)SIG_IGN)
		action.sa_flags |= SA_RESTART;
	return REAL(sigaction)(SIGSEGV, &action, NULL);
}

/* Only writers take it, with all signals blocked: a handler may call sigaction. */
static void lock(sigset_t *saved)
{
	sigset_t all;

	sigfillset(&all);
	REAL(sigprocmask)(SIG_SETMASK, &all, saved);
	while (atomic_flag_test_and_set_explicit(&busy, memory_order_acquire))
		;
}

static void unlock(const sigset_t *saved)
{
	atomic_flag_clear_explicit(&busy, memory_order_release);
	REAL(sigprocmask)(SIG_SETMASK, saved, NULL);
}

/* sigaction() for SIGSEGV. */
static int change_action(const struct sigaction *new, struct sigaction *old)
{
	struct trap_action before, after = {0};
	sigset_t saved, mask;
	struct sigaction wanted;
	int result = 0;

	/* Copied first: a bad pointer must not fault under the lock. */
	if (new)
		wanted = *new;
	lock(&saved);
	before = unpack(atomic_load(&program_action));
	mask = program_mask;
	if (new) {
		after.handler = (uintptr_t)wanted.sa_handler;
		after.flags = wanted.sa_flags;
		result = install(after);
	}
	if (new &&result == 0) {
		program_mask = wanted.sa_mask;
		atomic_store(&program_action, pack(after));
	}
	unlock(&saved);
	if (old && result == 0) {
		memset(old, 0, sizeof(*old));
		old->sa_handler = (void (*)(int))before.handler;
		old->sa_flags = before.flags;
		old->sa_mask = mask;
	}
	return result;
}

void m3_action_start(void)
{
	struct sigaction inherited;
	struct trap_action action = {.handler = (uintptr_t)SIG_DFL};

	/* Only "ignored" survives an exec. */
	if (REAL(sigaction)(SIGSEGV, NULL, &inherited) == 0 && inherited.sa_handler == SIG_IGN)
		action.handler = (uintptr_t)SIG_IGN;
	if (install(action) == 0)
		atomic_store(&program_action, pack(action));
}

/* ---- what the program calls ---- */

int sigaction(int number, const struct sigaction *new, struct sigaction *old)
{
	struct sigaction stripped;
	bool named;
	int result;

	if (number == SIGSEGV)
		return change_action(new, old);
	if (number <= 0 || number >= _NSIG)
		return REAL(sigaction)(number, new, old);
	named = names_segv[number];
	if (new) {
		/* A handler may trap as well as the rest of the program. */
		stripped = *new;
		sigdelset(&stripped.sa_mask, SIGSEGV);
	}
	result = REAL(sigaction)(number, new ? &stripped : NULL, old);
	if (result == 0 && new)
		names_segv[number] = sigismember(&new->sa_mask, SIGSEGV) == 1;
	if (result == 0 && old && named)
		sigaddset(&old->sa_mask, SIGSEGV);
	return result;
}

int __sigaction(int number, const struct sigaction *new, struct sigaction *old);
int __sigaction(int number, const struct sigaction *new, struct sigaction *old)
{
	return sigaction(number, new, old);
}

/* signal(SIGSEGV, handler) in one of its flavours. */
static sighandler_t set_handler(sighandler_t handler, int flags)
{
	struct sigaction action = {.sa_handler = handler, .sa_flags = flags}, old;

	if (handler == SIG_ERR) {
		errno = EINVAL;
		return SIG_ERR;
	}
	if (!(flags & SA_NODEFER))
		sigaddset(&action.sa_mask, SIGSEGV);
	return change_action(&action, &old) == 0 ? old.sa_handler : SIG_ERR;
}

/* What siginterrupt() has set for signal(). */
static _Atomic(bool) interrupts;

sighandler_t signal(int number, sighandler_t handler)
{
	if (number != SIGSEGV)
		return REAL(signal)(number, handler);
	return set_handler(handler, interrupts ? 0 : SA_RESTART);
}

sighandler_t bsd_signal(int number, sighandler_t handler);
sighandler_t bsd_signal(int number, sighandler_t handler)
{
	return signal(number, handler);
}

sighandler_t ssignal(int number, sighandler_t handler)
{
	return signal(number, handler);
}

sighandler_t __sysv_signal(int number, sighandler_t handler)
{
	if (number != SIGSEGV)
		return REAL(__sysv_signal)(number, handler);
	return set_handler(handler, SA_RESETHAND | SA_NODEFER);
}

sighandler_t sysv_signal(int number, sighandler_t handler)
{
	return __sysv_signal(number, handler);
}

sighandler_t sigset(int number, sighandler_t handler)
{
	struct sigaction action = {.sa_handler = handler}, old;
	bool was_blocked;

	if (number != SIGSEGV)
		return REAL(sigset)(number, handler);
	if (handler == SIG_HOLD) {
		if (change_action(NULL, &old) < 0)
			return SIG_ERR;
		was_blocked = m3_mask_set_blocked(true);
		return was_blocked ? SIG_HOLD : old.sa_handler;
	}
	if (change_action(&action, &old) < 0)
		return SIG_ERR;
	was_blocked = m3_mask_set_blocked(false);
	m3_mask_release();
	return was_blocked ? SIG_HOLD : old.sa_handler;
}

int sigignore(int number)
{
	struct sigaction action = {.sa_handler = SIG_IGN};

	return number == SIGSEGV ? change_action(&action, NULL) : REAL(sigignore)(number);
}

int siginterrupt(int number, int flag)
{
	struct sigaction action;

	if (number != SIGSEGV)
		return REAL(siginterrupt)(number, flag);
	change_action(NULL, &action);
	interrupts = flag;
	action.sa_flags = flag ? action.sa_flags & ~SA_RESTART : action.sa_flags | SA_RESTART;
	return change_action(&action, NULL);
}
