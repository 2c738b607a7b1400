/* SPDX-License-Identifier: Apache-2.0 */
/* A trace of our own, beside those of everybody else. */
#ifndef M3_TOOL_TRACEFS_H
#define M3_TOOL_TRACEFS_H

#include <limits.h>
#include <stdbool.h>

struct tracefs {
	char folder[PATH_MAX]; /* of the instance; empty: none */
	int pipe;
};

/*
 * Makes an instance that records the module's events, of one VM or (-1) of all, and starts it.
 * False, with a message, if tracefs is not mounted or not ours to use, or has no such events.
 */
bool tracefs_open(struct tracefs *trace, int vmid);
/* Stops recording; what was recorded can still be read. */
void tracefs_stop(struct tracefs *trace);
/* Events that were recorded no more because nobody read them in time, since it was opened. */
unsigned long tracefs_lost(const struct tracefs *trace);
/* Removes the instance. */
void tracefs_close(struct tracefs *trace);

#endif
