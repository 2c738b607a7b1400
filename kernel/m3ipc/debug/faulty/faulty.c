// SPDX-License-Identifier: GPL-2.0-only
/*
 * A module with bugs, made to be reported: it shows that the debug kernels see what they are
 * there for. `insmod faulty.ko fault=NAME` commits that one.
 */

#include <linux/delay.h>
#include <linux/init.h>
#include <linux/kthread.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/preempt.h>
#include <linux/rcupdate.h>
#include <linux/refcount.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

static char *fault = "";
module_param(fault, charp, 0444);
MODULE_PARM_DESC(fault, "which bug to commit");

static volatile int sink;

static void use_after_free(void)
{
	volatile int *p = kmalloc(sizeof(*p), GFP_KERNEL);

	if (!p)
		return;
	kfree((void *)p);
	sink = *p;
}

static void out_of_bounds(void)
{
	volatile char *p = kmalloc(24, GFP_KERNEL);
	int past = 24;

	if (!p)
		return;
	OPTIMIZER_HIDE_VAR(past);
	sink = p[past];
	kfree((void *)p);
}

/* Reported once this module, whose data may point to it, is gone. */
static void leak(void)
{
	char *p = kmalloc(123, GFP_KERNEL);

	if (p)
		p[0] = 1;
}

static DEFINE_RAW_SPINLOCK(first);
static DEFINE_RAW_SPINLOCK(second);

static void lock_inversion(void)
{
	raw_spin_lock(&first);
	raw_spin_lock(&second);
	raw_spin_unlock(&second);
	raw_spin_unlock(&first);
	raw_spin_lock(&second);
	raw_spin_lock(&first);
	raw_spin_unlock(&first);
	raw_spin_unlock(&second);
}

static void sleep_in_atomic(void)
{
	preempt_disable();
	might_sleep();
	preempt_enable();
}

static int __rcu *shared = (int __rcu __force *)&sink;

static void rcu_without_lock(void)
{
	sink = !!rcu_dereference(shared);
}

static void index_out_of_bounds(void)
{
	static volatile int array[4];
	int index = 4;

	OPTIMIZER_HIDE_VAR(index);
	sink = array[index];
}

static void list_corruption(void)
{
	LIST_HEAD(list);
	struct list_head entry;

	list_add(&entry, &list);
	list_add(&entry, &list);
}

static void refcount_underflow(void)
{
	refcount_t count = REFCOUNT_INIT(0);

	sink = refcount_dec_and_test(&count);
}

static void no_work(struct work_struct *work)
{
}

static void free_active_object(void)
{
	struct delayed_work *work = kmalloc(sizeof(*work), GFP_KERNEL);

	if (!work)
		return;
	INIT_DELAYED_WORK(work, no_work);
	schedule_delayed_work(work, 3600 * HZ);
	kfree(work); /* the checker cancels it */
}

static long raced;

static int race(void *unused)
{
	while (!kthread_should_stop()) {
		raced++;
		cond_resched();
	}
	return 0;
}

static void unmarked_accesses(void)
{
	struct task_struct *one = kthread_run(race, NULL, "faulty-1");
	struct task_struct *two = kthread_run(race, NULL, "faulty-2");

	msleep(2000);
	if (!IS_ERR(one))
		kthread_stop(one);
	if (!IS_ERR(two))
		kthread_stop(two);
}

static const struct {
	const char *name;
	void (*commit)(void);
} faults[] = {
	{ "use_after_free", use_after_free },
	{ "out_of_bounds", out_of_bounds },
	{ "leak", leak },
	{ "lock_inversion", lock_inversion },
	{ "sleep_in_atomic", sleep_in_atomic },
	{ "rcu_without_lock", rcu_without_lock },
	{ "index_out_of_bounds", index_out_of_bounds },
	{ "list_corruption", list_corruption },
	{ "refcount_underflow", refcount_underflow },
	{ "free_active_object", free_active_object },
	{ "unmarked_accesses", unmarked_accesses },
};

static int __init faulty_init(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(faults); i++) {
		if (strcmp(faults[i].name, fault))
			continue;
		pr_warn("faulty: commits %s\n", fault);
		faults[i].commit();
		return 0;
	}
	return -EINVAL;
}

static void __exit faulty_exit(void)
{
}

module_init(faulty_init);
module_exit(faulty_exit);

MODULE_DESCRIPTION("Bugs for the debug kernels to find");
MODULE_LICENSE("GPL");
