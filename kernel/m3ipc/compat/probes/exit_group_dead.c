// SPDX-License-Identifier: GPL-2.0-only
/* Compiles if sched_process_exit tells whether the group is dead. */
#include <linux/sched.h>
#include <trace/events/sched.h>

static void probe(void *data, struct task_struct *task, bool group_dead)
{
}

int m3_probe(void);
int m3_probe(void)
{
	return register_trace_sched_process_exit(probe, NULL);
}
