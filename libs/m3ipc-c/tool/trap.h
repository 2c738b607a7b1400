/* SPDX-License-Identifier: Apache-2.0 */
/* What lets a 32-bit program enter M3-IPC by MINIX's trap. */
#ifndef M3_TOOL_TRAP_H
#define M3_TOOL_TRAP_H

#include <stdbool.h>

/*
 * Makes execvp(command) load libm3ipc-trap.so, by the environment. False, with a message
 * that names the reason and the remedy, if that could not work: the program is not a
 * dynamically linked one for i386, would be run with other rights than ours, or the
 * library is not installed. A command that is not found is left to execvp.
 */
bool prepare_trap(const char *command);

#endif
