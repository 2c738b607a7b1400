/* SPDX-License-Identifier: Apache-2.0 */
/* What the supervisor does to the workers, and to their VMs. */
#ifndef CHAOS_H
#define CHAOS_H

#include "arena.h"

/* Creates what is to be there, and starts the workers. */
void chaos_begin(void);
/* One random attack. */
void chaos_strike(void);
/* Buries the dead workers, and has others in their place (unless everything stops). */
void chaos_reap(void);
/* Makes those that wait go on, without touching those whose wait is over. */
void chaos_nudge(unsigned int word);
/* Ends the VMs that come and go; they are there again after the next chaos_renew(). */
void chaos_end_fleeting(void);
/* Ends the main VM, proves that nothing is left, and makes all VMs anew. */
void chaos_renew(void);
/* Workers that live. */
int chaos_living(void);

#endif
