// SPDX-License-Identifier: Apache-2.0
/* The DRVS and its nodes. */
#include <stdio.h>
#include <string.h>

#include "device.h"
#include "m3ipc.h"
#include "name.h"
#include "uapi/m3ipc.h"

static int is_given(unsigned int given, unsigned int bit)
{
	return (given & 0xffff0000u) == M3_GIVEN && (given & bit);
}

int(mnx_drvs_init)(int nodeid, const drvs_usr_t *drvs)
{
	struct m3ipc_drvs_params p = {.nodeid = nodeid, .source = M3IPC_NODEID_PROGRAM};
	int result;

	if (drvs) {
		if (drvs->d_nr_dcs < 0 || drvs->d_nr_nodes < 0 || drvs->d_nr_procs < 0 ||
		    drvs->d_nr_tasks < 0 || drvs->d_nr_sysprocs < 0 || drvs->d_max_copylen < 0)
			return EMOLBADRANGE;
		p.nr_vms = drvs->d_nr_dcs;
		p.nr_nodes = drvs->d_nr_nodes;
		p.nr_procs = drvs->d_nr_procs;
		p.nr_tasks = drvs->d_nr_tasks;
		p.nr_sysprocs = drvs->d_nr_sysprocs;
		p.max_copy = drvs->d_max_copylen;
		p.dbglvl = drvs->d_dbglvl;
		if (is_given(drvs->d_given, M3_DRVS_NAME))
			m3_copy_name(p.name, drvs->d_name);
		if (is_given(drvs->d_given, M3_DRVS_UUID))
			memcpy(p.uuid, drvs->d_uuid, sizeof(p.uuid));
		if (is_given(drvs->d_given, M3_DRVS_SOURCE))
			p.source = drvs->d_source;
		if (is_given(drvs->d_given, M3_DRVS_USERVMS))
			p.user_vms = drvs->d_user_vms;
	}
	result = m3_ioctl(M3IPC_IOC_DRVS_INIT, &p);
	return result < 0 ? result : p.nodeid;
}

int mnx_drvs_end(void)
{
	return m3_ioctl(M3IPC_IOC_DRVS_END, NULL);
}

int(mnx_getdrvsinfo)(drvs_usr_t *drvs)
{
	struct m3ipc_drvs_info i = {0};
	m3_version_t version;
	int result = m3_ioctl(M3IPC_IOC_GET_DRVS, &i);

	if (result < 0)
		return result;
	memset(drvs, 0, sizeof(*drvs));
	drvs->d_nr_dcs = i.params.nr_vms;
	drvs->d_nr_nodes = i.params.nr_nodes;
	drvs->d_nr_procs = i.params.nr_procs;
	drvs->d_nr_tasks = i.params.nr_tasks;
	drvs->d_nr_sysprocs = i.params.nr_sysprocs;
	drvs->d_max_copybuf = MAXCOPYBUF;
	drvs->d_max_copylen = i.params.max_copy;
	drvs->d_dbglvl = i.params.dbglvl;
	if (mnx_getversion(&version) == OK)
		sscanf(version.release, "%d.%d", &drvs->d_version, &drvs->d_subver);
	drvs->d_size_proc = i.size_proc;
	drvs->d_nodeid = i.params.nodeid;
	drvs->d_boot_nodeid = i.boot_nodeid;
	drvs->d_source = i.params.source;
	drvs->d_user_vms = i.params.user_vms;
	drvs->d_vms = i.vms;
	drvs->d_bound = i.bound;
	drvs->d_since_ns = i.since_ns;
	memcpy(drvs->d_name, i.params.name, sizeof(drvs->d_name));
	memcpy(drvs->d_uuid, i.params.uuid, sizeof(drvs->d_uuid));
	return (i.state & M3IPC_DRVS_RUNNING) ? i.params.nodeid : EMOLDVSINIT;
}

static struct timespec to_timespec(uint64_t ns)
{
	return (struct timespec){.tv_sec = ns / 1000000000, .tv_nsec = ns % 1000000000};
}

/* The VMs with numbers 0.. that fit a long and span the node, as bits. */
static unsigned long vms_of_node(int nodeid)
{
	unsigned long bits = 0;
	vm_usr_t vm;
	int vmid = 0;

	while (vmid < (int)(8 * sizeof(bits)) && mnx_vm_next(vmid, &vm) == OK) {
		if (vm.dc_dcid < (int)(8 * sizeof(bits)) &&
		    vm.dc_nodemap[nodeid / 64] >> (nodeid % 64) & 1)
			bits |= 1UL << vm.dc_dcid;
		vmid = vm.dc_dcid + 1;
	}
	return bits;
}

int(mnx_getnodeinfo)(int nodeid, node_usr_t *node)
{
	struct m3ipc_node_info i = {.nodeid = nodeid};
	int result = m3_ioctl(M3IPC_IOC_GET_NODE, &i);

	if (result < 0)
		return result;
	memset(node, 0, sizeof(*node));
	node->n_nodeid = i.nodeid;
	node->n_flags = i.flags;
	if (i.flags & M3IPC_NODE_LINKED)
		node->n_flags |= NODE_SCONNECTED | NODE_RCONNECTED;
	node->n_proxies = NONE;
	node->n_dcs = vms_of_node(i.nodeid);
	node->n_stimestamp = to_timespec(i.last_sent_ns);
	node->n_rtimestamp = to_timespec(i.last_received_ns);
	node->n_pxsent = i.sent;
	node->n_pxrcvd = i.received;
	node->n_vms = i.vms;
	memcpy(node->n_name, i.name, sizeof(node->n_name));
	return OK;
}
