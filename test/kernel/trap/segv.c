// SPDX-License-Identifier: Apache-2.0
/* A program that traps has SIGSEGV, signal masks and stacks of its own. */
#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

#include "lib/harness.h"
#include "trap/vectors.h"

/* A call that is answered at once, and needs a binding. */
static int trap_once(void)
{
	message m;

	return minix_trap(ANY, &m, MINIX_RECEIVE | MINIX_NON_BLOCKING);
}

#define EXPECT_TRAPS() EXPECT_EQ(trap_once(), EMOLNOTREADY)

/* mov (%edx), %eax: two bytes. Returns what a handler made of eax. */
static uint32_t load(const volatile void *address)
{
	uint32_t value = 0;

	__asm__ volatile("movl (%%edx), %%eax" : "+a"(value) : "d"(address) : "memory");
	return value;
}

enum { LOAD_BYTES = 2 };

static volatile sig_atomic_t runs, codes[8], traps[8], on_stack[8];
static void *volatile addresses[8];
static char alternate[65536];

static void skip_load(int number, siginfo_t *info, void *context)
{
	greg_t *registers = ((ucontext_t *)context)->uc_mcontext.gregs;
	char here;

	if (number != SIGSEGV || runs == 8)
		_exit(20);
	codes[runs] = info->si_code;
	addresses[runs] = info->si_addr;
	traps[runs] = trap_once();
	on_stack[runs] = &here >= alternate && &here < alternate + sizeof(alternate);
	runs++;
	if (info->si_code <= 0)
		return;
	registers[REG_EIP] += LOAD_BYTES;
	registers[REG_EAX] = 77;
}

static void handle(void (*handler)(int, siginfo_t *, void *), int flags)
{
	struct sigaction action = {.sa_sigaction = handler, .sa_flags = SA_SIGINFO | flags};

	REQUIRE_EQ(sigaction(SIGSEGV, &action, NULL), 0);
}

/* ------------------------------------------------------------- handlers ---- */

TEST(faults_reach_the_programs_handler, "trap.segv")
{
	enter(1);
	handle(skip_load, 0);
	for (int i = 0; i < 3; i++) {
		EXPECT_TRAPS();
		EXPECT_EQ(load((void *)(uintptr_t)(16 + i)), 77);
		EXPECT_EQ(runs, i + 1);
		EXPECT_EQ(codes[i], SEGV_MAPERR);
		EXPECT(addresses[i] == (void *)(uintptr_t)(16 + i));
		EXPECT_EQ(traps[i], EMOLNOTREADY);
	}
}

static void skip_load_of_old(int number, struct sigcontext context)
{
	runs++;
	EXPECT_EQ(number, SIGSEGV);
	EXPECT_TRAPS();
	context.eip += LOAD_BYTES;
	context.eax = 88;
	/* The frame, not a copy that the compiler may forget. */
	__asm__ volatile("" : : "m"(context) : "memory");
}

TEST(a_handler_of_one_argument_finds_its_context_behind_it, "trap.segv")
{
	enter(1);
	signal(SIGSEGV, (sighandler_t)(void *)skip_load_of_old);
	EXPECT_EQ(load((void *)16), 88);
	EXPECT_EQ(load((void *)16), 88);
	EXPECT_EQ(runs, 2);
	EXPECT_TRAPS();
}

static sigjmp_buf place;

static void jump_out(int number)
{
	(void)number;
	runs++;
	siglongjmp(place, 1);
}

TEST(a_handler_may_be_left_by_a_jump, "trap.jump")
{
	enter(1);
	signal(SIGSEGV, jump_out);
	for (int i = 0; i < 3; i++) {
		if (!sigsetjmp(place, 1))
			load((void *)16);
		EXPECT_EQ(runs, i + 1);
		EXPECT_TRAPS();
	}
}

TEST(handlers_run_on_the_stack_they_ask_for, "trap.stack")
{
	stack_t stack = {.ss_sp = alternate, .ss_size = sizeof(alternate)};

	enter(1);
	REQUIRE_EQ(sigaltstack(&stack, NULL), 0);
	handle(skip_load, SA_ONSTACK);
	EXPECT_TRAPS();
	EXPECT_EQ(load((void *)16), 77);
	EXPECT_EQ(on_stack[0], 1);
	EXPECT_EQ(traps[0], EMOLNOTREADY);
	handle(skip_load, 0);
	EXPECT_TRAPS();
	EXPECT_EQ(load((void *)16), 77);
	EXPECT_EQ(on_stack[1], 0);
}

/* More than a stack holds. */
static __attribute__((noinline)) int overflow(int depth)
{
	volatile char room[4096];

	room[0] = depth;
	return (depth ? overflow(depth - 1) : 0) + room[0];
}

static void jump_from_overflow(int number, siginfo_t *info, void *context)
{
	(void)info;
	(void)context;
	jump_out(number);
}

TEST(a_stack_overflow_is_handled_on_the_alternate_stack, "trap.stack")
{
	stack_t stack = {.ss_sp = alternate, .ss_size = sizeof(alternate)};

	enter(1);
	REQUIRE_EQ(sigaltstack(&stack, NULL), 0);
	handle(jump_from_overflow, SA_ONSTACK);
	if (!sigsetjmp(place, 1))
		overflow(1 << 20);
	EXPECT_EQ(runs, 1);
	EXPECT_TRAPS();
}

TEST(resethand_is_once, "trap.flags")
{
	struct sigaction action;

	enter(1);
	handle(skip_load, SA_RESETHAND);
	EXPECT_TRAPS();
	EXPECT_EQ(load((void *)16), 77);
	EXPECT_EQ(sigaction(SIGSEGV, NULL, &action), 0);
	EXPECT(action.sa_handler == SIG_DFL);
	EXPECT_TRAPS();
}

static void fault_again(int number)
{
	(void)number;
	runs++;
	load((void *)16);
}

static void fault_in_the_handler(void)
{
	struct sigaction action = {.sa_handler = fault_again};

	enter(1);
	sigaction(SIGSEGV, &action, NULL);
	load((void *)16);
	_exit(0);
}

static void fault_unhandled(void)
{
	enter(1);
	EXPECT_TRAPS();
	load((void *)16);
	_exit(0);
}

static void fault_ignoring(void)
{
	signal(SIGSEGV, SIG_IGN);
	load((void *)16);
	_exit(0);
}

static void fault_blocking(void)
{
	sigset_t segv;

	handle(skip_load, 0);
	sigemptyset(&segv);
	sigaddset(&segv, SIGSEGV);
	sigprocmask(SIG_BLOCK, &segv, NULL);
	load((void *)16);
	_exit(0);
}

TEST(a_fault_that_nobody_may_handle_is_deadly, "trap.deadly")
{
	static void (*const bodies[])(void) = {fault_in_the_handler, fault_unhandled,
					       fault_ignoring, fault_blocking};

	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		int status = finish(spawn(bodies[i]));

		EXPECT(WIFSIGNALED(status));
		EXPECT_EQ(WTERMSIG(status), SIGSEGV);
		await_free(1);
	}
}

TEST(nodefer_lets_the_handler_fault, "trap.flags")
{
	enter(1);
	handle(skip_load, SA_NODEFER);
	EXPECT_EQ(load((void *)16), 77);
	EXPECT_EQ(runs, 1);
}

TEST(sigaction_tells_what_was_set, "trap.flags")
{
	struct sigaction set = {.sa_sigaction = skip_load,
				.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESTART},
			 told;

	EXPECT_EQ(sigaction(SIGSEGV, NULL, &told), 0);
	EXPECT(told.sa_handler == SIG_DFL);
	sigaddset(&set.sa_mask, SIGUSR1);
	sigaddset(&set.sa_mask, SIGSEGV);
	EXPECT_EQ(sigaction(SIGSEGV, &set, NULL), 0);
	EXPECT_EQ(sigaction(SIGSEGV, NULL, &told), 0);
	EXPECT(told.sa_sigaction == skip_load);
	EXPECT_EQ(told.sa_flags & (SA_SIGINFO | SA_ONSTACK | SA_RESTART),
		  SA_SIGINFO | SA_ONSTACK | SA_RESTART);
	EXPECT_EQ(sigismember(&told.sa_mask, SIGUSR1), 1);
	EXPECT_EQ(sigismember(&told.sa_mask, SIGUSR2), 0);
	EXPECT_EQ(sigaction(SIGUSR2, &set, NULL), 0);
	EXPECT_EQ(sigaction(SIGUSR2, NULL, &told), 0);
	EXPECT_EQ(sigismember(&told.sa_mask, SIGSEGV), 1);
	EXPECT(signal(SIGSEGV, SIG_IGN) == (sighandler_t)(void *)skip_load);
	EXPECT(signal(SIGSEGV, SIG_DFL) == SIG_IGN);
}

/* ---------------------------------------------------------------- masks ---- */

TEST(a_program_that_blocks_every_signal_traps, "trap.mask")
{
	sigset_t all, told;

	enter(1);
	sigfillset(&all);
	EXPECT_EQ(sigprocmask(SIG_SETMASK, &all, NULL), 0);
	EXPECT_TRAPS();
	EXPECT_EQ(sigprocmask(SIG_BLOCK, NULL, &told), 0);
	EXPECT_EQ(sigismember(&told, SIGSEGV), 1);
	EXPECT_EQ(sigismember(&told, SIGUSR1), 1);
	sigemptyset(&all);
	EXPECT_EQ(pthread_sigmask(SIG_SETMASK, &all, &told), 0);
	EXPECT_EQ(sigismember(&told, SIGSEGV), 1);
	EXPECT_EQ(pthread_sigmask(SIG_BLOCK, NULL, &told), 0);
	EXPECT_EQ(sigismember(&told, SIGSEGV), 0);
}

static void trap_in_handler(int number)
{
	(void)number;
	traps[runs++] = trap_once();
}

TEST(a_handler_that_blocks_every_signal_traps, "trap.mask")
{
	struct sigaction action = {.sa_handler = trap_in_handler};
	sigset_t suspended;

	enter(1);
	sigfillset(&action.sa_mask);
	sigaction(SIGUSR1, &action, NULL);
	raise(SIGUSR1);
	EXPECT_EQ(runs, 1);
	EXPECT_EQ(traps[0], EMOLNOTREADY);
	/* And so with the mask of a wait. */
	sigfillset(&suspended);
	sigprocmask(SIG_BLOCK, &suspended, NULL);
	sigdelset(&suspended, SIGUSR1);
	raise(SIGUSR1);
	sigsuspend(&suspended);
	EXPECT_EQ(runs, 2);
	EXPECT_EQ(traps[1], EMOLNOTREADY);
}

TEST(a_sent_segv_waits_while_it_is_blocked, "trap.sent")
{
	sigset_t segv, pending;

	enter(1);
	handle(skip_load, 0);
	sigemptyset(&segv);
	sigaddset(&segv, SIGSEGV);
	kill(getpid(), SIGSEGV);
	EXPECT_EQ(runs, 1);
	EXPECT_EQ(codes[0], SI_USER);
	sigprocmask(SIG_BLOCK, &segv, NULL);
	raise(SIGSEGV);
	raise(SIGSEGV);
	EXPECT_TRAPS();
	EXPECT_EQ(runs, 1);
	EXPECT_EQ(sigpending(&pending), 0);
	EXPECT_EQ(sigismember(&pending, SIGSEGV), 1);
	sigprocmask(SIG_UNBLOCK, &segv, NULL);
	EXPECT_EQ(runs, 2);
	EXPECT_EQ(codes[1], SI_TKILL);
	EXPECT_EQ(sigpending(&pending), 0);
	EXPECT_EQ(sigismember(&pending, SIGSEGV), 0);
}

static void be_killed_by_a_sent_one(void)
{
	enter(1);
	EXPECT_TRAPS();
	raise(SIGSEGV);
	_exit(0);
}

TEST(a_sent_segv_is_ignored_or_deadly_as_asked, "trap.sent")
{
	int status = finish(spawn(be_killed_by_a_sent_one));

	EXPECT(WIFSIGNALED(status));
	EXPECT_EQ(WTERMSIG(status), SIGSEGV);
	signal(SIGSEGV, SIG_IGN);
	raise(SIGSEGV);
	enter(2);
	EXPECT_TRAPS();
}

/* -------------------------------------------------------- blocked calls ---- */

static void interrupt_receive(int flags)
{
	struct sigaction action = {.sa_handler = trap_in_handler, .sa_flags = flags};
	message m;

	enter(1);
	sigaction(SIGUSR1, &action, NULL);
	EXPECT_EQ(minix_trap(ANY, &m, MINIX_RECEIVE), EMOLINTR);
	EXPECT_EQ(runs, 1);
	/* The call was withdrawn before its handler ran, which may make calls of its own. */
	EXPECT_EQ(traps[0], EMOLNOTREADY);
	EXPECT_TRAPS();
}

static void interrupt_receive_on_the_alternate_stack(void)
{
	stack_t stack = {.ss_sp = alternate, .ss_size = sizeof(alternate)};

	REQUIRE_EQ(sigaltstack(&stack, NULL), 0);
	handle(skip_load, SA_ONSTACK);
	interrupt_receive(SA_ONSTACK);
}

static void interrupt_receive_restarting(void)
{
	interrupt_receive(SA_RESTART);
}

TEST(a_signal_ends_a_blocked_trap_and_may_trap_itself, "trap.signal")
{
	static void (*const bodies[])(void) = {interrupt_receive_on_the_alternate_stack,
					       interrupt_receive_restarting};

	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		pid_t receiver = spawn(bodies[i]);

		await_receiving(1);
		kill(receiver, SIGUSR1);
		join(receiver);
	}
}

static sigjmp_buf out_of_the_call;

static void leave_call(int number)
{
	(void)number;
	siglongjmp(out_of_the_call, 1);
}

static void leave_a_blocked_receive(void)
{
	message m;

	enter(1);
	signal(SIGUSR1, leave_call);
	if (!sigsetjmp(out_of_the_call, 1)) {
		minix_trap(ANY, &m, MINIX_RECEIVE);
		EXPECT(!"the call returned");
	}
	EXPECT_TRAPS();
}

TEST(a_blocked_trap_may_be_left_by_a_jump, "trap.jump")
{
	pid_t receiver = spawn(leave_a_blocked_receive);

	await_receiving(1);
	kill(receiver, SIGUSR1);
	join(receiver);
}

/* A storm of signals, none of which may find the trap half done. */

static void count_run(int number)
{
	(void)number;
	runs++;
	trap_once();
}

static void be_in_a_storm(void)
{
	struct sigaction action = {.sa_handler = count_run, .sa_flags = SA_NODEFER};

	enter(1);
	sigaction(SIGUSR1, &action, NULL);
	reach(0);
	while (!reached(1)) {
		int result = trap_once();

		/* A call may see the signal that comes while it is made. */
		if (result != EMOLNOTREADY && result != EMOLINTR)
			EXPECT_EQ(result, EMOLNOTREADY);
	}
	EXPECT(runs > 0);
}

TEST(signals_at_any_instruction_do_not_disturb_a_trap, "trap.signal")
{
	pid_t target = spawn(be_in_a_storm);

	await_step(0);
	for (int i = 0; i < 2000; i++)
		kill(target, SIGUSR1);
	reach(1);
	join(target);
}
