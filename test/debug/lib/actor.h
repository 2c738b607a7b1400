/* SPDX-License-Identifier: Apache-2.0 */
/* A thread of the fuzzer: random calls, often such as follow from what the last one said. */
#ifndef ACTOR_H
#define ACTOR_H

#include <stdatomic.h>

#include "dice.h"

struct actor {
	struct dice dice;
	/* Calls that it has made: whoever looks twice sees whether one blocks. */
	atomic_long calls;
};

/* Body of the thread, for the struct actor given: until @argument's process exits. */
void *actor_live(void *argument);

#endif
