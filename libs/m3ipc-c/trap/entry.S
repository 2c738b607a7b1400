/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a trapped program goes on after the signal that its `int` raised.
 *
 * fault.c lets the signal handler return here, so that the call is made in the program's
 * own context: with its signal mask, off the alternate stack, interruptible by its own
 * handlers. To the program nothing but eax has changed when it goes on behind its `int`.
 */
#if defined(__i386__)
	.text

/* On entry: (%esp) is a struct trap_resume of calls.h; all else is the program's. */
	.globl m3_trap_entry
	.hidden m3_trap_entry
	.type m3_trap_entry, @function
m3_trap_entry:
	pushfl
	pushal
	cld
	movl	%esp, %eax
	pushl	%eax
	call	m3_trap_perform
	addl	$4, %esp
	movl	%eax, 28(%esp)		/* as the program's eax */
	/* The program's stack is free of the signal's frame by now: return from there. */
	movl	36(%esp), %ecx		/* trap_resume.eip */
	movl	40(%esp), %edx		/* trap_resume.esp */
	subl	$4, %edx
	movl	%ecx, (%edx)
	movl	%edx, 40(%esp)
	popal
	popfl
	movl	4(%esp), %esp
	ret
	.size m3_trap_entry, . - m3_trap_entry

/*
 * void m3_trap_plain_handler(void (*handler)(int), int number, struct sigcontext *context)
 *
 * Calls a handler without SA_SIGINFO as the kernel does: the context lies behind its
 * argument, for it to read and change.
 */
	.globl m3_trap_plain_handler
	.hidden m3_trap_plain_handler
	.type m3_trap_plain_handler, @function
m3_trap_plain_handler:
	pushl	%ebp
	movl	%esp, %ebp
	pushl	%esi
	pushl	%edi
	subl	$96, %esp
	andl	$-16, %esp
	movl	16(%ebp), %esi
	leal	4(%esp), %edi
	movl	$22, %ecx		/* sizeof(struct sigcontext) / 4 */
	rep movsl
	movl	12(%ebp), %eax
	movl	%eax, (%esp)
	call	*8(%ebp)
	leal	4(%esp), %esi
	movl	16(%ebp), %edi
	movl	$22, %ecx
	rep movsl
	leal	-8(%ebp), %esp
	popl	%edi
	popl	%esi
	popl	%ebp
	ret
	.size m3_trap_plain_handler, . - m3_trap_plain_handler
#endif
	.section .note.GNU-stack, "", @progbits
