/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The structures of M3-IPC 4.1 as its i386 programs were compiled with them. Each of the
 * first two ends, in the program, with a CPU set of unsure size that is left as it is.
 */
#ifndef M3_TRAP_STRUCTURES_H
#define M3_TRAP_STRUCTURES_H

#include <stdint.h>

enum { OLD_NAME_SIZE = 16 }; /* with the NUL */

struct old_dc {
	int32_t dcid;
	int32_t flags;
	int32_t nr_procs;
	int32_t nr_tasks;
	int32_t nr_sysprocs;
	int32_t nr_nodes;
	uint32_t nodes;
	int32_t warn2proc;
	int32_t warnmsg;
	char name[OLD_NAME_SIZE];
};

struct old_proc {
	int32_t nr;
	int32_t endpoint;
	int32_t dcid;
	uint32_t rts_flags;
	int32_t lpid;
	int32_t nodeid;
	uint32_t nodemap;
	uint32_t misc_flags;
	int32_t getfrom;
	int32_t sendto;
	int32_t waitmigr;
	int32_t waitunbind;
	int32_t proxy;
	uint32_t lclsent;
	uint32_t rmtsent;
	uint32_t lclcopy;
	uint32_t rmtcopy;
	char name[OLD_NAME_SIZE];
};

struct old_dvs {
	int32_t nr_dcs;
	int32_t nr_nodes;
	int32_t nr_procs;
	int32_t nr_tasks;
	int32_t nr_sysprocs;
	int32_t max_copybuf;
	int32_t max_copylen;
	uint32_t dbglvl;
	int32_t version;
	int32_t subver;
	int32_t size_proc;
};

struct old_node {
	int32_t nodeid;
	uint32_t flags;
	int32_t proxies;
	uint32_t dcs;
	int32_t sent_at[2]; /* seconds, nanoseconds */
	int32_t received_at[2];
	uint32_t sent;
	uint32_t received;
	char name[OLD_NAME_SIZE];
};

_Static_assert(sizeof(struct old_dc) == 52, "dc_usr_t");
_Static_assert(sizeof(struct old_proc) == 84, "proc_usr_t");
_Static_assert(sizeof(struct old_dvs) == 44, "dvs_usr_t");
_Static_assert(sizeof(struct old_node) == 56, "node_usr_t");

/* The calls about nodes, VMs and processes: results as of m3_trap_m3ipc. */
int32_t m3_trap_dvs_init(int32_t nodeid, uint32_t drvs);
int32_t m3_trap_get_dvs(uint32_t drvs);
int32_t m3_trap_dc_init(uint32_t vm);
int32_t m3_trap_dc_end(int32_t vmid);
int32_t m3_trap_get_dc(int32_t vmid, uint32_t vm);
int32_t m3_trap_get_proc(int32_t vmid, int32_t nr, uint32_t proc);
int32_t m3_trap_get_node(int32_t nodeid, uint32_t node);
int32_t m3_trap_set_node(int32_t vmid, int32_t nodeid, int present);

#endif
