/* SPDX-License-Identifier: Apache-2.0 */
/* One event of the module, read from a line of trace_pipe. */
#ifndef M3_TOOL_SAID_H
#define M3_TOOL_SAID_H

#include <stdbool.h>
#include <stdint.h>

#include "m3ipc.h"

enum said_kind { SAID_ENTER, SAID_EXIT, SAID_VCOPY, SAID_LOST };

struct said {
	enum said_kind kind;
	uint64_t mono_ns; /* CLOCK_MONOTONIC */
	int pid;
	char name[M3_NAME_SIZE]; /* of the thread */
	int vmid;		 /* -1: the caller is not bound */
	int caller;		 /* endpoint; NONE */
	char call[16];
	int peer; /* as given. VCOPY: the source */
	int type; /* of the message sent */
	int timeout_ms;
	int source; /* EXIT: of the message received; NONE: none. VCOPY: the destination */
	int source_type;
	int result; /* EXIT, VCOPY: 0, or a negative M3-IPC number */
	long long bytes, copied;
	unsigned long lost; /* LOST: events; 0: the kernel does not know */
};

/* False: the line is none of the module's. */
bool said_parse(const char *line, struct said *said);

#endif
