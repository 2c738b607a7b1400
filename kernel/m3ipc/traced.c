// SPDX-License-Identifier: GPL-2.0-only
/* Tracing of the message operations. */

#include <linux/log2.h>

#include "binding.h"
#include "proc.h"
#include "traced.h"
#include "vm.h"

#define CREATE_TRACE_POINTS
#include "trace.h"

/* The names in trace.h are by number. */
static_assert(ilog2(M3IPC_CALL_SEND) == 0 && ilog2(M3IPC_CALL_RECEIVE) == 1 &&
	      ilog2(M3IPC_CALL_SENDREC) == 2 && ilog2(M3IPC_CALL_NOTIFY) == 3 &&
	      ilog2(M3IPC_CALL_RCVRQST) == 4 && ilog2(M3IPC_CALL_REPLY) == 5 &&
	      ilog2(M3IPC_CALL_RELAY) == 6 && ilog2(M3IPC_CALL_REPLYREC) == 7 &&
	      ilog2(M3IPC_CALL_SRC_NOTIFY) == 10 && ilog2(M3IPC_CALL_NTFY_VALUE) == 11 &&
	      ilog2(M3IPC_CALL_HDW_NOTIFY) == 12 && M3_TRACED_WAKEUP == 14);

void m3_traced_caller(struct m3_traced *who)
{
	struct m3_proc *me;

	if (who->known)
		return;
	rcu_read_lock();
	me = m3_binding_current();
	who->vmid = me ? me->vm->vmid : -1;
	who->caller = me ? me->party.endpoint : M3IPC_NONE;
	rcu_read_unlock();
	who->known = true;
}
