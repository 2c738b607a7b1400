// SPDX-License-Identifier: GPL-2.0-only
/* /proc/drvs/{info,nodes,vms/<name>/{info,procs,stats}} */

#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <linux/uuid.h>

#include "access.h"
#include "drvs.h"
#include "info.h"
#include "proc.h"
#include "procfs.h"
#include "slot.h"
#include "vm.h"

static struct proc_dir_entry *root_dir;
static struct proc_dir_entry *vms_dir;

/* ---- the DRVS ---- */

static const char *const source_names[] = {
	[M3IPC_NODEID_NONE] = "none",	  [M3IPC_NODEID_BOOT] = "boot",
	[M3IPC_NODEID_PROGRAM] = "program", [M3IPC_NODEID_TOOL] = "tool",
	[M3IPC_NODEID_AGENT] = "agent",
};

static int drvs_info_show(struct seq_file *m, void *v)
{
	struct m3ipc_drvs_info info;
	const struct m3ipc_drvs_params *p = &info.params;

	m3_drvs_get_info(&info);
	seq_printf(m, "running=%d\nnodeid=%d\nnodeid_source=%s\nboot_nodeid=%d\n",
		   !!(info.state & M3IPC_DRVS_RUNNING), p->nodeid, source_names[p->source],
		   info.boot_nodeid);
	seq_printf(m, "name=%s\nuuid=%pUb\n", p->name, p->uuid);
	seq_printf(m, "nr_vms=%u\nnr_nodes=%u\nnr_procs=%u\nnr_tasks=%u\nnr_sysprocs=%u\n",
		   p->nr_vms, p->nr_nodes, p->nr_procs, p->nr_tasks, p->nr_sysprocs);
	seq_printf(m, "max_copylen=%u\nuser_vms=%u\ndbglvl=0x%x\n", p->max_copy, p->user_vms,
		   p->dbglvl);
	seq_printf(m, "version=%s\nabi=%d\nsizeof_proc=%u\nvms=%u\nbound=%u\n", M3IPC_RELEASE,
		   M3IPC_ABI_VERSION, info.size_proc, info.vms, info.bound);
	return 0;
}

static int nodes_show(struct seq_file *m, void *v)
{
	struct m3ipc_node_info node = { .flags = M3IPC_GET_NEXT };

	seq_puts(m, "  ID Flags   VMs       Sent   Received Name\n");
	while (!m3_drvs_get_node(&node)) {
		seq_printf(m, "%4d %5x %5u %10llu %10llu %s\n", node.nodeid, node.flags, node.vms,
			   node.sent, node.received, node.name[0] ? node.name : "-");
		node = (struct m3ipc_node_info){
			.nodeid = node.nodeid + 1,
			.flags = M3IPC_GET_NEXT,
		};
	}
	return 0;
}

/* ---- one VM ---- */

static void show_nodes(struct seq_file *m, const __u64 *nodes)
{
	const char *comma = "";
	int node;

	seq_puts(m, "nodes=");
	for (node = 0; node < M3IPC_MAX_NODES; node++) {
		if (!(nodes[node / 64] & BIT_ULL(node % 64)))
			continue;
		seq_printf(m, "%s%d", comma, node);
		comma = ",";
	}
	seq_putc(m, '\n');
}

static int vm_info_show(struct seq_file *m, void *v)
{
	struct m3ipc_vm_info info;
	const struct m3ipc_vm_params *p = &info.params;

	m3_info_vm(m->private, &info);
	seq_printf(m, "vmid=%d\nname=%s\n", p->vmid, p->name);
	seq_printf(m, "nr_procs=%u\nnr_tasks=%u\nnr_sysprocs=%u\n", p->nr_procs, p->nr_tasks,
		   p->nr_sysprocs);
	show_nodes(m, p->nodes);
	seq_printf(m, "uid=%u\ngid=%u\nmode=%03o\nlevel=%u\nabi=%d\npolicy=%u\n", p->uid, p->gid,
		   p->mode, p->level,
		   p->abi == M3IPC_ABI_32 ? M3IPC_MESSAGE_SIZE_32 : M3IPC_MESSAGE_SIZE_64,
		   p->policy);
	seq_printf(m, "warn2proc=%d\nwarnmsg=%d\ntag=%*phN\n", p->warn2proc, p->warnmsg,
		   (int)sizeof(p->tag), p->tag);
	seq_printf(m, "incarnation=%llu\nbound=%u\nreserved=%u\nmessages=%llu\ncopied=%llu\n",
		   info.incarnation, info.bound, info.reserved_slots, info.messages, info.copied);
	seq_printf(m, "lclsent=%llu\nrmtsent=%llu\nlclcopy=%llu\nrmtcopy=%llu\n", info.lclsent,
		   info.rmtsent, info.lclcopy, info.rmtcopy);
	return 0;
}

/*
 * Slots of a VM, one line each. The header is at position 0; that of a process number does not
 * depend on how many tasks there are, which may become more.
 */
static void *slots_seek(struct m3_vm *vm, loff_t *pos)
{
	s32 nr = *pos - 1 - M3IPC_MAX_TASKS;
	struct m3_slot *slot = m3_slot_next(vm, &nr);

	if (slot)
		*pos = nr + M3IPC_MAX_TASKS + 1;
	return slot;
}

static void *slots_start(struct seq_file *m, loff_t *pos)
{
	return *pos ? slots_seek(m->private, pos) : SEQ_START_TOKEN;
}

static void *slots_next(struct seq_file *m, void *v, loff_t *pos)
{
	++*pos;
	return slots_seek(m->private, pos);
}

static void slots_stop(struct seq_file *m, void *v)
{
}

static const char *state_of(const struct m3ipc_proc_info *info)
{
	if (info->rts_flags & M3IPC_RTS_FREE)
		return "reserved";
	switch (info->rts_flags & (M3IPC_RTS_SENDING | M3IPC_RTS_RECEIVING)) {
	case 0:
		if (info->rts_flags & M3IPC_RTS_WAITBIND)
			return "wait-bind";
		return info->rts_flags & M3IPC_RTS_WAITUNBIND ? "wait-end" : "running";
	case M3IPC_RTS_SENDING:
		return "sending";
	case M3IPC_RTS_RECEIVING:
		return info->misc_flags & M3IPC_MISC_ATOMIC ? "sendrec" : "receiving";
	default:
		return "sendrec-q"; /* not yet taken */
	}
}

/* The slot's information, if the slot is worth a line. */
static bool line_of(struct seq_file *m, struct m3_slot *slot, struct m3ipc_proc_info *info)
{
	m3_info_slot(m->private, slot, proc_pid_ns(file_inode(m->file)->i_sb), info);
	return !(info->rts_flags & M3IPC_RTS_FREE) || info->misc_flags & M3IPC_MISC_RESERVED;
}

static int procs_show(struct seq_file *m, void *v)
{
	struct m3ipc_proc_info info;

	if (v == SEQ_START_TOKEN) {
		seq_puts(m, "   VM   pnr       endp    lpid    tgid   nd  flag   misc       getf");
		seq_puts(m, "       sndt state     since_ms name\n");
		return 0;
	}
	if (line_of(m, v, &info))
		seq_printf(m,
			   "%5d %5d %10d %7d %7d %4d %5x %6x %10d %10d %-9s %8llu %s\n",
			   info.vmid, info.nr, info.endpoint, info.pid, info.tgid, info.nodeid,
			   info.rts_flags, info.misc_flags, info.getfrom, info.sendto,
			   state_of(&info), info.blocked_ns / NSEC_PER_MSEC,
			   info.name[0] ? info.name : "-");
	return 0;
}

static int stats_show(struct seq_file *m, void *v)
{
	struct m3ipc_proc_info info;

	if (v == SEQ_START_TOKEN) {
		seq_puts(m, "   VM   pnr       endp    lpid   nd       lsnt       rsnt       rcvd");
		seq_puts(m, "        lcopy        rcopy name\n");
		return 0;
	}
	if (line_of(m, v, &info))
		seq_printf(m, "%5d %5d %10d %7d %4d %10llu %10llu %10llu %12llu %12llu %s\n",
			   info.vmid, info.nr, info.endpoint, info.pid, info.nodeid, info.lclsent,
			   info.rmtsent, info.received, info.lclcopy, info.rmtcopy,
			   info.name[0] ? info.name : "-");
	return 0;
}

static const struct seq_operations procs_ops = {
	.start = slots_start,
	.next = slots_next,
	.stop = slots_stop,
	.show = procs_show,
};

static const struct seq_operations stats_ops = {
	.start = slots_start,
	.next = slots_next,
	.stop = slots_stop,
	.show = stats_show,
};

/* ---- files ---- */

/* The VM of a file that is being opened, with a reference, if the opener may see it. */
static struct m3_vm *vm_of_open(struct inode *inode)
{
	struct m3_vm *vm = pde_data(inode);

	if (!m3_access_vm(vm, M3IPC_MODE_SEE))
		return ERR_PTR(-EACCES);
	m3_vm_hold(vm);
	return vm;
}

static int vm_info_open(struct inode *inode, struct file *file)
{
	struct m3_vm *vm = vm_of_open(inode);
	int rc;

	if (IS_ERR(vm))
		return PTR_ERR(vm);
	rc = single_open(file, vm_info_show, vm);
	if (rc)
		m3_vm_put(vm);
	return rc;
}

static int vm_info_release(struct inode *inode, struct file *file)
{
	m3_vm_put(((struct seq_file *)file->private_data)->private);
	return single_release(inode, file);
}

static int slots_open(struct inode *inode, struct file *file, const struct seq_operations *ops)
{
	struct m3_vm *vm = vm_of_open(inode);
	int rc;

	if (IS_ERR(vm))
		return PTR_ERR(vm);
	rc = seq_open(file, ops);
	if (rc)
		m3_vm_put(vm);
	else
		((struct seq_file *)file->private_data)->private = vm;
	return rc;
}

static int procs_open(struct inode *inode, struct file *file)
{
	return slots_open(inode, file, &procs_ops);
}

static int stats_open(struct inode *inode, struct file *file)
{
	return slots_open(inode, file, &stats_ops);
}

static int slots_release(struct inode *inode, struct file *file)
{
	m3_vm_put(((struct seq_file *)file->private_data)->private);
	return seq_release(inode, file);
}

static const struct proc_ops vm_info_fops = {
	.proc_open = vm_info_open,
	.proc_read = seq_read,
	.proc_lseek = seq_lseek,
	.proc_release = vm_info_release,
};

static const struct proc_ops procs_fops = {
	.proc_open = procs_open,
	.proc_read = seq_read,
	.proc_lseek = seq_lseek,
	.proc_release = slots_release,
};

static const struct proc_ops stats_fops = {
	.proc_open = stats_open,
	.proc_read = seq_read,
	.proc_lseek = seq_lseek,
	.proc_release = slots_release,
};

static struct proc_dir_entry *make_vm_dir(struct m3_vm *vm, const char *name)
{
	struct proc_dir_entry *dir = proc_mkdir(name, vms_dir);

	if (!dir)
		return NULL;
	if (proc_create_data("info", 0444, dir, &vm_info_fops, vm) &&
	    proc_create_data("procs", 0444, dir, &procs_fops, vm) &&
	    proc_create_data("stats", 0444, dir, &stats_fops, vm))
		return dir;
	proc_remove(dir);
	return NULL;
}

int m3_procfs_add_vm(struct m3_vm *vm)
{
	vm->dir = make_vm_dir(vm, vm->name);
	return vm->dir ? 0 : -ENOMEM;
}

void m3_procfs_remove_vm(struct m3_vm *vm)
{
	proc_remove(vm->dir);
	vm->dir = NULL;
}

int m3_procfs_rename_vm(struct m3_vm *vm, const char *name)
{
	struct proc_dir_entry *dir = make_vm_dir(vm, name);

	if (!dir)
		return -ENOMEM;
	proc_remove(vm->dir);
	vm->dir = dir;
	return 0;
}

int m3_procfs_setup(void)
{
	root_dir = proc_mkdir("drvs", NULL);
	if (!root_dir)
		return -ENOMEM;
	vms_dir = proc_mkdir("vms", root_dir);
	if (vms_dir && proc_create_single("info", 0444, root_dir, drvs_info_show) &&
	    proc_create_single("nodes", 0444, root_dir, nodes_show))
		return 0;
	proc_remove(root_dir);
	return -ENOMEM;
}

void m3_procfs_teardown(void)
{
	proc_remove(root_dir);
}
