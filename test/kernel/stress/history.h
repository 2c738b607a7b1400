/* SPDX-License-Identifier: Apache-2.0 */
/* What each worker did last, printed with a violation. */
#ifndef HISTORY_H
#define HISTORY_H

#include "letter.h"

/* A call of ours to me->peer has ended. */
void history_call(enum op op, int result);
/* We have taken a letter by it. */
void history_took(enum op op, const struct letter *letter);
/* We are bound as another from here on. */
void history_bound(void);

/* Prints the last events of the workers that have reported violations, and of those they named. */
void history_print(void);

#endif
