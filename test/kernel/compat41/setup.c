// SPDX-License-Identifier: Apache-2.0
/* Usage: setup <nodeid> <dcid>: a DVS and a DC for the programs that follow. */
#include <stdio.h>
#include <stdlib.h>

#include <m3ipc.h>

int main(int argc, char *argv[])
{
	dc_usr_t dcu = {
		.dc_nr_procs = NR_PROCS,
		.dc_nr_tasks = NR_TASKS,
		.dc_nr_sysprocs = NR_SYS_PROCS,
		.dc_nr_nodes = NR_NODES,
		.dc_warn2proc = NONE,
	};
	int nodeid;

	if (argc != 3) {
		printf("usage: %s <nodeid> <dcid>\n", argv[0]);
		exit(1);
	}
	nodeid = mnx_dvs_init(atoi(argv[1]), NULL);
	if (nodeid < 0) {
		printf("ERROR %d: Initializing DVS\n", nodeid);
		exit(1);
	}
	dcu.dc_dcid = atoi(argv[2]);
	sprintf(dcu.dc_name, "DC%d", dcu.dc_dcid);
	nodeid = mnx_dc_init(&dcu);
	if (nodeid < 0) {
		printf("ERROR %d: Initializing %s\n", nodeid, dcu.dc_name);
		exit(1);
	}
	printf("%s has been initialized on node %d\n", dcu.dc_name, nodeid);
	exit(0);
}
