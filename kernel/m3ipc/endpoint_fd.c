// SPDX-License-Identifier: GPL-2.0-only
/*
 * Endpoint descriptors. The wait queue lives with the file, never with the binding: pollers
 * may outlive it.
 */

#include <linux/anon_inodes.h>
#include <linux/fs.h>
#include <linux/irq_work.h>
#include <linux/module.h>
#include <linux/poll.h>
#include <linux/slab.h>

#include "binding.h"
#include "endpoint_fd.h"
#include "notify.h"
#include "proc.h"

struct m3_poller {
	struct m3_proc *proc; /* counted, invariant */
	struct list_head link; /* in proc->pollers */
	wait_queue_head_t queue;
	struct irq_work wake; /* waking a queue is not allowed under raw locks on PREEMPT_RT */
};

static void wake_all(struct m3_proc *proc)
{
	struct m3_poller *poller;

	lockdep_assert_held(&proc->party.lock);
	list_for_each_entry(poller, &proc->pollers, link)
		irq_work_queue(&poller->wake);
}

void m3_rdv_env_readable(struct m3_party *party)
{
	wake_all(m3_proc_of(party));
}

void m3_endpoint_fd_hangup(struct m3_proc *proc)
{
	raw_spin_lock(&proc->party.lock);
	wake_all(proc);
	raw_spin_unlock(&proc->party.lock);
}

static void wake_poller(struct irq_work *work)
{
	wake_up_interruptible(&container_of(work, struct m3_poller, wake)->queue);
}

static __poll_t endpoint_poll(struct file *file, poll_table *wait)
{
	struct m3_poller *poller = file->private_data;
	struct m3_party *party = &poller->proc->party;
	struct m3_notification n;
	__poll_t mask = 0;

	poll_wait(file, &poller->queue, wait);
	rcu_read_lock();
	raw_spin_lock(&party->lock);
	if (party->dead)
		mask = EPOLLHUP;
	else if (party->woken || !list_empty(&party->senders) || m3_notify_next(party, NULL, &n))
		mask = EPOLLIN | EPOLLRDNORM;
	raw_spin_unlock(&party->lock);
	rcu_read_unlock();
	return mask;
}

static void free_poller(struct m3_poller *poller)
{
	struct m3_party *party = &poller->proc->party;

	raw_spin_lock(&party->lock);
	list_del(&poller->link);
	raw_spin_unlock(&party->lock);
	irq_work_sync(&poller->wake);
	m3_proc_put(poller->proc);
	kfree(poller);
}

static int endpoint_release(struct inode *inode, struct file *file)
{
	free_poller(file->private_data);
	return 0;
}

static const struct file_operations endpoint_fops = {
	.owner = THIS_MODULE,
	.poll = endpoint_poll,
	.release = endpoint_release,
	.llseek = noop_llseek,
};

int m3_endpoint_fd_open(const struct m3ipc_endpoint_fd *args)
{
	struct m3_poller *poller;
	struct m3_proc *proc;
	int fd;

	if (args->flags || args->pad)
		return -EINVAL;
	proc = m3_binding_get(args->vmid, args->endpoint, M3IPC_MODE_SEE);
	if (IS_ERR(proc))
		return PTR_ERR(proc);
	poller = kzalloc(sizeof(*poller), GFP_KERNEL_ACCOUNT);
	if (!poller) {
		m3_proc_put(proc);
		return -ENOMEM;
	}
	poller->proc = proc;
	init_waitqueue_head(&poller->queue);
	init_irq_work(&poller->wake, wake_poller);
	raw_spin_lock(&proc->party.lock);
	list_add_tail(&poller->link, &proc->pollers);
	raw_spin_unlock(&proc->party.lock);
	fd = anon_inode_getfd("[m3ipc-endpoint]", &endpoint_fops, poller, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		free_poller(poller);
	return fd;
}
