// SPDX-License-Identifier: GPL-2.0-only
/* Life of VMs. */

#include <linux/compat.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>
#include <linux/user_namespace.h>

#include "access.h"
#include "binding.h"
#include "drvs.h"
#include "endpoint.h"
#include "events.h"
#include "name.h"
#include "priv.h"
#include "proc.h"
#include "procfs.h"
#include "slot.h"
#include "vm.h"
#include "wait.h"

static struct workqueue_struct *free_queue;
static u64 last_incarnation; /* protected by m3_drvs.mutex */

/* ---- finding ---- */

void m3_vm_hold(struct m3_vm *vm)
{
	refcount_inc(&vm->refs);
}

static void free_vm(struct work_struct *work)
{
	struct m3_vm *vm = container_of(work, struct m3_vm, free_work);

	m3_slot_free_all(vm);
	kfree_rcu(vm, rcu);
}

void m3_vm_put(struct m3_vm *vm)
{
	if (refcount_dec_and_test(&vm->refs))
		queue_work(free_queue, &vm->free_work);
}

struct m3_vm *m3_vm_get(s32 vmid)
{
	struct m3_vm *vm;
	int rc = m3_drvs_check();

	if (rc)
		return ERR_PTR(rc);
	if (vmid < 0 || vmid > M3IPC_MAX_VMID)
		return ERR_PTR(-M3IPC_EBADVMID);
	rcu_read_lock();
	vm = xa_load(&m3_drvs.vms, vmid);
	if (vm && !refcount_inc_not_zero(&vm->refs))
		vm = NULL;
	rcu_read_unlock();
	return vm ? vm : ERR_PTR(-M3IPC_EVMNOTRUN);
}

struct m3_vm *m3_vm_get_or_own(s32 vmid)
{
	struct m3_proc *me;
	struct m3_vm *vm = NULL;
	int rc = m3_drvs_check();

	if (vmid != M3IPC_OWN_VM)
		return m3_vm_get(vmid);
	if (rc)
		return ERR_PTR(rc);
	rcu_read_lock();
	me = m3_binding_current();
	if (me && refcount_inc_not_zero(&me->vm->refs))
		vm = me->vm;
	rcu_read_unlock();
	return vm ? vm : ERR_PTR(-M3IPC_ENOTBIND);
}

struct m3_vm *m3_vm_get_next(s32 vmid)
{
	unsigned long index = max(vmid, 0);
	struct m3_vm *vm;

	rcu_read_lock();
	do {
		vm = xa_find(&m3_drvs.vms, &index, M3IPC_MAX_VMID, XA_PRESENT);
		index++;
	} while (vm && !refcount_inc_not_zero(&vm->refs));
	rcu_read_unlock();
	return vm;
}

struct m3_owner m3_vm_owner(struct m3_vm *vm)
{
	struct m3_owner owner;

	raw_spin_lock(&vm->lock);
	owner = vm->owner;
	raw_spin_unlock(&vm->lock);
	return owner;
}

/* ---- parameters ---- */

static int check_limits(const struct m3ipc_vm_params *params)
{
	if (params->nr_procs < 1 || params->nr_procs > M3IPC_MAX_PROCS ||
	    params->nr_tasks > M3IPC_MAX_TASKS || params->nr_sysprocs < params->nr_tasks ||
	    params->nr_sysprocs > params->nr_tasks + params->nr_procs)
		return -M3IPC_EBADRANGE;
	return 0;
}

static int check_nodes(const struct m3ipc_vm_params *params)
{
	s32 local = m3_drvs.params.nodeid;
	u32 node;

	for (node = m3_drvs.params.nr_nodes; node < M3IPC_MAX_NODES; node++) {
		if (params->nodes[node / 64] & BIT_ULL(node % 64))
			return -M3IPC_EBADNODEID;
	}
	return params->nodes[local / 64] & BIT_ULL(local % 64) ? 0 : -M3IPC_ENOVMNODE;
}

static int check_values(const struct m3ipc_vm_params *params)
{
	u32 set = params->set;

	if (set & M3IPC_VM_MODE && params->mode & ~0777)
		return -M3IPC_EBADVALUE;
	if (set & M3IPC_VM_LEVEL && params->level > M3IPC_LEVEL_SYSTEM)
		return -M3IPC_EBADVALUE;
	if (set & M3IPC_VM_ABI && params->abi > M3IPC_ABI_64)
		return -M3IPC_EBADVALUE;
	if (set & M3IPC_VM_POLICY && params->policy > M3IPC_POLICY_GRANTS)
		return -M3IPC_EBADVALUE;
	return 0;
}

/* Whether those warned of deaths could be bound in @self, or (NULL) the new VM. */
static int check_warned(const struct m3ipc_vm_params *params, const struct m3_vm *self)
{
	s32 nr = m3_endpoint_nr(params->warn2proc);
	bool kept = self && !(params->set & M3IPC_VM_LIMITS);
	s32 tasks = kept ? self->nr_tasks : params->nr_tasks;
	s32 procs = kept ? self->nr_procs : params->nr_procs;

	if (!(params->set & M3IPC_VM_WARN) || params->warn2proc == M3IPC_NONE)
		return 0;
	if (params->warn2proc == M3IPC_ANY || nr < -tasks || nr >= procs)
		return -M3IPC_EBADVALUE;
	return 0;
}

/* The owner that @params ask for. Users keep what is theirs; root gives to whom it stands over. */
static int wanted_owner(const struct m3ipc_vm_params *params, struct m3_owner *owner)
{
	if (!(params->set & M3IPC_VM_OWNER))
		return 0;
	owner->uid = make_kuid(current_user_ns(), params->uid);
	owner->gid = make_kgid(current_user_ns(), params->gid);
	if (!uid_valid(owner->uid) || !gid_valid(owner->gid))
		return -M3IPC_EBADVALUE;
	if (m3_access_root_of(owner))
		return 0;
	if (!uid_eq(owner->uid, current_euid()) || !in_group_p(owner->gid))
		return -EPERM;
	return 0;
}

static struct m3_vm *find_by_name(const char *name)
{
	struct m3_vm *vm;
	unsigned long vmid;

	xa_for_each(&m3_drvs.vms, vmid, vm) {
		if (!strncmp(vm->name, name, sizeof(vm->name)))
			return vm;
	}
	return NULL;
}

/* Checks all that VM_INIT and VM_SET have in common. m3_drvs.mutex held. */
static int check_params(const struct m3ipc_vm_params *params, const struct m3_vm *self)
{
	struct m3_vm *other;
	int rc = check_values(params);

	if (!rc)
		rc = check_warned(params, self);
	if (!rc && params->set & M3IPC_VM_LEVEL && !m3_priv_may_give(self, params->level))
		rc = -EPERM;
	if (!rc && params->set & M3IPC_VM_NODES)
		rc = check_nodes(params);
	if (rc || !(params->set & M3IPC_VM_NAME))
		return rc;
	if (!m3_name_valid(params->name))
		return -M3IPC_ENAMESIZE;
	other = find_by_name(params->name);
	return other && other != self ? -M3IPC_ERSCBUSY : 0;
}

/* Puts what both calls may change into @vm. vm->lock held, or @vm new. */
static void apply_params(struct m3_vm *vm, const struct m3ipc_vm_params *params,
			 const struct m3_owner *owner)
{
	vm->owner = *owner;
	if (params->set & M3IPC_VM_MODE)
		vm->owner.mode = params->mode;
	if (params->set & M3IPC_VM_NAME)
		strscpy_pad(vm->name, params->name, sizeof(vm->name));
	if (params->set & M3IPC_VM_NODES)
		memcpy(vm->nodes, params->nodes, sizeof(vm->nodes));
	if (params->set & M3IPC_VM_LEVEL)
		WRITE_ONCE(vm->level, params->level);
	if (params->set & M3IPC_VM_POLICY)
		WRITE_ONCE(vm->policy, params->policy);
	if (params->set & M3IPC_VM_TAG)
		memcpy(vm->tag, params->tag, sizeof(vm->tag));
	if (params->set & M3IPC_VM_WARN) {
		WRITE_ONCE(vm->warn2proc, params->warn2proc);
		WRITE_ONCE(vm->warnmsg, params->warnmsg);
	}
}

/* ---- vm_init ---- */

static u32 count_of_user(kuid_t uid)
{
	struct m3_vm *vm;
	unsigned long vmid;
	u32 count = 0;

	xa_for_each(&m3_drvs.vms, vmid, vm)
		count += uid_eq(vm->creator, uid);
	return count;
}

static int check_quota(s32 vmid)
{
	if (m3_drvs.nr_vms >= m3_drvs.params.nr_vms)
		return -M3IPC_ERSCBUSY;
	if (m3_access_admin())
		return 0;
	if (vmid < M3IPC_USER_VMID_MIN)
		return -EPERM;
	if (count_of_user(m3_access_charged()) >= m3_drvs.params.user_vms)
		return -M3IPC_ERSCBUSY;
	return 0;
}

static void default_limits(struct m3ipc_vm_params *params)
{
	if (params->set & M3IPC_VM_LIMITS)
		return;
	params->nr_procs = m3_drvs.params.nr_procs;
	params->nr_tasks = m3_drvs.params.nr_tasks;
	params->nr_sysprocs = m3_drvs.params.nr_sysprocs;
}

static u32 wanted_abi(const struct m3ipc_vm_params *params)
{
	if (params->set & M3IPC_VM_ABI && params->abi != M3IPC_ABI_CALLER)
		return params->abi;
	return in_compat_syscall() ? M3IPC_ABI_32 : M3IPC_ABI_64;
}

static struct m3_vm *alloc_vm(const struct m3ipc_vm_params *params, const struct m3_owner *owner)
{
	s32 local = m3_drvs.params.nodeid;
	struct m3_vm *vm = kzalloc(sizeof(*vm), GFP_KERNEL_ACCOUNT);

	if (!vm)
		return NULL;
	vm->vmid = params->vmid;
	vm->nr_tasks = params->nr_tasks;
	vm->nr_procs = params->nr_procs;
	vm->nr_servers = params->nr_sysprocs - params->nr_tasks;
	vm->abi = wanted_abi(params);
	vm->level = M3IPC_LEVEL_SERVER;
	vm->warn2proc = M3IPC_NONE;
	vm->nodes[local / 64] = BIT_ULL(local % 64);
	vm->creator = m3_access_charged();
	vm->incarnation = ++last_incarnation;
	vm->since_ns = ktime_get_real_ns();
	raw_spin_lock_init(&vm->lock);
	raw_spin_lock_init(&vm->deadlock_lock);
	xa_init(&vm->slots);
	xa_init(&vm->tasks);
	refcount_set(&vm->refs, 1);
	INIT_WORK(&vm->free_work, free_vm);
	apply_params(vm, params, owner);
	return vm;
}

/* m3_drvs.mutex held; the parameters are good. */
static int create_vm(const struct m3ipc_vm_params *params, const struct m3_owner *owner)
{
	struct m3_vm *vm = alloc_vm(params, owner);
	int rc;

	if (!vm)
		return -ENOMEM;
	rc = m3_procfs_add_vm(vm);
	if (!rc) {
		rc = xa_insert(&m3_drvs.vms, vm->vmid, vm, GFP_KERNEL_ACCOUNT);
		if (rc)
			m3_procfs_remove_vm(vm);
	}
	if (rc) {
		m3_vm_put(vm);
		return rc == -EBUSY ? -M3IPC_ERSCBUSY : rc;
	}
	m3_drvs.nr_vms++;
	raw_spin_lock(&vm->lock);
	m3_events_emit_vm(M3IPC_EVENT_VM_UP, vm);
	raw_spin_unlock(&vm->lock);
	return 0;
}

#define SET_OF_INIT (M3IPC_VM_NAME * 2 - 1)
#define SET_OF_SET (SET_OF_INIT & ~M3IPC_VM_ABI)

int m3_vm_init(struct m3ipc_vm_params *params)
{
	struct m3_owner owner = { current_euid(), current_egid(), M3IPC_MODE_DEFAULT };
	int rc;

	if (params->set & ~SET_OF_INIT)
		return -EINVAL;
	if (params->vmid < 0 || params->vmid > M3IPC_MAX_VMID)
		return -M3IPC_EBADVMID;
	params->set |= M3IPC_VM_NAME;

	mutex_lock(&m3_drvs.mutex);
	rc = m3_drvs_check();
	if (rc)
		goto out;
	default_limits(params);
	rc = wanted_owner(params, &owner);
	if (!rc)
		rc = check_quota(params->vmid);
	if (!rc)
		rc = check_limits(params);
	if (!rc)
		rc = check_params(params, NULL);
	if (!rc && xa_load(&m3_drvs.vms, params->vmid))
		rc = -M3IPC_ERSCBUSY;
	if (!rc)
		rc = create_vm(params, &owner);
	params->nodeid = m3_drvs.params.nodeid;
out:
	mutex_unlock(&m3_drvs.mutex);
	return rc;
}

/* ---- vm_set ---- */

/* Limits go upward only: of processes, of tasks, and of the servers among the system slots. */
static int check_growth(const struct m3_vm *vm, const struct m3ipc_vm_params *params)
{
	int rc;

	if (!(params->set & M3IPC_VM_LIMITS))
		return 0;
	rc = check_limits(params);
	if (rc)
		return rc;
	if (params->nr_procs < vm->nr_procs || params->nr_tasks < vm->nr_tasks ||
	    params->nr_sysprocs - params->nr_tasks < vm->nr_servers)
		return -M3IPC_EBADRANGE;
	return 0;
}

/*
 * vm->lock held. Who is bound in a slot that becomes a system slot keeps its endpoint; the next
 * there has its number.
 */
static void grow(struct m3_vm *vm, const struct m3ipc_vm_params *params)
{
	WRITE_ONCE(vm->nr_procs, params->nr_procs);
	WRITE_ONCE(vm->nr_tasks, params->nr_tasks);
	WRITE_ONCE(vm->nr_servers, params->nr_sysprocs - params->nr_tasks);
	m3_wait_system_slots(vm);
}

/* m3_drvs.mutex held. */
static int change_vm(struct m3_vm *vm, const struct m3ipc_vm_params *params)
{
	struct m3_owner owner = m3_vm_owner(vm);
	bool renamed = params->set & M3IPC_VM_NAME && strcmp(vm->name, params->name);
	int rc;

	if (vm->ended)
		return -M3IPC_EVMNOTRUN;
	rc = wanted_owner(params, &owner);
	if (!rc)
		rc = check_growth(vm, params);
	if (!rc)
		rc = check_params(params, vm);
	if (!rc && renamed)
		rc = m3_procfs_rename_vm(vm, params->name);
	if (rc)
		return rc;
	raw_spin_lock(&vm->lock);
	apply_params(vm, params, &owner);
	if (params->set & M3IPC_VM_LIMITS)
		grow(vm, params);
	m3_events_emit_vm(M3IPC_EVENT_VM_SET, vm);
	raw_spin_unlock(&vm->lock);
	return 0;
}

int m3_vm_set(const struct m3ipc_vm_params *params)
{
	struct m3_vm *vm;
	int rc = -EPERM;

	if (params->set & ~SET_OF_SET)
		return -EINVAL;
	vm = m3_vm_get(params->vmid);
	if (IS_ERR(vm))
		return PTR_ERR(vm);
	if (m3_access_vm(vm, M3IPC_MODE_MANAGE)) {
		mutex_lock(&m3_drvs.mutex);
		rc = change_vm(vm, params);
		mutex_unlock(&m3_drvs.mutex);
	}
	m3_vm_put(vm);
	return rc;
}

/* ---- vm_end ---- */

/* Every bound process, held, in one list. Nobody can bind any more. */
static void collect_bound(struct m3_vm *vm, struct list_head *list)
{
	struct m3_proc *proc;
	s32 nr = S32_MIN;

	rcu_read_lock();
	for (proc = m3_proc_next(vm, &nr); proc; nr++, proc = m3_proc_next(vm, &nr)) {
		if (m3_proc_try_hold(proc))
			list_add_tail(&proc->ending, list);
	}
	rcu_read_unlock();
}

void m3_vm_shut_down(struct m3_vm *vm)
{
	struct m3_ending ending = { M3IPC_CAUSE_VM_END, 0, -M3IPC_EVMNOTRUN };
	struct m3_proc *proc, *next;
	LIST_HEAD(bound);

	lockdep_assert_held(&m3_drvs.mutex);

	raw_spin_lock(&vm->lock);
	WRITE_ONCE(vm->ended, true);
	m3_wait_vm_ended(vm);
	raw_spin_unlock(&vm->lock);

	collect_bound(vm, &bound);
	list_for_each_entry_safe(proc, next, &bound, ending) {
		if (m3_binding_cut(proc, &ending))
			continue;
		list_del(&proc->ending); /* it has ended by itself */
		m3_proc_put(proc);
	}
	list_for_each_entry(proc, &bound, ending)
		m3_binding_tell(proc, &ending);
	/* Signals come after: the result of a blocked call is that of the VM's end. */
	list_for_each_entry_safe(proc, next, &bound, ending) {
		if (!same_thread_group(proc->task, current)) /* who knows already */
			send_sig(SIGPIPE, proc->task, 1);
		m3_proc_put(proc);
	}
	m3_procfs_remove_vm(vm);
	raw_spin_lock(&vm->lock);
	m3_events_emit_vm(M3IPC_EVENT_VM_DOWN, vm);
	raw_spin_unlock(&vm->lock);
	m3_vm_put(vm);
}

int m3_vm_end(const struct m3ipc_vm_ref *ref)
{
	struct m3_vm *vm;
	int rc = 0;

	if (ref->flags)
		return -EINVAL;
	vm = m3_vm_get(ref->vmid);
	if (IS_ERR(vm))
		return PTR_ERR(vm);
	mutex_lock(&m3_drvs.mutex);
	if (!m3_access_vm(vm, M3IPC_MODE_MANAGE)) {
		rc = -EPERM;
	} else if (vm->ended) {
		rc = -M3IPC_EVMNOTRUN;
	} else {
		xa_erase(&m3_drvs.vms, vm->vmid);
		m3_drvs.nr_vms--;
		m3_vm_shut_down(vm);
	}
	mutex_unlock(&m3_drvs.mutex);
	m3_vm_put(vm);
	return rc;
}

int m3_vm_setup(void)
{
	free_queue = alloc_workqueue("m3ipc_free", WQ_UNBOUND, 0);
	return free_queue ? 0 : -ENOMEM;
}

/* No VM is left; those on their way out are waited for. */
void m3_vm_teardown(void)
{
	rcu_barrier(); /* processes, which hold VMs */
	destroy_workqueue(free_queue);
	rcu_barrier(); /* VMs */
}
