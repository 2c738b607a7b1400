/* SPDX-License-Identifier: GPL-2.0-only */
/* What a traced call remembers about itself. Filled only while somebody traces. */
#ifndef _M3_TRACED_H
#define _M3_TRACED_H

#include "internal.h"

#define M3_TRACED_WAKEUP 14 /* beside the bit numbers of M3IPC_CALL_* */

struct m3_traced {
	bool known; /* vmid and caller are set */
	bool received; /* source and source_type are set */
	s32 vmid; /* -1: not bound */
	s32 caller; /* endpoint, NONE: not bound */
	s32 source; /* m_source and m_type of the message received */
	s32 source_type;
};

/* Says who the calling thread is, unless known: when it returns it may be unbound. */
void m3_traced_caller(struct m3_traced *who);

#endif /* _M3_TRACED_H */
