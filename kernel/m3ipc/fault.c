// SPDX-License-Identifier: GPL-2.0-only
/*
 * Waiting for a page of another process. It may be minded by a program of that process
 * (userfaultfd), which may never provide it; pinning would wait for that until it is killed.
 */

#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/workqueue.h>

#include "fault.h"

/* How soon a task is woken once more, if it was not asleep yet. */
#define AGAIN msecs_to_jiffies(10)

/* Wakes a task at a deadline, and then until it is called off: sleepers bear that. */
struct m3_alarm {
	struct delayed_work work;
	struct task_struct *task;
};

static void ring(struct work_struct *work)
{
	struct m3_alarm *alarm = container_of(to_delayed_work(work), struct m3_alarm, work);

	wake_up_process(alarm->task);
	schedule_delayed_work(&alarm->work, AGAIN);
}

static unsigned long jiffies_until(const struct m3_deadline *deadline)
{
	s64 left = ktime_to_ns(ktime_sub(deadline->at, ktime_get()));

	return left > 0 ? nsecs_to_jiffies(left) + 1 : 0;
}

/* What pinning would say of the page is left to it; here nothing but waiting is done. */
static int fault_in(struct mm_struct *mm, unsigned long addr, bool write)
{
	unsigned int flags = FAULT_FLAG_ALLOW_RETRY | FAULT_FLAG_KILLABLE |
			     FAULT_FLAG_INTERRUPTIBLE | FAULT_FLAG_REMOTE;
	unsigned long needed = write ? VM_WRITE : VM_READ;
	struct vm_area_struct *vma;
	vm_fault_t done = 0;

	if (mmap_read_lock_killable(mm))
		return -EINTR;
	vma = find_vma(mm, addr);
	if (vma && addr >= vma->vm_start && vma->vm_flags & needed)
		done = handle_mm_fault(vma, addr, flags | (write ? FAULT_FLAG_WRITE : 0), NULL);
	if (!(done & (VM_FAULT_RETRY | VM_FAULT_COMPLETED)))
		mmap_read_unlock(mm);
	return 0;
}

int m3_fault_in(struct mm_struct *mm, unsigned long addr, bool write,
		const struct m3_deadline *deadline)
{
	struct m3_alarm alarm = { .task = current };
	int rc;

	if (deadline->never)
		return fault_in(mm, addr, write);
	INIT_DELAYED_WORK_ONSTACK(&alarm.work, ring);
	schedule_delayed_work(&alarm.work, jiffies_until(deadline));
	rc = fault_in(mm, addr, write);
	cancel_delayed_work_sync(&alarm.work);
	destroy_delayed_work_on_stack(&alarm.work);
	return rc;
}
