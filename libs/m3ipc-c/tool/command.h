/* SPDX-License-Identifier: Apache-2.0 */
/* The commands of m3ipc(8), and what they share to talk to people. */
#ifndef M3_COMMAND_H
#define M3_COMMAND_H

#include <stdbool.h>

#include "m3ipc.h"

/* Exit status. exec has its own, those of env(1). */
enum {
	EXIT_OK = 0,
	EXIT_REFUSED = 1, /* the kernel refused, or the peer is not there */
	EXIT_USAGE = 2,
	EXIT_NO_DRVS = 3, /* module not loaded, or DRVS not initialised */
	EXIT_NOT_BOUND = 125,
	EXIT_NOT_EXECUTABLE = 126,
	EXIT_NOT_FOUND = 127,
};

struct command {
	const char *name;
	const char *summary;
	const char *help; /* after the usage line */
	int (*run)(int argc, char **argv);
};

extern const struct command command_status, command_drvs_init, command_drvs_end, command_vm_init,
	command_vm_end, command_exec, command_ps, command_top, command_trace, command_events,
	command_ping, command_serve;

/* Prints "m3ipc COMMAND: text: reason (CODE); remedy" and returns the exit status. */
int refused(int result, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Prints "m3ipc COMMAND: text; see --help" and returns EXIT_USAGE. */
int misused(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* What getopt answers for --help, or for a mistake it has reported itself. */
int usage_exit(int option);

/* Parses a whole decimal number within limits; false, with a message, if it is none. */
bool parse_number(const char *what, const char *text, long low, long high, long *number);
/* Parses seconds ("1", "0.5") into milliseconds. */
bool parse_seconds(const char *what, const char *text, long *ms);

/* Finds a VM by number or name; fills vm and returns OK, or prints why not. */
int find_vm(const char *text, vm_usr_t *vm, int *status);

/* Binds the caller as nr in the VM, or prints why not (status: exit status). */
int bind_self(const vm_usr_t *vm, long nr, int *status);

/* Prints a string as JSON. */
void print_json_string(const char *text);
/* Prints the node set as "0,3-5". */
void print_nodes(const uint64_t map[NR_NODES / 64]);
/* "SENDING", "RECEIVING", ... or "running". */
const char *state_name(const proc_usr_t *proc);
/* ANY, NONE or the number. */
const char *endpoint_name(int endpoint, char buffer[12]);

/* Set by SIGINT and SIGTERM once catch_signals() was called. */
extern volatile int stop_requested;
void catch_signals(void);

#endif
