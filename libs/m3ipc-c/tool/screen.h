/* SPDX-License-Identifier: Apache-2.0 */
/* A terminal that is drawn anew again and again. */
#ifndef M3_TOOL_SCREEN_H
#define M3_TOOL_SCREEN_H

#include <stdbool.h>

/* Takes the terminal of standard output; false if it is none. Given back at exit. */
bool screen_open(void);
void screen_close(void);
/* Its size by now: it may change at any time. */
void screen_size(int *rows, int *columns);
/* Shows the text from the top, cut at the edges. */
void screen_draw(const char *text);
/*
 * Waits for a key, ms at most: its character, 0 if none came or the size changed, -1 if a
 * signal wants the end.
 */
int screen_wait(long ms);

#endif
