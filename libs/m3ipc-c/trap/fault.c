// SPDX-License-Identifier: Apache-2.0
/* Tells traps from faults: the only handler of SIGSEGV that the kernel knows of. */
#include <asm/unistd.h>
#include <stddef.h>
#include <ucontext.h>

#include "calls.h"
#include "door.h"
#include "signals.h"

void m3_trap_entry(void);
void m3_trap_plain_handler(void (*handler)(int), int number, void *context);

_Static_assert(offsetof(struct trap_frame, resume.eip) == 36 &&
		       offsetof(struct trap_frame, resume.esp) == 40 &&
		       offsetof(struct trap_frame, eax) == 28,
	       "entry.S");

enum {
	GENERAL_PROTECTION =
		13, /* the exception that `int` raises for vectors not given to programs */
	INT_OPCODE = 0xcd,
	INT_BYTES = 2,
};

/*
 * Its error code has this bit when it is about a vector; which, is above it. Not asked: QEMU 7
 * gives another number there than processors do.
 */
enum { ERROR_OF_VECTOR = 2 };

/* The vector of the `int` that this is about, or 0. */
static int vector_of(const siginfo_t *info, const greg_t *registers)
{
	const uint8_t *code = (const uint8_t *)registers[REG_EIP];
	uint16_t own_segment;

	if (info->si_code != SI_KERNEL || registers[REG_TRAPNO] != GENERAL_PROTECTION ||
	    !(registers[REG_ERR] & ERROR_OF_VECTOR))
		return 0;
	__asm__("movw %%cs, %0" : "=r"(own_segment));
	/* The kernel may show us numbers of an earlier fault: the instruction decides. */
	if ((uint16_t)registers[REG_CS] != own_segment || code[0] != INT_OPCODE)
		return 0;
	return code[1] == TRAP_MINIX || code[1] == TRAP_M3IPC ? code[1] : 0;
}

static bool on_alternate_stack(const ucontext_t *context, uintptr_t address)
{
	const stack_t *stack = &context->uc_stack;

	return !(stack->ss_flags & SS_DISABLE) &&
	       address - (uintptr_t)stack->ss_sp < stack->ss_size;
}

/*
 * Lets the program go on in entry.S. That finds "resume" at its stack pointer: just below
 * the program's stack, or, if this handler runs on the same stack, below the kernel's
 * frame for it, which must stay whole until the handler has returned. All signals are
 * blocked until then, so nothing else is put there.
 */
static void redirect(ucontext_t *context, int vector, volatile struct trap_resume *below)
{
	greg_t *registers = context->uc_mcontext.gregs;
	uintptr_t esp = registers[REG_ESP];

	if (on_alternate_stack(context, esp) != on_alternate_stack(context, (uintptr_t)below))
		below = (struct trap_resume *)esp - 1;
	below->eip = registers[REG_EIP] + INT_BYTES;
	below->esp = esp;
	below->vector = vector;
	registers[REG_ESP] = registers[REG_UESP] = (uintptr_t)below;
	registers[REG_EIP] = (uintptr_t)m3_trap_entry;
}

/* Sent by a process, not raised by an instruction. */
static bool was_sent(const siginfo_t *info)
{
	return info->si_code <= 0;
}

/* What the kernel does when nobody handles it. */
static void die(const siginfo_t *info, const greg_t *registers)
{
	sigset_t segv;

	m3_action_default();
	/* The faulting instruction, repeated, makes the truer core. */
	if (!was_sent(info) &&
	    (info->si_code != SI_KERNEL || registers[REG_TRAPNO] == GENERAL_PROTECTION))
		return;
	sigemptyset(&segv);
	sigaddset(&segv, SIGSEGV);
	m3_trap_syscall(__NR_rt_tgsigqueueinfo, m3_trap_syscall(__NR_getpid, 0, 0, 0, 0, 0),
			m3_trap_syscall(__NR_gettid, 0, 0, 0, 0, 0), SIGSEGV, (uintptr_t)info, 0);
	m3_trap_syscall(__NR_rt_sigprocmask, SIG_UNBLOCK, (uintptr_t)&segv, 0, _NSIG / 8, 0);
}

/* Runs the program's handler with the mask that the kernel would have given it. */
static void run_handler(struct trap_action action, int number, siginfo_t *info, ucontext_t *context)
{
	bool blocked = m3_mask_blocked();
	sigset_t mask;

	m3_action_mask(&mask);
	/* Without sigorset: its first words are all that the kernel knows. */
	for (size_t i = 0; i < _NSIG / 8 / sizeof(mask.__val[0]); i++)
		mask.__val[i] |= context->uc_sigmask.__val[i];
	sigdelset(&mask, SIGSEGV);
	if (blocked)
		sigaddset(&context->uc_sigmask, SIGSEGV);
	if (!(action.flags & SA_NODEFER))
		m3_mask_set_blocked(true);
	m3_trap_syscall(__NR_rt_sigprocmask, SIG_SETMASK, (uintptr_t)&mask, 0, _NSIG / 8, 0);
	if (action.flags & SA_SIGINFO)
		((void (*)(int, siginfo_t *, void *))action.handler)(number, info, context);
	else
		m3_trap_plain_handler((void (*)(int))action.handler, number,
				      context->uc_mcontext.gregs);
	/* It may have changed what it returns to. */
	m3_mask_set_blocked(sigismember(&context->uc_sigmask, SIGSEGV) == 1);
	sigdelset(&context->uc_sigmask, SIGSEGV);
	m3_mask_release();
}

void m3_trap_on_segv(int number, siginfo_t *info, void *context)
{
	ucontext_t *interrupted = context;
	greg_t *registers = interrupted->uc_mcontext.gregs;
	int vector = vector_of(info, registers);
	volatile struct trap_resume below;
	struct trap_action action;

	if (vector) {
		redirect(interrupted, vector, &below);
		return;
	}
	if (was_sent(info) && m3_mask_blocked()) {
		m3_mask_hold(info);
		return;
	}
	action = m3_action_take();
	if (was_sent(info) && action.handler == (uintptr_t)SIG_IGN)
		return;
	if (m3_mask_blocked() || action.handler == (uintptr_t)SIG_DFL ||
	    action.handler == (uintptr_t)SIG_IGN)
		die(info, registers);
	else
		run_handler(action, number, info, interrupted);
}
