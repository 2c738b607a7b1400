/* SPDX-License-Identifier: GPL-2.0-only */
/* Bindings: which thread is which process, and how one begins and ends. */
#ifndef _M3_BINDING_H
#define _M3_BINDING_H

#include "internal.h"

struct m3_proc;
struct m3_waiter;

/* The calling thread's process, or its group leader's, or NULL. In an RCU read section. */
struct m3_proc *m3_binding_current(void);
/* What @task itself is bound to, or NULL. In an RCU read section. */
struct m3_proc *m3_binding_of(struct task_struct *task);

/*
 * A bound process by vmid (or OWN_VM) and endpoint (or SELF), with a reference; the caller
 * needs @want (M3IPC_MODE_*) unless the VM is its own. ERR_PTR(-EDRVSINIT -EBADVMID -EVMNOTRUN
 * -EPERM -ERANGE -ENOTBIND).
 */
struct m3_proc *m3_binding_get(s32 vmid, s32 endpoint, unsigned int want);

/* Why and how a binding ends. */
struct m3_ending {
	u32 cause; /* enum m3ipc_cause */
	s32 code;
	int result; /* of its own blocked call, negative */
};

/*
 * Ends @proc: all that others can see of it is done on return. Idempotent; false if it had
 * ended before. Any context that may take raw locks; the caller holds no lock, and @proc.
 */
bool m3_binding_end(struct m3_proc *proc, const struct m3_ending *ending);
/*
 * The same in two steps, for ending many at once: first the binding, so that the process's next
 * call finds itself unbound; then, if that returned true, the calls that wait.
 */
bool m3_binding_cut(struct m3_proc *proc, const struct m3_ending *ending);
void m3_binding_tell(struct m3_proc *proc, const struct m3_ending *ending);

/* A thread that waits for its own bind; the waiter is on the stack. */
void m3_binding_await_self(struct m3_waiter *waiter);
void m3_binding_forget_self(struct m3_waiter *waiter);
/* Ends all these waits with @result. */
void m3_binding_end_self_waits(int result);

/* ioctls */
/* Writes the endpoint to @uendpoint; a binding that cannot be told is none. */
int m3_bind(const struct m3ipc_bind *args, s32 __user *uendpoint);
int m3_unbind(const struct m3ipc_unbind *args);
int m3_getep(struct m3ipc_getep *args);

#endif /* _M3_BINDING_H */
