/* SPDX-License-Identifier: Apache-2.0 */
/* The processes of a node at one moment, and what they did since the one before. */
#ifndef M3_TOOL_SNAPSHOT_H
#define M3_TOOL_SNAPSHOT_H

#include <stddef.h>
#include <stdint.h>

#include "m3ipc.h"

struct row {
	char vm[M3_NAME_SIZE];
	proc_usr_t proc;
	uint64_t incarnation; /* of the VM */
	uint64_t messages;    /* sent and received, ever */
	uint64_t bytes;	      /* in those, and by vcopy */
	double message_rate;  /* per second, since the snapshot before; 0 in the first */
	double byte_rate;
	int peer;		      /* endpoint that it waits for: ANY, or NONE */
	char peer_name[M3_NAME_SIZE]; /* empty: no process of this node */
};

struct snapshot {
	struct row *rows;
	size_t count;
	size_t room;
	uint64_t taken_ns; /* CLOCK_MONOTONIC */
	int nodeid;
};

enum sort_key { SORT_MESSAGES, SORT_BYTES, SORT_BLOCKED, SORT_VM, SORT_PID, SORT_NAME };

/* Reads the processes of a VM, or of all (vmid -1): OK, or the error that ended it. */
int snapshot_take(struct snapshot *now, int vmid);
/* Fills the rates of "now". A process of another life, or unknown before, has none. */
void snapshot_compare(struct snapshot *now, const struct snapshot *before);
/* Most first; by VM, pid and name lowest first. */
void snapshot_sort(struct snapshot *now, enum sort_key key);
void snapshot_free(struct snapshot *snapshot);

#endif
