/* SPDX-License-Identifier: Apache-2.0 */
/* What a worker does to itself, and waits for. */
#ifndef LIFE_H
#define LIFE_H

#include "self.h"

/* Binds to some free number of MAIN_VM, or is bound by another. It may fail. */
void life_enter(void);
void life_leave(void);
/* Moves to a VM that is about to end, until it does. */
void life_visit(void);
void life_fork(void);
/* Begins the program anew; the binding stays. */
void life_exec(void);
/* After that: the binding has stayed, or was ended by somebody else. */
void life_resume(void);
void life_wait_bind(void);
void life_wait_unbind(void);

#endif
