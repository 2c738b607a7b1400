// SPDX-License-Identifier: Apache-2.0
/*
 * Calls of M3-IPC 4.1 for proxies in user space, replicas and migration: declared
 * so that programs link, answered ENOSYS. Links between kernels replace proxies.
 */
#include "m3ipc.h"

#define ABSENT(name, ...)         \
	int name(__VA_ARGS__)     \
	{                         \
		return EMOLNOSYS; \
	}
#define UNUSED __attribute__((unused))

ABSENT((mnx_rmtbind), UNUSED int vmid, UNUSED char *name, UNUSED int endpoint, UNUSED int nodeid)
ABSENT(mnx_bkupbind, UNUSED int vmid, UNUSED int pid, UNUSED int endpoint, UNUSED int nodeid)
ABSENT(mnx_replbind, UNUSED int vmid, UNUSED int pid, UNUSED int endpoint)
ABSENT(mnx_umbind, UNUSED int vmid, UNUSED int pid, UNUSED int endpoint)
ABSENT((mnx_getproxyinfo), UNUSED int proxy, UNUSED proc_usr_t *sender, UNUSED proc_usr_t *receiver)
ABSENT((mnx_proxies_bind), UNUSED char *name, UNUSED int proxy, UNUSED int sender,
       UNUSED int receiver, UNUSED int maxcopybuf)
ABSENT(mnx_proxies_unbind, UNUSED int proxy)
ABSENT(mnx_proxy_conn, UNUSED int proxy, UNUSED int status)
ABSENT((mnx_node_up), UNUSED char *name, UNUSED int nodeid, UNUSED int proxy)
ABSENT(mnx_node_down, UNUSED int nodeid)
ABSENT((mnx_get2rmt_T), UNUSED void *header, UNUSED void *payload, UNUSED long ms)
ABSENT((mnx_get2rmt), UNUSED void *header, UNUSED void *payload)
ABSENT((mnx_put2lcl), UNUSED void *header, UNUSED void *payload)
ABSENT(mnx_migr_start, UNUSED int vmid, UNUSED int endpoint)
ABSENT(mnx_migr_rollback, UNUSED int vmid, UNUSED int endpoint)
ABSENT(mnx_migr_commit, UNUSED int pid, UNUSED int vmid, UNUSED int endpoint, UNUSED int nodeid)
ABSENT((mnx_void), UNUSED int srcdst, UNUSED message *m)
