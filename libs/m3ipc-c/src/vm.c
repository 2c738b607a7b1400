// SPDX-License-Identifier: Apache-2.0
/* VMs and the reservations in them. */
#include <string.h>

#include "device.h"
#include "m3ipc.h"
#include "name.h"
#include "priv.h"
#include "uapi/m3ipc.h"

_Static_assert(M3IPC_NONE == NONE && M3IPC_ANY == ANY && M3IPC_SELF == SELF, "endpoints");
_Static_assert(NR_NODES == M3IPC_MAX_NODES && MAXCOPYLEN == M3IPC_MAX_COPY, "limits");

/* The bits of dc_given, or 0 where a program that does not know it left noise. */
static unsigned int given(const vm_usr_t *vm)
{
	return (vm->dc_given & 0xffff0000u) == M3_GIVEN ? vm->dc_given & 0xffffu : 0;
}

static void fill_additions(struct m3ipc_vm_params *p, const vm_usr_t *vm)
{
	unsigned int bits = given(vm);

	if (bits & M3_VM_OWNER) {
		p->set |= M3IPC_VM_OWNER;
		p->uid = vm->dc_uid;
		p->gid = vm->dc_gid;
	}
	if (bits & M3_VM_MODE) {
		p->set |= M3IPC_VM_MODE;
		p->mode = vm->dc_mode;
	}
	if (bits & M3_VM_LEVEL) {
		p->set |= M3IPC_VM_LEVEL;
		p->level = vm->dc_level;
	}
	if (bits & M3_VM_ABI) {
		p->set |= M3IPC_VM_ABI;
		p->abi = vm->dc_abi;
	}
	if (bits & M3_VM_POLICY) {
		p->set |= M3IPC_VM_POLICY;
		p->policy = vm->dc_policy;
	}
	if (bits & M3_VM_TAG) {
		p->set |= M3IPC_VM_TAG;
		memcpy(p->tag, vm->dc_tag, sizeof(p->tag));
	}
}

static void fill_nodes(struct m3ipc_vm_params *p, const vm_usr_t *vm)
{
	p->set |= M3IPC_VM_NODES;
	if (given(vm) & M3_VM_NODEMAP)
		memcpy(p->nodes, vm->dc_nodemap, sizeof(p->nodes));
	else
		p->nodes[0] = vm->dc_nodes;
}

static int fill_limits(struct m3ipc_vm_params *p, const vm_usr_t *vm)
{
	if (vm->dc_nr_procs < 0 || vm->dc_nr_tasks < 0 || vm->dc_nr_sysprocs < 0)
		return EMOLBADRANGE;
	p->set |= M3IPC_VM_LIMITS;
	p->nr_procs = vm->dc_nr_procs;
	p->nr_tasks = vm->dc_nr_tasks;
	p->nr_sysprocs = vm->dc_nr_sysprocs;
	return OK;
}

static void fill_warning(struct m3ipc_vm_params *p, const vm_usr_t *vm)
{
	p->set |= M3IPC_VM_WARN;
	p->warn2proc = vm->dc_warn2proc;
	p->warnmsg = vm->dc_warnmsg;
}

int(mnx_vm_init)(const vm_usr_t *vm)
{
	struct m3ipc_vm_params p = {.vmid = vm->dc_dcid, .set = M3IPC_VM_NAME};
	int result;

	m3_copy_name(p.name, vm->dc_name);
	if (vm->dc_nr_nodes < 0 || vm->dc_nr_nodes > NR_NODES)
		return EMOLBADRANGE;
	if (vm->dc_nr_procs || vm->dc_nr_tasks || vm->dc_nr_sysprocs) {
		result = fill_limits(&p, vm);
		if (result < 0)
			return result;
	}
	if ((given(vm) & M3_VM_NODEMAP) || vm->dc_nodes)
		fill_nodes(&p, vm);
	/* 0 with no message type is what a cleared structure holds, not server 0. */
	if (vm->dc_warn2proc != NONE && (vm->dc_warn2proc || vm->dc_warnmsg))
		fill_warning(&p, vm);
	fill_additions(&p, vm);
	result = m3_ioctl(M3IPC_IOC_VM_INIT, &p);
	return result < 0 ? result : p.nodeid;
}

int mnx_vm_set(int vmid, const vm_usr_t *vm)
{
	struct m3ipc_vm_params p = {.vmid = vmid};
	unsigned int bits = given(vm);
	int result;

	if (!bits)
		return EMOLBADVALUE;
	if (bits & M3_VM_NAME) {
		p.set |= M3IPC_VM_NAME;
		m3_copy_name(p.name, vm->dc_name);
	}
	if (bits & M3_VM_LIMITS) {
		result = fill_limits(&p, vm);
		if (result < 0)
			return result;
	}
	if (bits & (M3_VM_NODES | M3_VM_NODEMAP))
		fill_nodes(&p, vm);
	if (bits & M3_VM_WARN)
		fill_warning(&p, vm);
	fill_additions(&p, vm);
	return m3_ioctl(M3IPC_IOC_VM_SET, &p);
}

int mnx_vm_end(int vmid)
{
	struct m3ipc_vm_ref ref = {.vmid = vmid};

	return m3_ioctl(M3IPC_IOC_VM_END, &ref);
}

static int count_nodes(const uint64_t map[NR_NODES / 64])
{
	int count = 0;

	for (int i = 0; i < NR_NODES / 64; i++)
		count += __builtin_popcountll(map[i]);
	return count;
}

static int get_vm(struct m3ipc_vm_info *i, vm_usr_t *vm)
{
	const struct m3ipc_vm_params *p = &i->params;
	int result = m3_ioctl(M3IPC_IOC_GET_VM, i);

	if (result < 0)
		return result;
	memset(vm, 0, sizeof(*vm));
	vm->dc_dcid = p->vmid;
	vm->dc_flags = DC_RUNNING;
	vm->dc_nr_procs = p->nr_procs;
	vm->dc_nr_tasks = p->nr_tasks;
	vm->dc_nr_sysprocs = p->nr_sysprocs;
	memcpy(vm->dc_nodemap, p->nodes, sizeof(vm->dc_nodemap));
	vm->dc_nr_nodes = count_nodes(vm->dc_nodemap);
	vm->dc_nodes = (unsigned long)p->nodes[0];
	vm->dc_warn2proc = p->warn2proc;
	vm->dc_warnmsg = p->warnmsg;
	memcpy(vm->dc_name, p->name, sizeof(vm->dc_name));
	vm->dc_uid = p->uid;
	vm->dc_gid = p->gid;
	vm->dc_mode = p->mode;
	vm->dc_level = p->level;
	vm->dc_abi = p->abi;
	vm->dc_policy = p->policy;
	vm->dc_bound = i->bound;
	vm->dc_reserved = i->reserved_slots;
	vm->dc_incarnation = i->incarnation;
	vm->dc_since_ns = i->since_ns;
	vm->dc_messages = i->messages;
	vm->dc_copied = i->copied;
	vm->dc_lclsent = i->lclsent;
	vm->dc_rmtsent = i->rmtsent;
	vm->dc_lclcopy = i->lclcopy;
	vm->dc_rmtcopy = i->rmtcopy;
	memcpy(vm->dc_tag, p->tag, sizeof(vm->dc_tag));
	return OK;
}

int(mnx_getvminfo)(int vmid, vm_usr_t *vm)
{
	struct m3ipc_vm_info i = {.params.vmid = vmid};

	return get_vm(&i, vm);
}

int mnx_vm_next(int vmid, vm_usr_t *vm)
{
	struct m3ipc_vm_info i = {.params.vmid = vmid, .flags = M3IPC_GET_NEXT};

	return get_vm(&i, vm);
}

static int change_node(int vmid, int nodeid, int present)
{
	vm_usr_t vm;
	int result;

	if (nodeid < 0 || nodeid >= NR_NODES)
		return EMOLBADNODEID;
	result = mnx_getvminfo(vmid, &vm);
	if (result < 0)
		return result;
	if ((int)(vm.dc_nodemap[nodeid / 64] >> (nodeid % 64) & 1) == present)
		return present ? EMOLDCNODE : EMOLNODCNODE;
	vm.dc_nodemap[nodeid / 64] ^= 1ULL << (nodeid % 64);
	vm.dc_given = M3_GIVEN | M3_VM_NODEMAP;
	return mnx_vm_set(vmid, &vm);
}

int mnx_add_node(int vmid, int nodeid)
{
	return change_node(vmid, nodeid, 1);
}

int mnx_del_node(int vmid, int nodeid)
{
	return change_node(vmid, nodeid, 0);
}

int mnx_slot_set(int vmid, int nr, const slot_usr_t *slot)
{
	struct m3ipc_slot s = {
		.vmid = vmid,
		.nr = nr,
		.set = slot->slot_given,
		.nodeid = slot->slot_nodeid,
		.uid = slot->slot_uid,
	};

	m3_priv_to_kernel(&s.priv, &slot->slot_priv);
	return m3_ioctl(M3IPC_IOC_SLOT_SET, &s);
}

int mnx_slot_clear(int vmid, int nr)
{
	struct m3ipc_slot s = {.vmid = vmid, .nr = nr};

	return m3_ioctl(M3IPC_IOC_SLOT_CLEAR, &s);
}

int mnx_slot_get(int vmid, int nr, slot_usr_t *slot)
{
	struct m3ipc_slot s = {.vmid = vmid, .nr = nr};
	int result = m3_ioctl(M3IPC_IOC_GET_SLOT, &s);

	if (result < 0)
		return result;
	slot->slot_given = s.set;
	slot->slot_nodeid = s.nodeid;
	slot->slot_uid = s.uid;
	slot->slot_reserved = s.reserved;
	m3_priv_from_kernel(&slot->slot_priv, &s.priv);
	return OK;
}
