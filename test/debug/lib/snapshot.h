/* SPDX-License-Identifier: Apache-2.0 */
/* The state of the DRVS as information calls show it, without what changes by itself. */
#ifndef SNAPSHOT_H
#define SNAPSHOT_H

#include <stdbool.h>

#include "uapi/m3ipc.h"

enum { MOST_VMS = 8, MOST_PROCS = 16 };

struct snapshot {
	struct m3ipc_drvs_info drvs;
	int vms;
	struct m3ipc_vm_info vm[MOST_VMS];
	/* Of the VM of the running test. */
	int procs;
	struct m3ipc_proc_info proc[MOST_PROCS];
	/* Whether there is something to receive. */
	bool readable[MOST_PROCS];
};

void take_snapshot(struct snapshot *snapshot);
/* Differences are printed. */
bool same_snapshot(const struct snapshot *one, const struct snapshot *other);

#endif
