// SPDX-License-Identifier: GPL-2.0-only
/*
 * The end of threads, by any way: the probe of sched_process_exit runs in the exiting thread
 * before its parent can see it as a zombie, so when waitpid() returns the unbinding is done. It
 * runs with preemption off: no sleeping, no allocation, raw locks only.
 */

#include <linux/errno.h>
#include <linux/sched/signal.h>
#include <linux/tracepoint.h>

#include "binding.h"
#include "compat/compat.h"
#include "exit.h"
#include "proc.h"

static struct tracepoint *exit_tracepoint;

/* Why @task ends. wait.h of user space: low 7 bits of the code are a signal, else a status. */
static struct m3_ending ending_of(const struct task_struct *task)
{
	struct m3_ending ending = { .result = -M3IPC_ENOTBIND };
	const struct task_struct *exec_task = READ_ONCE(task->signal->group_exec_task);
	int code = task->exit_code;

	if (exec_task && exec_task != task) {
		ending.cause = M3IPC_CAUSE_EXEC;
		return ending;
	}
	if (code & 0x7f) {
		ending.cause = M3IPC_CAUSE_SIGNAL;
		ending.code = code & 0x7f;
	} else {
		ending.cause = M3IPC_CAUSE_EXIT;
		ending.code = (code >> 8) & 0xff;
	}
	return ending;
}

static void end_binding_of(struct task_struct *task)
{
	struct m3_ending ending;
	struct m3_proc *proc;

	/* PF_EXITING, set before, must be seen by a bind that we do not see. See bind_task(). */
	smp_mb();
	rcu_read_lock();
	proc = m3_binding_of(task);
	if (proc && !m3_proc_try_hold(proc))
		proc = NULL;
	rcu_read_unlock();
	if (!proc)
		return;
	ending = ending_of(task);
	m3_binding_end(proc, &ending);
	m3_proc_put(proc);
}

static void exit_probe(M3_COMPAT_EXIT_PROBE_ARGS)
{
	end_binding_of(task);
}

static void look_for(struct tracepoint *tp, void *found)
{
	if (!strcmp(tp->name, "sched_process_exit"))
		*(struct tracepoint **)found = tp;
}

int m3_exit_setup(void)
{
	for_each_kernel_tracepoint(look_for, &exit_tracepoint);
	if (!exit_tracepoint) {
		pr_err("m3ipc: the kernel has no sched_process_exit tracepoint: CONFIG_TRACEPOINTS is needed\n");
		return -ENOENT;
	}
	return tracepoint_probe_register(exit_tracepoint, exit_probe, NULL);
}

void m3_exit_teardown(void)
{
	tracepoint_probe_unregister(exit_tracepoint, exit_probe, NULL);
	tracepoint_synchronize_unregister();
}
