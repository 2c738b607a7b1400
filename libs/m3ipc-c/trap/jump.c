// SPDX-License-Identifier: Apache-2.0
/* Leaving a handler by a jump. */
#include <setjmp.h>

#include "real.h"
#include "signals.h"

void __longjmp_chk(jmp_buf place, int value) __attribute__((noreturn));

/*
 * libc sets the mask that sigsetjmp saved without asking us. In it SIGSEGV is not blocked,
 * because to the kernel it never is.
 */
static void prepare(jmp_buf place)
{
	if (place[0].__mask_was_saved)
		m3_mask_set_blocked(false);
}

void siglongjmp(sigjmp_buf place, int value)
{
	prepare(place);
	m3_mask_release();
	REAL(siglongjmp)(place, value);
}

void longjmp(jmp_buf place, int value)
{
	siglongjmp(place, value);
}

void _longjmp(jmp_buf place, int value)
{
	siglongjmp(place, value);
}

void __longjmp_chk(jmp_buf place, int value)
{
	prepare(place);
	m3_mask_release();
	REAL(__longjmp_chk)(place, value);
}
