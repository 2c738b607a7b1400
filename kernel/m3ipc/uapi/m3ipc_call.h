/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/* Messages, copies, grants and descriptors. Part of m3ipc.h, which has the rules. */
#ifndef _UAPI_M3IPC_CALL_H
#define _UAPI_M3IPC_CALL_H

#include "m3ipc_base.h"

/* ----------------------------------------------------- message calls ---- */

/*
 * SEND RECEIVE SENDREC RCVRQST REPLY RELAY REPLYREC.
 *
 * Checks, in this order: EDRVSINIT, ENOTBIND, EVMNOTRUN, EINVAL (message ABI of the
 * VM is another), ERANGE bad number or EENDPOINT oneself, EDSTDIED / ESRCDIED /
 * EDEADSRCDST free or stale peer, ETRAPDENIED, ECALLDENIED, EFAULT, EBUSY (another
 * thread is in a blocking call of this endpoint), EAGAIN, ELOCKED.
 *
 * On EINTR and ETIMEDOUT a message not yet taken is withdrawn without trace; a request
 * that was taken counts as abandoned and its reply gets EPROCSTS.
 */
struct m3ipc_msg {
	__s32 endpoint; /* peer. RECEIVE: or ANY. RCVRQST: ANY */
	__s32 timeout_ms; /* REPLY, RELAY: 0 */
	__u64 msg; /* message, 36 or 48 bytes; in, [out] or both */
};

enum m3ipc_notify_kind {
	M3IPC_NOTIFY_PLAIN = 0, /* from the caller; source, value 0 */
	M3IPC_NOTIFY_SOURCE = 1, /* src_notify: from process number "source" */
	M3IPC_NOTIFY_VALUE = 2, /* ntfy_value: and sets bit "value" (0..31) of the argument */
	M3IPC_NOTIFY_HARDWARE = 3, /* hdw_notify: from HARDWARE; the caller may be unbound */
};

/* NOTIFY: never blocks. ENOMEM if the destination's map cannot grow. */
struct m3ipc_notify {
	__s32 vmid; /* OWN_VM, or (HARDWARE) any with MANAGE */
	__s32 endpoint; /* destination; or SELF */
	__u32 kind; /* enum m3ipc_notify_kind */
	__s32 source;
	__s32 value;
	__u32 pad;
};

/*
 * VCOPY. EPROCSTS another party is not blocked in receive or sendrec, EPERM no
 * consent, EBUSY it takes part in another copy, ERANGE bytes < 0 or too many, EFAULT
 * bad address of either side, ESRCDIED / EDSTDIED. A prefix may have been moved.
 */
struct m3ipc_vcopy {
	__s32 src; /* endpoint or SELF */
	__s32 dst;
	__u64 src_addr;
	__u64 dst_addr;
	__s64 bytes;
	__s32 timeout_ms;
	__u32 flags; /* 0 */
	__s32 src_grant; /* -1 = none; the id of a grant of src: src_addr is an offset into it */
	__s32 dst_grant; /* likewise */
	__s64 copied; /* [out] bytes moved, written on error, too */
};

/*
 * GRANT_SET: the caller lets process "to" copy a range of its memory; [out] id. GRANT_CLEAR
 * (id alone) takes that back: when it returns no copy by that grant runs or will run. A grant is to
 * one binding (or ANY), and of one program's memory: it ends with either binding, and with an exec.
 *
 * vcopy with an id in src_grant or dst_grant copies by that grant alone, and the address is
 * an offset into it. With -1 any grant of the range is good, by address. In a VM with
 * POLICY_GRANTS a party's memory moves by grants only. The party must be blocked in receive or
 * sendrec, as for every vcopy.
 *
 * SET: EENDPOINT oneself or NONE, EDSTDIED nobody is there, EBADVALUE no access or no byte, EFAULT
 * impossible range, ERSCBUSY M3IPC_MAX_GRANTS are made. CLEAR: EBADVALUE no such grant.
 */
#define M3IPC_GRANT_READ 0x1
#define M3IPC_GRANT_WRITE 0x2

struct m3ipc_grant {
	__s32 id;
	__s32 to; /* endpoint or ANY */
	__u64 addr;
	__u64 bytes;
	__u32 access; /* M3IPC_GRANT_* */
	__u32 pad;
};

/*
 * GRANT_GET: a grant made by a process of the caller's VM, to the caller or by it; with MANAGE any.
 * EBADVALUE: none with that id (NEXT: no more).
 */
struct m3ipc_grant_info {
	__s32 vmid; /* or OWN_VM; [out] */
	__s32 endpoint; /* or SELF; [out] who made it */
	__u32 flags; /* M3IPC_GET_NEXT */
	__u32 pad;
	struct m3ipc_grant grant; /* in: id; [out] all */
};

/* WAKEUP: ends receive(ANY) of a process with EWOKENUP; not blocked: kept for later, EPROCRUN. */
struct m3ipc_wakeup {
	__s32 vmid; /* or OWN_VM. Another's VM: MANAGE */
	__s32 endpoint;
};

/* ------------------------------------------------------- descriptors ---- */

/*
 * EVENTS: makes a close-on-exec descriptor whose read() gives whole m3ipc_event
 * records, of all VMs that the opener may SEE, from the moment of the call. read blocks unless
 * O_NONBLOCK (EAGAIN); a buffer smaller than a record is EINVAL.
 */
struct m3ipc_events {
	__u32 flags; /* 0 or M3IPC_EVENTS_NONBLOCK */
	__u32 records; /* room for unread records, 0 = 1024; at most 65536 */
};

#define M3IPC_EVENTS_NONBLOCK 0x1

enum m3ipc_event_type {
	M3IPC_EVENT_LOST = 0, /* only "lost" counts: records did not fit before this point */
	M3IPC_EVENT_DRVS_UP = 1,
	M3IPC_EVENT_DRVS_DOWN = 2,
	M3IPC_EVENT_VM_UP = 3,
	M3IPC_EVENT_VM_SET = 4,
	M3IPC_EVENT_VM_DOWN = 5,
	M3IPC_EVENT_BIND = 6,
	M3IPC_EVENT_UNBIND = 7,
	M3IPC_EVENT_SLOT_SET = 8,
	M3IPC_EVENT_SLOT_CLEAR = 9,
	M3IPC_EVENT_LINK_UP = 10,
	M3IPC_EVENT_LINK_DOWN = 11,
};

enum m3ipc_cause { /* of an UNBIND */
	M3IPC_CAUSE_NONE = 0,
	M3IPC_CAUSE_CALL = 1, /* its own unbind */
	M3IPC_CAUSE_MANAGER = 2, /* unbound by another */
	M3IPC_CAUSE_EXIT = 3, /* thread ended; code = exit status */
	M3IPC_CAUSE_SIGNAL = 4, /* killed; code = signal */
	M3IPC_CAUSE_EXEC = 5, /* ended by another thread's exec */
	M3IPC_CAUSE_VM_END = 6,
};

struct m3ipc_event {
	__u32 type; /* enum m3ipc_event_type */
	__u32 cause; /* enum m3ipc_cause */
	__s32 vmid; /* -1 = none */
	__s32 endpoint; /* NONE = none */
	__s32 nr; /* process number */
	__s32 pid; /* tid in the pid namespace of the reader's opener, 0 = none */
	__s32 tgid;
	__s32 nodeid;
	__s32 code; /* exit status or signal */
	__u32 lost; /* records lost just before this one */
	__u64 time_ns; /* CLOCK_REALTIME */
	__u64 incarnation; /* of the VM */
	__u64 seq; /* number of the event on this node, the same for every reader */
};

/*
 * ENDPOINT_FD: makes a close-on-exec descriptor of the binding, for poll only, in any
 * process. IN: receive(ANY) would not block. HUP: binding or VM ended.
 */
struct m3ipc_endpoint_fd {
	__s32 vmid; /* or OWN_VM; others need SEE */
	__s32 endpoint; /* or SELF. ENOTBIND if not bound */
	__u32 flags; /* 0 */
	__u32 pad;
};

/* --------------------------------------------------- layout, asserted ---- */

M3IPC_LAYOUT(m3ipc_msg, 16);
M3IPC_LAYOUT(m3ipc_notify, 24);
M3IPC_LAYOUT(m3ipc_vcopy, 56);
M3IPC_LAYOUT(m3ipc_grant, 32);
M3IPC_LAYOUT(m3ipc_grant_info, 48);
M3IPC_LAYOUT(m3ipc_wakeup, 8);
M3IPC_LAYOUT(m3ipc_events, 8);
M3IPC_LAYOUT(m3ipc_event, 64);
M3IPC_LAYOUT(m3ipc_endpoint_fd, 16);

#endif /* _UAPI_M3IPC_CALL_H */
