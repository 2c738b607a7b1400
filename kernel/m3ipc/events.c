// SPDX-License-Identifier: GPL-2.0-only
/*
 * Event descriptors. Each reader has a ring of its own. An event that does not fit is counted,
 * and the count travels in the next record, or in a LOST record of its own once the ring has
 * been read out: a reader may be late, but never unknowingly incomplete.
 */

#include <linux/anon_inodes.h>
#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/fs.h>
#include <linux/irq_work.h>
#include <linux/module.h>
#include <linux/pid_namespace.h>
#include <linux/poll.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>
#include <linux/user_namespace.h>

#include "access.h"
#include "binding.h"
#include "drvs.h"
#include "events.h"
#include "proc.h"
#include "vm.h"

#define DEFAULT_RECORDS 1024
#define MAX_RECORDS 65536

struct m3_event_reader {
	struct list_head link; /* protected by readers_lock */
	/* invariant */
	const struct cred *cred; /* of the opener */
	struct pid_namespace *pid_ns;
	bool is_root; /* of its user namespace */
	u32 size;

	struct mutex read_mutex; /* one reading thread at a time */
	raw_spinlock_t lock;
	/* protected by @lock */
	u32 head; /* records ever written */
	u32 tail; /* records ever read */
	u32 lost; /* since the last record written */
	struct m3ipc_event *ring;

	wait_queue_head_t queue;
	struct irq_work wake; /* events come where waking a queue is not allowed on PREEMPT_RT */
};

/* Readers, and the order of events. Outside reader->lock. */
static DEFINE_RAW_SPINLOCK(readers_lock);
static LIST_HEAD(readers);
static u64 last_seq; /* protected by readers_lock */

/* ---- writing ---- */

static void push(struct m3_event_reader *reader, const struct m3ipc_event *event)
{
	struct m3ipc_event *record;

	raw_spin_lock(&reader->lock);
	if (reader->head - reader->tail == reader->size) {
		reader->lost++;
	} else {
		record = &reader->ring[reader->head % reader->size];
		*record = *event;
		record->lost = reader->lost;
		reader->lost = 0;
		reader->head++;
	}
	raw_spin_unlock(&reader->lock);
	irq_work_queue(&reader->wake);
}

static bool may_hear(const struct m3_event_reader *reader, const struct m3_owner *owner)
{
	return m3_access_cred(reader->cred, owner, M3IPC_MODE_SEE) ||
	       (reader->is_root && m3_access_maps(reader->cred->user_ns, owner));
}

/* @vm NULL: for everybody. @task NULL: no pid. */
static void emit(struct m3ipc_event *event, struct m3_vm *vm, struct task_struct *task)
{
	struct m3_event_reader *reader;

	event->nodeid = m3_drvs_nodeid();
	event->time_ns = ktime_get_real_ns();
	event->vmid = vm ? vm->vmid : -1;
	event->incarnation = vm ? vm->incarnation : 0;

	raw_spin_lock(&readers_lock);
	event->seq = ++last_seq;
	list_for_each_entry(reader, &readers, link) {
		if (vm && !may_hear(reader, &vm->owner))
			continue;
		event->pid = task ? task_pid_nr_ns(task, reader->pid_ns) : 0;
		event->tgid = task ? task_tgid_nr_ns(task, reader->pid_ns) : 0;
		push(reader, event);
	}
	raw_spin_unlock(&readers_lock);
}

void m3_events_emit_drvs(u32 type)
{
	struct m3ipc_event event = { .type = type, .endpoint = M3IPC_NONE };

	emit(&event, NULL, NULL);
}

void m3_events_emit_vm(u32 type, struct m3_vm *vm)
{
	struct m3ipc_event event = { .type = type, .endpoint = M3IPC_NONE };

	lockdep_assert_held(&vm->lock);
	emit(&event, vm, NULL);
}

void m3_events_emit_slot(u32 type, struct m3_vm *vm, s32 nr)
{
	struct m3ipc_event event = { .type = type, .endpoint = M3IPC_NONE, .nr = nr };

	lockdep_assert_held(&vm->lock);
	emit(&event, vm, NULL);
}

void m3_events_emit_bind(struct m3_proc *proc)
{
	struct m3ipc_event event = {
		.type = M3IPC_EVENT_BIND,
		.endpoint = proc->party.endpoint,
		.nr = proc->party.nr,
	};

	lockdep_assert_held(&proc->vm->lock);
	emit(&event, proc->vm, proc->task);
}

void m3_events_emit_unbind(struct m3_proc *proc, const struct m3_ending *ending)
{
	struct m3ipc_event event = {
		.type = M3IPC_EVENT_UNBIND,
		.cause = ending->cause,
		.code = ending->code,
		.endpoint = proc->party.endpoint,
		.nr = proc->party.nr,
	};

	lockdep_assert_held(&proc->vm->lock);
	emit(&event, proc->vm, proc->task);
}

/* ---- reading ---- */

static bool has_records(struct m3_event_reader *reader)
{
	bool some;

	raw_spin_lock(&reader->lock);
	some = reader->head != reader->tail || reader->lost;
	raw_spin_unlock(&reader->lock);
	return some;
}

/* The oldest record, left in the ring, or the count of the lost, taken; false: none. */
static bool peek(struct m3_event_reader *reader, struct m3ipc_event *event)
{
	bool some = true;

	raw_spin_lock(&reader->lock);
	if (reader->head != reader->tail) {
		*event = reader->ring[reader->tail % reader->size];
	} else if (reader->lost) {
		*event = (struct m3ipc_event){
			.type = M3IPC_EVENT_LOST,
			.vmid = -1,
			.endpoint = M3IPC_NONE,
			.nodeid = m3_drvs_nodeid(),
			.lost = reader->lost,
			.time_ns = ktime_get_real_ns(),
		};
		reader->lost = 0;
	} else {
		some = false;
	}
	raw_spin_unlock(&reader->lock);
	return some;
}

/* What peek() gave was read, or could not be. */
static void settle(struct m3_event_reader *reader, const struct m3ipc_event *event, bool was_read)
{
	raw_spin_lock(&reader->lock);
	if (event->type != M3IPC_EVENT_LOST)
		reader->tail += was_read;
	else if (!was_read)
		reader->lost += event->lost;
	raw_spin_unlock(&reader->lock);
}

static ssize_t read_records(struct m3_event_reader *reader, char __user *buf, size_t count)
{
	struct m3ipc_event event;
	ssize_t done = 0;
	bool fault;

	while (count - done >= sizeof(event) && peek(reader, &event)) {
		fault = copy_to_user(buf + done, &event, sizeof(event));
		settle(reader, &event, !fault);
		if (fault)
			return done ? done : -EFAULT;
		done += sizeof(event);
	}
	return done;
}

static ssize_t events_read(struct file *file, char __user *buf, size_t count, loff_t *ppos)
{
	struct m3_event_reader *reader = file->private_data;
	ssize_t done;
	int rc;

	if (count < sizeof(struct m3ipc_event))
		return -EINVAL;
	for (;;) {
		if (mutex_lock_interruptible(&reader->read_mutex))
			return -ERESTARTSYS;
		done = read_records(reader, buf, count);
		mutex_unlock(&reader->read_mutex);
		if (done)
			return done;
		if (file->f_flags & O_NONBLOCK)
			return -EAGAIN;
		rc = wait_event_interruptible(reader->queue, has_records(reader));
		if (rc)
			return rc;
	}
}

static __poll_t events_poll(struct file *file, poll_table *wait)
{
	struct m3_event_reader *reader = file->private_data;

	poll_wait(file, &reader->queue, wait);
	return has_records(reader) ? EPOLLIN | EPOLLRDNORM : 0;
}

static void wake_reader(struct irq_work *work)
{
	wake_up_interruptible(&container_of(work, struct m3_event_reader, wake)->queue);
}

/* ---- life ---- */

static void free_reader(struct m3_event_reader *reader)
{
	put_pid_ns(reader->pid_ns);
	put_cred(reader->cred);
	kvfree(reader->ring);
	kfree(reader);
}

static int events_release(struct inode *inode, struct file *file)
{
	struct m3_event_reader *reader = file->private_data;

	raw_spin_lock(&readers_lock);
	list_del(&reader->link);
	raw_spin_unlock(&readers_lock);
	irq_work_sync(&reader->wake);
	free_reader(reader);
	return 0;
}

static const struct file_operations events_fops = {
	.owner = THIS_MODULE,
	.read = events_read,
	.poll = events_poll,
	.release = events_release,
	.llseek = noop_llseek,
};

static struct m3_event_reader *alloc_reader(u32 records)
{
	struct m3_event_reader *reader = kzalloc(sizeof(*reader), GFP_KERNEL_ACCOUNT);

	if (!reader)
		return NULL;
	reader->ring = kvcalloc(records, sizeof(*reader->ring), GFP_KERNEL_ACCOUNT);
	if (!reader->ring) {
		kfree(reader);
		return NULL;
	}
	reader->size = records;
	reader->cred = get_current_cred();
	reader->pid_ns = get_pid_ns(task_active_pid_ns(current));
	reader->is_root = ns_capable(current_user_ns(), CAP_SYS_ADMIN);
	mutex_init(&reader->read_mutex);
	raw_spin_lock_init(&reader->lock);
	init_waitqueue_head(&reader->queue);
	init_irq_work(&reader->wake, wake_reader);
	return reader;
}

int m3_events_open(const struct m3ipc_events *args)
{
	u32 records = args->records ? args->records : DEFAULT_RECORDS;
	int flags = O_RDONLY | O_CLOEXEC;
	struct m3_event_reader *reader;
	int fd;

	if (args->flags & ~M3IPC_EVENTS_NONBLOCK || records > MAX_RECORDS)
		return -EINVAL;
	if (args->flags & M3IPC_EVENTS_NONBLOCK)
		flags |= O_NONBLOCK;
	reader = alloc_reader(records);
	if (!reader)
		return -ENOMEM;
	raw_spin_lock(&readers_lock);
	list_add_tail(&reader->link, &readers);
	raw_spin_unlock(&readers_lock);
	fd = anon_inode_getfd("[m3ipc-events]", &events_fops, reader, flags);
	if (fd < 0) {
		raw_spin_lock(&readers_lock);
		list_del(&reader->link);
		raw_spin_unlock(&readers_lock);
		irq_work_sync(&reader->wake);
		free_reader(reader);
	}
	return fd;
}
