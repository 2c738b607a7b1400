/* SPDX-License-Identifier: Apache-2.0 */
/* What became of the fuzzer's calls, counted by all its processes together. */
#ifndef TALLY_H
#define TALLY_H

#include <stdbool.h>

/* Before the first fork. */
void tally_open(void);
/* A call of commands[command] ended with this errno, 0 = success. */
void tally_note(int command, int error);
/* All calls so far. */
long tally_calls(void);
/* A line per command: how often it was called, succeeded, and failed with each errno. */
void tally_print(void);
/* Whether errors.md has every error that came back; prints those that it has not. */
bool tally_only_documented(void);
/* Whether each command that the module has succeeded this often; prints those that did not. */
bool tally_each_succeeded(long times);

#endif
