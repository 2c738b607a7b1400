/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/* Limits, endpoints, messages and errors. Part of m3ipc.h, which has the rules. */
#ifndef _UAPI_M3IPC_BASE_H
#define _UAPI_M3IPC_BASE_H

#include <linux/types.h>

/* A struct is the same for every caller. */
#ifdef __cplusplus
#define M3IPC_LAYOUT(type, size) static_assert(sizeof(struct type) == (size), #type)
#else
#define M3IPC_LAYOUT(type, size) _Static_assert(sizeof(struct type) == (size), #type)
#endif

/* ------------------------------------------------------------ limits ---- */

#define M3IPC_MAX_NODES 1024 /* nodeids 0..1023 */
#define M3IPC_NODE_WORDS (M3IPC_MAX_NODES / 64)
#define M3IPC_MAX_VMID 65535
#define M3IPC_MAX_VMS 4096 /* at once, on one node */
#define M3IPC_USER_VMID_MIN 3072 /* below: CAP_SYS_ADMIN only */
#define M3IPC_USER_VMS 16 /* default number of VMs per ordinary user */
#define M3IPC_DEFAULT_PROCS 221
#define M3IPC_MAX_PROCS 16000
#define M3IPC_DEFAULT_TASKS 35
#define M3IPC_MAX_TASKS 250
#define M3IPC_DEFAULT_SYSPROCS 64 /* tasks included */
#define M3IPC_MAX_COPY (4 * 1024 * 1024) /* bytes per vcopy */
#define M3IPC_NAME_SIZE 32 /* [A-Za-z0-9._-]{1,31} + NUL; not "." or ".." */
#define M3IPC_MAX_GRANTS 256 /* of one process */
#define M3IPC_PEER_WORDS 4 /* peers map: process numbers -nr_tasks.. (256 of them) */

/* --------------------------------------------------------- endpoints ---- */

/*
 * An endpoint names a process within its VM. System slots (tasks, numbers
 * -nr_tasks..-1, and servers, numbers below nr_sysprocs - nr_tasks) have endpoint
 * == number in every life. Other slots: number + generation * 65536, generation
 * 0..32766, one more at each reuse of the slot.
 */
#define M3IPC_ANY 0x7ace /* receive: from anybody */
#define M3IPC_NONE 0x6ace /* nobody */
#define M3IPC_SELF 0x8ace /* the caller's own endpoint */
#define M3IPC_GENERATION_SHIFT 16
#define M3IPC_MAX_GENERATION 32766

#define M3IPC_HARDWARE (-1) /* source of a notification to oneself, and of hdw_notify */

#define M3IPC_FOREVER (-1) /* timeout_ms: no limit */

#define M3IPC_OWN_VM (-1) /* in a "vmid" field: the caller's VM, where the text allows it */

/* ---------------------------------------------------------- messages ---- */

/*
 * A message is opaque to the kernel but for m_source, which the kernel writes.
 * 32-bit callers: 36 bytes; 64-bit callers: 48 bytes. A VM has one of the two.
 */
#define M3IPC_MESSAGE_SIZE_32 36
#define M3IPC_MESSAGE_SIZE_64 48

struct m3ipc_message { /* 64-bit layout; the 32-bit one has payload[28] */
	__s32 m_source; /* endpoint of the sender, by the kernel */
	__s32 m_type;
	__u8 payload[40];
};

/*
 * A notification is written whole by the kernel (the rest of the payload zero):
 *   m_type   M3IPC_NOTIFY_FROM(number of the source)
 *   payload  @0 __s32 0
 *            @4 __s32 argument, cleared on read
 *            @8 time of delivery (CLOCK_REALTIME): 64-bit layout __s64 sec, __s64 nsec;
 *                                                  32-bit layout __s32 sec, __s32 nsec
 */
#define M3IPC_NOTIFY_BASE 0x1000
#define M3IPC_NOTIFY_TASKS 35 /* NR_TASKS of the M3-IPC headers, whatever the VM's own */
#define M3IPC_NOTIFY_FROM(nr) (M3IPC_NOTIFY_BASE + (nr) + M3IPC_NOTIFY_TASKS)

enum m3ipc_abi {
	M3IPC_ABI_CALLER = 0, /* that of the program that creates the VM */
	M3IPC_ABI_32 = 1, /* 36-byte messages */
	M3IPC_ABI_64 = 2, /* 48-byte messages */
};

/* ------------------------------------------------------------ errors ---- */

/*
 * The kernel's own conditions. The number after "M3" is the one programs see
 * through libm3ipc (negative there). errors.md has the calls of each.
 */
enum m3ipc_error {
	M3IPC_EBADNODEID = 301, /* M3 301: nodeid out of range, unknown, or not the boot line's */
	M3IPC_EBADVMID = 302, /* M3 302: vmid out of range (EBADDCID) */
	M3IPC_EVMNOTRUN = 303, /* M3 303: no such VM, or it ended (EDCNOTRUN) */
	M3IPC_EBADPROC = 304, /* M3 304: process number out of the VM's range, in bind-like calls */
	M3IPC_EBADPID = 305, /* M3 305: no such thread, it is exiting, or a kernel thread */
	M3IPC_EENDPOINT = 306, /* M3 306: own endpoint as peer, or no valid endpoint */
	M3IPC_ENOTBIND = 310, /* M3 310: thread or slot not bound */
	M3IPC_EDRVSBUSY = 317, /* M3 317: the DRVS is already initialised (EDVSBUSY) */
	M3IPC_EDRVSINIT = 318, /* M3 318: the DRVS is not initialised (EDVSINIT) */
	M3IPC_ENOVMNODE = 319, /* M3 319: node not in the VM's node set (ENODCNODE) */
	M3IPC_EPROCRUN = 320, /* M3 320: wakeup of a process that is not blocked */
	M3IPC_EPROCSTS = 324, /* M3 324: peer not in the state that the call needs */
	M3IPC_EBADOWNER = 331, /* M3 331: slot reserved for another uid or node */
	M3IPC_EPRIVILEGES = 335, /* M3 335: not permitted, in calls that return an endpoint */
	M3IPC_ESLOTUSED = 337, /* M3 337: slot in use, or thread already bound */
	M3IPC_EBADRANGE = 338, /* M3 338: a limit out of range */
	M3IPC_EBADVALUE = 339, /* M3 339: a field with an impossible value */
	M3IPC_ERSCBUSY = 342, /* M3 342: vmid or name in use, or no room for more VMs */
	M3IPC_ENAMESIZE = 343, /* M3 343: name empty, too long or with a bad character */
	M3IPC_EALLOCMEM = 344, /* M3 344: no memory, in calls that return an endpoint */
	M3IPC_EWOKENUP = 348, /* M3 348: receive ended by wakeup */
	M3IPC_ELOCKED = 361, /* M3 101: the call would close a deadlock */
	M3IPC_EBADCALL = 362, /* M3 102: no such call */
	M3IPC_ECALLDENIED = 364, /* M3 104: peer not in the caller's peers map */
	M3IPC_EDEADSRCDST = 365, /* M3 105: sendrec to a free slot or stale endpoint */
	M3IPC_ESRCDIED = 368, /* M3 108: the source is dead, or died */
	M3IPC_EDSTDIED = 369, /* M3 109: the destination is dead, or died */
	M3IPC_ETRAPDENIED = 370, /* M3 110: the caller's level or calls map lacks the call */
};

/* --------------------------------------------------- layout, asserted ---- */

M3IPC_LAYOUT(m3ipc_message, 48);

#endif /* _UAPI_M3IPC_BASE_H */
