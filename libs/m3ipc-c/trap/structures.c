// SPDX-License-Identifier: Apache-2.0
/* Calls that move a structure of M3-IPC 4.1. */
#include "structures.h"

#include "door.h"
#include "m3ipc.h"
#include "uapi/m3ipc.h"

static int32_t limit(uint64_t value)
{
	return value > INT32_MAX ? INT32_MAX : (int32_t)value;
}

/* What does not fit is cut: a program of that time could have set no longer one. */
static void old_name(char to[OLD_NAME_SIZE], const char from[M3IPC_NAME_SIZE])
{
	int i = 0;

	for (; i < OLD_NAME_SIZE - 1 && from[i]; i++)
		to[i] = from[i];
	for (; i < OLD_NAME_SIZE; i++)
		to[i] = 0;
}

/* Without its NUL it is too long, and stays so. */
static void new_name(char to[M3IPC_NAME_SIZE], const char from[OLD_NAME_SIZE])
{
	for (int i = 0; i < OLD_NAME_SIZE && from[i]; i++)
		to[i] = from[i];
}

/* ------------------------------------------------------------- DRVS ---- */

int32_t m3_trap_dvs_init(int32_t nodeid, uint32_t drvs)
{
	struct m3ipc_drvs_params p = {.nodeid = nodeid, .source = M3IPC_NODEID_PROGRAM};
	struct old_dvs old;
	int32_t result;

	if (drvs) {
		result = m3_trap_read(&old, drvs, sizeof(old));
		if (result < 0)
			return result;
		if (old.nr_dcs < 0 || old.nr_nodes < 0 || old.nr_procs < 0 || old.nr_tasks < 0 ||
		    old.nr_sysprocs < 0 || old.max_copylen < 0)
			return EMOLBADRANGE;
		p.nr_vms = old.nr_dcs;
		p.nr_nodes = old.nr_nodes;
		p.nr_procs = old.nr_procs;
		p.nr_tasks = old.nr_tasks;
		p.nr_sysprocs = old.nr_sysprocs;
		p.max_copy = old.max_copylen;
		p.dbglvl = old.dbglvl;
	}
	result = m3_trap_ioctl(M3IPC_IOC_DRVS_INIT, &p);
	return result < 0 ? result : p.nodeid;
}

/* "1.2.3" */
static void read_version(const char *release, int32_t *version, int32_t *subver)
{
	*version = *subver = 0;
	for (; *release >= '0' && *release <= '9'; release++)
		*version = 10 * *version + *release - '0';
	if (*release++ != '.')
		return;
	for (; *release >= '0' && *release <= '9'; release++)
		*subver = 10 * *subver + *release - '0';
}

int32_t m3_trap_get_dvs(uint32_t drvs)
{
	struct m3ipc_drvs_info i = {0};
	struct m3ipc_version module = {0};
	int32_t result = m3_trap_ioctl(M3IPC_IOC_GET_DRVS, &i);
	struct old_dvs old = {
		.nr_dcs = i.params.nr_vms,
		.nr_nodes = i.params.nr_nodes,
		.nr_procs = i.params.nr_procs,
		.nr_tasks = i.params.nr_tasks,
		.nr_sysprocs = i.params.nr_sysprocs,
		.max_copybuf = MAXCOPYBUF,
		.max_copylen = i.params.max_copy,
		.dbglvl = i.params.dbglvl,
		.size_proc = i.size_proc,
	};

	if (result >= 0)
		result = m3_trap_ioctl(M3IPC_IOC_GET_VERSION, &module);
	if (result < 0)
		return result;
	read_version(module.release, &old.version, &old.subver);
	result = m3_trap_write(drvs, &old, sizeof(old));
	if (result < 0)
		return result;
	return (i.state & M3IPC_DRVS_RUNNING) ? i.params.nodeid : EMOLDVSINIT;
}

int32_t m3_trap_get_node(int32_t nodeid, uint32_t node)
{
	struct m3ipc_node_info i = {.nodeid = nodeid};
	int32_t result = m3_trap_ioctl(M3IPC_IOC_GET_NODE, &i);
	struct old_node old = {
		.nodeid = i.nodeid,
		.flags = i.flags,
		.proxies = NONE,
		.sent_at = {i.last_sent_ns / 1000000000, i.last_sent_ns % 1000000000},
		.received_at = {i.last_received_ns / 1000000000, i.last_received_ns % 1000000000},
		.sent = i.sent,
		.received = i.received,
	};
	struct m3ipc_vm_info vm = {.flags = M3IPC_GET_NEXT};

	if (result < 0)
		return result;
	old_name(old.name, i.name);
	/* The VMs that fit its bits and span the node. */
	while (vm.params.vmid < 32 && m3_trap_ioctl(M3IPC_IOC_GET_VM, &vm) == OK) {
		if (vm.params.vmid < 32 && (vm.params.nodes[nodeid / 64] >> (nodeid % 64) & 1))
			old.dcs |= 1u << vm.params.vmid;
		vm = (struct m3ipc_vm_info){.params.vmid = vm.params.vmid + 1,
					    .flags = M3IPC_GET_NEXT};
	}
	return m3_trap_write(node, &old, sizeof(old));
}

/* -------------------------------------------------------------- VMs ---- */

int32_t m3_trap_dc_init(uint32_t vm)
{
	struct m3ipc_vm_params p = {.set = M3IPC_VM_NAME};
	struct old_dc old;
	int32_t result = m3_trap_read(&old, vm, sizeof(old));

	if (result < 0)
		return result;
	if (old.nr_procs < 0 || old.nr_tasks < 0 || old.nr_sysprocs < 0 || old.nr_nodes < 0 ||
	    old.nr_nodes > NR_NODES)
		return EMOLBADRANGE;
	p.vmid = old.dcid;
	new_name(p.name, old.name);
	if (old.nr_procs || old.nr_tasks || old.nr_sysprocs) {
		p.set |= M3IPC_VM_LIMITS;
		p.nr_procs = old.nr_procs;
		p.nr_tasks = old.nr_tasks;
		p.nr_sysprocs = old.nr_sysprocs;
	}
	if (old.nodes) {
		p.set |= M3IPC_VM_NODES;
		p.nodes[0] = old.nodes;
	}
	/* 0 with no message type is what a cleared structure holds, not server 0. */
	if (old.warn2proc != NONE && (old.warn2proc || old.warnmsg)) {
		p.set |= M3IPC_VM_WARN;
		p.warn2proc = old.warn2proc;
		p.warnmsg = old.warnmsg;
	}
	result = m3_trap_ioctl(M3IPC_IOC_VM_INIT, &p);
	return result < 0 ? result : p.nodeid;
}

int32_t m3_trap_dc_end(int32_t vmid)
{
	struct m3ipc_vm_ref ref = {.vmid = vmid};

	return m3_trap_ioctl(M3IPC_IOC_VM_END, &ref);
}

int32_t m3_trap_get_dc(int32_t vmid, uint32_t vm)
{
	struct m3ipc_vm_info i = {.params.vmid = vmid};
	int32_t result = m3_trap_ioctl(M3IPC_IOC_GET_VM, &i);
	struct old_dc old = {
		.dcid = i.params.vmid,
		.flags = DC_RUNNING,
		.nr_procs = i.params.nr_procs,
		.nr_tasks = i.params.nr_tasks,
		.nr_sysprocs = i.params.nr_sysprocs,
		.nodes = i.params.nodes[0],
		.warn2proc = i.params.warn2proc,
		.warnmsg = i.params.warnmsg,
	};

	if (result < 0)
		return result;
	for (int node = 0; node < M3IPC_MAX_NODES; node++)
		old.nr_nodes += i.params.nodes[node / 64] >> (node % 64) & 1;
	old_name(old.name, i.params.name);
	return m3_trap_write(vm, &old, sizeof(old));
}

int32_t m3_trap_set_node(int32_t vmid, int32_t nodeid, int present)
{
	struct m3ipc_vm_info i = {.params.vmid = vmid};
	struct m3ipc_vm_params p = {.vmid = vmid, .set = M3IPC_VM_NODES};
	int32_t result;

	if (nodeid < 0 || nodeid >= M3IPC_MAX_NODES)
		return EMOLBADNODEID;
	result = m3_trap_ioctl(M3IPC_IOC_GET_VM, &i);
	if (result < 0)
		return result;
	for (int word = 0; word < M3IPC_NODE_WORDS; word++)
		p.nodes[word] = i.params.nodes[word];
	if ((int)(p.nodes[nodeid / 64] >> (nodeid % 64) & 1) == present)
		return present ? EMOLDCNODE : EMOLNODCNODE;
	p.nodes[nodeid / 64] ^= 1ULL << (nodeid % 64);
	return m3_trap_ioctl(M3IPC_IOC_VM_SET, &p);
}

/* -------------------------------------------------------- processes ---- */

int32_t m3_trap_get_proc(int32_t vmid, int32_t nr, uint32_t proc)
{
	struct m3ipc_proc_info i = {.vmid = vmid, .nr = nr};
	int32_t result = m3_trap_ioctl(M3IPC_IOC_GET_PROC, &i);
	struct old_proc old = {
		.nr = i.nr,
		.endpoint = i.endpoint,
		.dcid = i.vmid,
		.rts_flags = i.rts_flags,
		.lpid = i.pid,
		.nodeid = i.nodeid,
		.nodemap = i.nodeid >= 0 && i.nodeid < 32 ? 1u << i.nodeid : 0,
		.misc_flags = i.misc_flags,
		.getfrom = i.getfrom,
		.sendto = i.sendto,
		.waitmigr = NONE,
		.waitunbind = NONE,
		.proxy = NONE,
		.lclsent = limit(i.lclsent),
		.rmtsent = limit(i.rmtsent),
		.lclcopy = limit(i.lclcopy),
		.rmtcopy = limit(i.rmtcopy),
	};

	if (result < 0)
		return result;
	old_name(old.name, i.name);
	return m3_trap_write(proc, &old, sizeof(old));
}
