/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/* Bindings, processes and nodes. Part of m3ipc.h, which has the rules. */
#ifndef _UAPI_M3IPC_PROCESS_H
#define _UAPI_M3IPC_PROCESS_H

#include "m3ipc_base.h"
#include "m3ipc_system.h"

/* -------------------------------------------------------------- bind ---- */

enum m3ipc_bind_who {
	M3IPC_BIND_SELF = 0, /* the calling thread; pid must be 0 */
	M3IPC_BIND_PID = 1, /* thread "pid": needs kill's right over it, too */
};

/* BIND. Errors are never EPERM ENOMEM ERANGE but EPRIVILEGES EALLOCMEM EBADPROC. */
struct m3ipc_bind {
	__s32 vmid;
	__s32 nr; /* process number */
	__u32 who; /* enum m3ipc_bind_who */
	__s32 pid;
	__s32 endpoint; /* [out] */
	__u32 flags; /* 0 */
};

/* UNBIND. Another's endpoint needs MANAGE and kill's right; the other's call returns ENOTBIND. */
struct m3ipc_unbind {
	__s32 vmid; /* or OWN_VM */
	__s32 endpoint; /* or SELF */
	__u32 flags; /* 0 */
	__u32 pad;
};

/* GETEP: what a thread is bound to, the group leader's binding included. */
struct m3ipc_getep {
	__s32 pid; /* 0 = the caller. EBADPID no such thread, ENOTBIND not bound */
	__s32 vmid; /* [out] */
	__s32 endpoint; /* [out] */
	__u32 pad;
};

enum m3ipc_wait_for {
	M3IPC_WAIT_SELF = 0, /* until the calling thread is bound by anybody; vmid -1, endpoint 0 */
	M3IPC_WAIT_BIND = 1, /* until endpoint is bound; a bare number waits for any generation */
	M3IPC_WAIT_UNBIND = 2, /* until endpoint is not bound; 0 at once if free or stale */
};

/*
 * WAIT. vmid: OWN_VM or one that the caller may SEE. If the VM ends: WAIT_BIND EVMNOTRUN,
 * WAIT_UNBIND 0; a process of that VM always EVMNOTRUN, and ENOTBIND if it is unbound itself.
 * WAIT_BIND: EENDPOINT if the generation waited for is over.
 */
struct m3ipc_wait {
	__u32 what; /* enum m3ipc_wait_for */
	__s32 vmid; /* WAIT_SELF: [out] */
	__s32 endpoint; /* [out] the endpoint that is bound (WAIT_UNBIND: that was waited for) */
	__s32 timeout_ms;
};

/* --------------------------------------------------- process and node ---- */

/* Run-time state, with the names and bits of M3-IPC's p_rts_flags. */
#define M3IPC_RTS_FREE (1U << 0)
#define M3IPC_RTS_SENDING (1U << 2)
#define M3IPC_RTS_RECEIVING (1U << 3)
#define M3IPC_RTS_ONCOPY (1U << 10)
#define M3IPC_RTS_REMOTE (1U << 12)
#define M3IPC_RTS_WAITUNBIND (1U << 17)
#define M3IPC_RTS_WAITBIND (1U << 18)

/* p_misc_flags */
#define M3IPC_MISC_GRPLEADER (1U << 5) /* the bound thread is its group's leader */
#define M3IPC_MISC_WOKENUP (1U << 9) /* a wakeup is pending */
#define M3IPC_MISC_ATOMIC (1U << 13) /* in sendrec, no notification passes for the reply */
#define M3IPC_MISC_ABANDONED (1U << 16) /* its last sendrec was given up after being taken */
#define M3IPC_MISC_RESERVED (1U << 17) /* the slot is reserved by slot_set */

/* GET_PROC. Needs SEE. Free, unreserved slots: RTS_FREE only; NEXT skips them, then EBADPROC. */
struct m3ipc_proc_info {
	__s32 vmid; /* or OWN_VM; [out] */
	__s32 nr; /* process number; [out] */
	__u32 flags; /* M3IPC_GET_NEXT */
	__s32 endpoint; /* [out] NONE if free */
	__u32 rts_flags; /* [out] M3IPC_RTS_*; 0 = running */
	__u32 misc_flags; /* [out] M3IPC_MISC_* */
	__s32 pid; /* [out] tid in the caller's pid namespace, 0 if not there */
	__s32 tgid; /* [out] its thread group */
	__s32 nodeid; /* [out] where it is bound or reserved */
	__u32 uid; /* [out] real uid of the thread (free: reserved for; -1 = nobody) */
	__s32 getfrom; /* [out] receiving from: endpoint, ANY, NONE */
	__s32 sendto; /* [out] sending to: endpoint, NONE */
	__u32 level; /* [out] enum m3ipc_level */
	__u32 lives; /* [out] incarnation: bindings of this slot so far */
	__u64 blocked_ns; /* [out] for how long it has been blocked, 0 = it is not */
	__u64 since_ns; /* [out] CLOCK_REALTIME of the bind */
	__u64 lclsent; /* [out] messages sent here / to other nodes / bytes copied likewise */
	__u64 rmtsent; /* [out] */
	__u64 lclcopy; /* [out] */
	__u64 rmtcopy; /* [out] */
	__u64 received; /* [out] messages and notifications received */
	char name[M3IPC_NAME_SIZE]; /* [out] comm of the thread */
};

#define M3IPC_NODE_LOCAL 0x1
#define M3IPC_NODE_ATTACHED 0x2 /* some VM here spans it */
#define M3IPC_NODE_LINKED 0x4 /* its link is up */

/* GET_NODE. EBADNODEID out of range (NEXT: no more attached). */
struct m3ipc_node_info {
	__s32 nodeid; /* [out] with NEXT: the one found */
	__u32 flags; /* M3IPC_GET_NEXT; [out] M3IPC_NODE_* */
	__u32 vms; /* [out] running VMs here that span it */
	__u32 pad; /* [out] 0 */
	char name[M3IPC_NAME_SIZE]; /* [out] */
	__u64 sent; /* [out] messages sent to it / received from it */
	__u64 received; /* [out] */
	__u64 last_sent_ns; /* [out] CLOCK_REALTIME, 0 = never */
	__u64 last_received_ns; /* [out] */
};

/* GET_PRIV (SEE), SET_PRIV (MANAGE, or a caller of that VM with CALL_SETPRIV). */
struct m3ipc_priv_args {
	__s32 vmid; /* or OWN_VM */
	__s32 endpoint; /* or SELF. ENOTBIND if nobody is bound there */
	struct m3ipc_priv priv;
};

/* --------------------------------------------------- layout, asserted ---- */

M3IPC_LAYOUT(m3ipc_bind, 24);
M3IPC_LAYOUT(m3ipc_unbind, 16);
M3IPC_LAYOUT(m3ipc_getep, 16);
M3IPC_LAYOUT(m3ipc_wait, 16);
M3IPC_LAYOUT(m3ipc_proc_info, 144);
M3IPC_LAYOUT(m3ipc_node_info, 80);
M3IPC_LAYOUT(m3ipc_priv_args, 64);

#endif /* _UAPI_M3IPC_PROCESS_H */
