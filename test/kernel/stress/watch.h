/* SPDX-License-Identifier: Apache-2.0 */
/* What /proc/drvs says of the main VM, held against what the workers say of themselves. */
#ifndef WATCH_H
#define WATCH_H

#include "arena.h"

/* Looks once; whatever is wrong for longer than it may take is a violation. */
void watch_look(void);
/* Whether this call of the worker looked wrong: then nothing may end it before that is proved. */
bool watch_suspects(const struct worker *worker);
/* Nobody may be blocked or queued now. */
void watch_at_rest(void);
/* Prints the table. */
void watch_print(void);

#endif
