// SPDX-License-Identifier: GPL-2.0-only
/* Life of the DRVS on this kernel. */

#include <linux/module.h>
#include <linux/timekeeping.h>

#include "access.h"
#include "binding.h"
#include "drvs.h"
#include "events.h"
#include "name.h"
#include "proc.h"
#include "vm.h"

static int boot_nodeid = -1;
module_param_named(nodeid, boot_nodeid, int, 0444);
MODULE_PARM_DESC(nodeid,
		 "nodeid of this kernel in the DRVS, 0..1023; -1 (default): set at drvs_init");

struct m3_drvs m3_drvs = {
	.mutex = __MUTEX_INITIALIZER(m3_drvs.mutex),
	.nodeid = -1,
	.params.nodeid = -1,
	.vms = XARRAY_INIT(m3_drvs.vms, 0),
};

static bool boot_nodeid_given(void)
{
	return boot_nodeid >= 0;
}

/* Settles the nodeid: the boot line's, unless it has none. */
static int settle_nodeid(struct m3ipc_drvs_params *params)
{
	if (params->nodeid < -1 || params->nodeid >= (s32)params->nr_nodes)
		return -M3IPC_EBADNODEID;
	if (!boot_nodeid_given())
		return params->nodeid < 0 ? -M3IPC_EBADNODEID : 0;
	if (boot_nodeid >= (int)params->nr_nodes)
		return -M3IPC_EBADNODEID;
	if (params->nodeid >= 0 && params->nodeid != boot_nodeid)
		return -M3IPC_EBADNODEID;
	params->nodeid = boot_nodeid;
	params->source = M3IPC_NODEID_BOOT;
	return 0;
}

static void default_to(__u32 *value, __u32 dflt)
{
	if (!*value)
		*value = dflt;
}

static void fill_defaults(struct m3ipc_drvs_params *params)
{
	default_to(&params->nr_nodes, M3IPC_MAX_NODES);
	default_to(&params->nr_vms, M3IPC_MAX_VMS);
	default_to(&params->nr_procs, M3IPC_DEFAULT_PROCS);
	default_to(&params->nr_tasks, M3IPC_DEFAULT_TASKS);
	default_to(&params->nr_sysprocs, M3IPC_DEFAULT_SYSPROCS);
	default_to(&params->max_copy, M3IPC_MAX_COPY);
	default_to(&params->user_vms, M3IPC_USER_VMS);
}

static int check_params(const struct m3ipc_drvs_params *params)
{
	if (params->flags || params->pad)
		return -EINVAL;
	if (params->source < M3IPC_NODEID_PROGRAM || params->source > M3IPC_NODEID_AGENT)
		return -M3IPC_EBADVALUE;
	if (params->nr_nodes > M3IPC_MAX_NODES || params->nr_vms > M3IPC_MAX_VMS ||
	    params->nr_procs > M3IPC_MAX_PROCS || params->nr_tasks > M3IPC_MAX_TASKS ||
	    params->nr_sysprocs < params->nr_tasks ||
	    params->nr_sysprocs > params->nr_tasks + params->nr_procs ||
	    params->max_copy > M3IPC_MAX_COPY)
		return -M3IPC_EBADRANGE;
	if (params->name[0] && !m3_name_valid(params->name))
		return -M3IPC_ENAMESIZE;
	return 0;
}

/* m3_drvs.mutex held. */
static void set_params(const struct m3ipc_drvs_params *params)
{
	m3_drvs.params = *params;
	WRITE_ONCE(m3_drvs.nodeid, params->nodeid);
	WRITE_ONCE(m3_drvs.max_copy, params->max_copy);
}

int m3_drvs_init(struct m3ipc_drvs_params *params)
{
	int rc;

	if (!m3_access_admin())
		return -EPERM;
	fill_defaults(params);
	rc = check_params(params);
	if (rc)
		return rc;

	mutex_lock(&m3_drvs.mutex);
	if (m3_drvs.running) {
		rc = -M3IPC_EDRVSBUSY;
		goto out;
	}
	rc = settle_nodeid(params);
	if (rc)
		goto out;
	if (!params->name[0])
		snprintf(params->name, sizeof(params->name), "node%d", params->nodeid);
	__module_get(THIS_MODULE); /* until drvs_end */
	set_params(params);
	m3_drvs.since_ns = ktime_get_real_ns();
	WRITE_ONCE(m3_drvs.running, true);
	m3_events_emit_drvs(M3IPC_EVENT_DRVS_UP);
out:
	mutex_unlock(&m3_drvs.mutex);
	return rc;
}

int m3_drvs_end(void)
{
	const struct m3ipc_drvs_params none = { .nodeid = -1 };
	struct m3_vm *vm;
	unsigned long vmid;
	int rc = 0;

	if (!m3_access_admin())
		return -EPERM;

	mutex_lock(&m3_drvs.mutex);
	if (!m3_drvs.running) {
		rc = -M3IPC_EDRVSINIT;
		goto out;
	}
	xa_for_each(&m3_drvs.vms, vmid, vm) {
		xa_erase(&m3_drvs.vms, vmid);
		m3_drvs.nr_vms--;
		m3_vm_shut_down(vm);
	}
	WRITE_ONCE(m3_drvs.running, false);
	m3_binding_end_self_waits(-M3IPC_EDRVSINIT);
	m3_events_emit_drvs(M3IPC_EVENT_DRVS_DOWN);
	set_params(&none);
	m3_drvs.since_ns = 0;
	module_put(THIS_MODULE);
out:
	mutex_unlock(&m3_drvs.mutex);
	return rc;
}

int m3_drvs_get_info(struct m3ipc_drvs_info *info)
{
	struct m3_vm *vm;
	unsigned long vmid;

	memset(info, 0, sizeof(*info));
	mutex_lock(&m3_drvs.mutex);
	info->params = m3_drvs.params;
	info->state = m3_drvs.running ? M3IPC_DRVS_RUNNING : 0;
	info->boot_nodeid = boot_nodeid_given() ? boot_nodeid : -1;
	info->vms = m3_drvs.nr_vms;
	xa_for_each(&m3_drvs.vms, vmid, vm)
		info->bound += READ_ONCE(vm->bound);
	info->size_proc = sizeof(struct m3_proc);
	info->since_ns = m3_drvs.since_ns;
	mutex_unlock(&m3_drvs.mutex);
	return 0;
}

static u32 vms_spanning(s32 nodeid)
{
	struct m3_vm *vm;
	unsigned long vmid;
	u32 count = 0;

	xa_for_each(&m3_drvs.vms, vmid, vm)
		count += m3_vm_has_node(vm, nodeid);
	return count;
}

/*
 * The first node from @nodeid on that a VM spans or that is ours; nr_nodes if there is none. Each
 * VM is looked at once, whatever the number of nodes. m3_drvs.mutex held.
 */
static s32 next_known_node(s32 nodeid)
{
	u64 known[M3IPC_NODE_WORDS] = {};
	s32 local = m3_drvs.params.nodeid;
	struct m3_vm *vm;
	unsigned long vmid;
	int i;

	lockdep_assert_held(&m3_drvs.mutex);
	known[local / 64] = BIT_ULL(local % 64);
	xa_for_each(&m3_drvs.vms, vmid, vm) {
		for (i = 0; i < M3IPC_NODE_WORDS; i++)
			known[i] |= vm->nodes[i];
	}
	while (nodeid < (s32)m3_drvs.params.nr_nodes &&
	       !(known[nodeid / 64] & BIT_ULL(nodeid % 64)))
		nodeid++;
	return nodeid;
}

int m3_drvs_get_node(struct m3ipc_node_info *info)
{
	bool next = info->flags & M3IPC_GET_NEXT;
	s32 nodeid = info->nodeid;
	int rc = -M3IPC_EBADNODEID;

	if (info->flags & ~M3IPC_GET_NEXT)
		return -EINVAL;
	if (nodeid < 0)
		return -M3IPC_EBADNODEID;
	memset(info, 0, sizeof(*info));

	mutex_lock(&m3_drvs.mutex);
	if (!m3_drvs.running) {
		rc = -M3IPC_EDRVSINIT;
		goto out;
	}
	if (next)
		nodeid = next_known_node(nodeid);
	if (nodeid >= (s32)m3_drvs.params.nr_nodes)
		goto out;
	info->nodeid = nodeid;
	info->vms = vms_spanning(nodeid);
	info->flags = info->vms ? M3IPC_NODE_ATTACHED : 0;
	if (nodeid == m3_drvs.params.nodeid) {
		info->flags |= M3IPC_NODE_LOCAL;
		memcpy(info->name, m3_drvs.params.name, sizeof(info->name));
	}
	rc = 0;
out:
	mutex_unlock(&m3_drvs.mutex);
	return rc;
}
