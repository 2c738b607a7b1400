/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * User space interface of the M3-IPC module: /dev/m3ipc, version 1.
 *
 * Rules, which hold for every call:
 *
 *  - A call is ioctl(fd, M3IPC_IOC_x, &struct). Only the open descriptor is
 *    needed; it carries no state, so any number of threads and processes may
 *    share one, and closing it ends no binding.
 *  - The ioctl returns 0 (descriptor-making calls: the descriptor) or -1 with
 *    errno. Results travel in the struct's fields marked [out], never in the
 *    return value, because endpoints may be negative. On an error no [out] field
 *    is written unless its text says so.
 *  - errno is a Linux errno where Linux has the word, else one of enum
 *    m3ipc_error (300..399). Linux numbers are never reused with another meaning.
 *  - Padding ("pad", "reserved") must be zero and unknown flag or mask bits are
 *    refused: EINVAL. Structs are the same for 32- and 64-bit callers. Pointers
 *    are __u64.
 *  - Append-only: numbers, fields and meanings never change after version 1. What
 *    a module of the same version can do beyond is a bit of m3ipc_version.features.
 *  - Timeouts are milliseconds: 0 means EAGAIN instead of blocking, -1
 *    (M3IPC_FOREVER) no limit, other negative values EINVAL. Expiry is ETIMEDOUT.
 *    A signal ends a blocked call with EINTR; calls are never restarted.
 *  - A "pid" names a Linux thread (its tid), in the caller's pid namespace.
 */
#ifndef _UAPI_M3IPC_H
#define _UAPI_M3IPC_H

#include <linux/ioctl.h>
#include <linux/types.h>

#define M3IPC_ABI_VERSION 1
#define M3IPC_DEVICE "m3ipc" /* under /dev */

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

/* ----------------------------------------------------------- version ---- */

#define M3IPC_FEATURE_MESSAGES (1ULL << 0) /* send receive sendrec notify */
#define M3IPC_FEATURE_REQUESTS (1ULL << 1) /* rcvrqst reply */
#define M3IPC_FEATURE_RELAY (1ULL << 2) /* relay */
#define M3IPC_FEATURE_REPLYREC (1ULL << 3) /* replyrec */
#define M3IPC_FEATURE_VCOPY (1ULL << 4) /* vcopy, caller is source or destination */
#define M3IPC_FEATURE_VCOPY3 (1ULL << 5) /* vcopy by a third party */
#define M3IPC_FEATURE_GRANTS (1ULL << 6) /* grants, VM policy "grants" */
#define M3IPC_FEATURE_DEADLOCK (1ULL << 7) /* ELOCKED is detected */
#define M3IPC_FEATURE_WAKEUP (1ULL << 8)
#define M3IPC_FEATURE_PRIV (1ULL << 9) /* levels, calls and peers maps are enforced */
#define M3IPC_FEATURE_SRC_NOTIFY (1ULL << 10) /* notify kinds other than PLAIN */
#define M3IPC_FEATURE_EVENTS (1ULL << 11)
#define M3IPC_FEATURE_ENDPOINT_FD (1ULL << 12)
#define M3IPC_FEATURE_WARN (1ULL << 13) /* warn2proc messages */
#define M3IPC_FEATURE_LINKS (1ULL << 14) /* IPC between nodes */

struct m3ipc_version {
	__u32 abi; /* [out] M3IPC_ABI_VERSION */
	__u32 pad; /* [out] 0 */
	__u64 features; /* [out] M3IPC_FEATURE_* */
	char release[M3IPC_NAME_SIZE]; /* [out] version of the module, text */
};

/* -------------------------------------------------------------- DRVS ---- */

enum m3ipc_nodeid_source {
	M3IPC_NODEID_NONE = 0, /* [out] none yet */
	M3IPC_NODEID_BOOT = 1, /* [out] boot line (m3ipc.nodeid=) or module parameter */
	M3IPC_NODEID_PROGRAM = 2, /* a program */
	M3IPC_NODEID_TOOL = 3, /* the m3ipc tool */
	M3IPC_NODEID_AGENT = 4, /* the node agent */
};

/* DRVS_INIT. Needs CAP_SYS_ADMIN in the initial user namespace. */
struct m3ipc_drvs_params {
	__s32 nodeid; /* 0..1023, or -1 = the boot line's; [out] the one in effect */
	__u32 source; /* who chose it: PROGRAM TOOL AGENT; [out] where it came from */
	__u8 uuid[16]; /* of the DRVS; all zero = none */
	char name[M3IPC_NAME_SIZE]; /* of this node; empty = "node<nodeid>" */
	__u32 nr_nodes; /* nodeids 0..nr_nodes-1 exist; 0 = 1024 */
	__u32 nr_vms; /* at once on this node; 0 = 4096 */
	__u32 nr_procs; /* default of VMs; 0 = 221 */
	__u32 nr_tasks; /* default of VMs; 0 = 35 */
	__u32 nr_sysprocs; /* default of VMs; 0 = 64 */
	__u32 max_copy; /* bytes per vcopy; 0 = 4 MiB */
	__u32 user_vms; /* VMs per ordinary user; 0 = 16 */
	__u32 dbglvl; /* kept and shown, no effect */
	__u32 flags; /* 0 */
	__u32 pad;
};

#define M3IPC_DRVS_RUNNING 0x1

/* GET_DRVS: always succeeds, for anybody. */
struct m3ipc_drvs_info {
	struct m3ipc_drvs_params params; /* [out] in effect; nodeid -1 if not initialised */
	__u32 state; /* [out] M3IPC_DRVS_RUNNING or 0 */
	__s32 boot_nodeid; /* [out] of the boot line, -1 = none */
	__u32 vms; /* [out] running */
	__u32 bound; /* [out] bound threads, all VMs */
	__u32 size_proc; /* [out] bytes of kernel memory of one binding */
	__u32 pad; /* [out] 0 */
	__u64 since_ns; /* [out] CLOCK_REALTIME of drvs_init, 0 = not initialised */
};

/* ---------------------------------------------------------------- VM ---- */

enum m3ipc_level { /* what a process may do without a calls map of its own */
	M3IPC_LEVEL_USER = 0, /* sendrec receive rcvrqst reply replyrec, vcopy with its clients */
	M3IPC_LEVEL_SERVER = 1, /* + send notify relay, vcopy by consent; default */
	M3IPC_LEVEL_TASK = 2, /* + src_notify ntfy_value */
	/* + hdw_notify setpriv, vcopy whatever the uids. Only root, or one of it, can give it */
	M3IPC_LEVEL_SYSTEM = 3,
};

enum m3ipc_policy {
	M3IPC_POLICY_CONSENT = 0,
	M3IPC_POLICY_GRANTS = 1, /* only granted ranges move (FEATURE_GRANTS) */
};

/* Permission bits of a VM's mode, three times as in a file's (owner group others). */
#define M3IPC_MODE_SEE 04 /* information, /proc, events */
#define M3IPC_MODE_MANAGE 02 /* vm_end vm_set slot_set unbind others, setpriv */
#define M3IPC_MODE_BIND 01 /* enter it; a slot reserved for one's uid needs no bit */
#define M3IPC_MODE_DEFAULT 0750

/* Which fields of m3ipc_vm_params are given ("set"); the others keep their default or value. */
#define M3IPC_VM_LIMITS 0x001 /* nr_procs nr_tasks nr_sysprocs (vm_set: upward; nr_procs only) */
#define M3IPC_VM_NODES 0x002 /* nodes; default: the local node */
#define M3IPC_VM_OWNER 0x004 /* uid gid; default: the caller's effective ids */
#define M3IPC_VM_MODE 0x008 /* mode; default M3IPC_MODE_DEFAULT */
#define M3IPC_VM_LEVEL 0x010 /* level; default SERVER */
#define M3IPC_VM_ABI 0x020 /* abi; default the caller's. Not in vm_set */
#define M3IPC_VM_POLICY 0x040 /* policy; default CONSENT */
#define M3IPC_VM_WARN 0x080 /* warn2proc warnmsg; default NONE */
#define M3IPC_VM_TAG 0x100 /* tag; default zero */
#define M3IPC_VM_NAME 0x200 /* name; vm_init needs it */

/*
 * VM_INIT and VM_SET. vmids below M3IPC_USER_VMID_MIN, and giving a VM to other
 * ids than one's own, need CAP_SYS_ADMIN in the initial user namespace. VM_SET
 * needs MANAGE; it touches no bound process.
 */
struct m3ipc_vm_params {
	__s32 vmid;
	__u32 set; /* M3IPC_VM_* */
	char name[M3IPC_NAME_SIZE];
	__u32 nr_procs; /* numbers 0..nr_procs-1; 1..16000 */
	__u32 nr_tasks; /* numbers -nr_tasks..-1; 0..250 */
	__u32 nr_sysprocs; /* system slots, tasks included; nr_tasks..nr_tasks+nr_procs */
	__u32 uid; /* in the caller's user namespace */
	__u32 gid;
	__u32 mode; /* 0..0777 of M3IPC_MODE_* */
	__u32 level; /* enum m3ipc_level of processes whose slot does not say */
	__u32 abi; /* enum m3ipc_abi */
	__u32 policy; /* enum m3ipc_policy */
	__s32 warn2proc; /* endpoint told of each death, or M3IPC_NONE */
	__s32 warnmsg; /* its m_type; m1_i1 = exit status, or 128 + signal; m1_i2 = -1 */
	__s32 nodeid; /* [out] of VM_INIT: the local nodeid */
	__u8 tag[16]; /* mark of who owns the VM, shown in /proc */
	__u64 nodes[M3IPC_NODE_WORDS]; /* bit n of word w = nodeid 64 * w + n */
};

/*
 * VM_END (MANAGE): unbinds every process of the VM at once. Blocked calls return EVMNOTRUN, and
 * each bound thread but the caller's own process gets SIGPIPE. On return vmid and name are free.
 */
struct m3ipc_vm_ref {
	__s32 vmid;
	__u32 flags; /* 0 */
};

/* In "flags" of the GET calls that can walk: the first one at or after the given number. */
#define M3IPC_GET_NEXT 0x1

/* GET_VM. Needs SEE. EVMNOTRUN: no such VM (NEXT: no more that the caller may see). */
struct m3ipc_vm_info {
	struct m3ipc_vm_params params; /* in: params.vmid (or OWN_VM); [out] all, set = 0 */
	__u32 flags; /* M3IPC_GET_NEXT */
	__u32 bound; /* [out] bound here */
	__u32 reserved_slots; /* [out] slots reserved by slot_set */
	__u32 pad; /* [out] 0 */
	__u64 incarnation; /* [out] differs for every vm_init of this boot */
	__u64 since_ns; /* [out] CLOCK_REALTIME of vm_init */
	__u64 messages; /* [out] messages and notifications delivered here */
	__u64 copied; /* [out] bytes moved by vcopy here */
};

/* -------------------------------------------------------------- slot ---- */

/* A call, as a bit of a calls map. */
#define M3IPC_CALL_SEND (1ULL << 0)
#define M3IPC_CALL_RECEIVE (1ULL << 1)
#define M3IPC_CALL_SENDREC (1ULL << 2)
#define M3IPC_CALL_NOTIFY (1ULL << 3)
#define M3IPC_CALL_RCVRQST (1ULL << 4)
#define M3IPC_CALL_REPLY (1ULL << 5)
#define M3IPC_CALL_RELAY (1ULL << 6)
#define M3IPC_CALL_REPLYREC (1ULL << 7)
#define M3IPC_CALL_VCOPY (1ULL << 8) /* with a party whose sendrec to the caller is unanswered */
#define M3IPC_CALL_VCOPY_ANY (1ULL << 9) /* with other parties, too */
#define M3IPC_CALL_SRC_NOTIFY (1ULL << 10)
#define M3IPC_CALL_NTFY_VALUE (1ULL << 11)
#define M3IPC_CALL_HDW_NOTIFY (1ULL << 12)
#define M3IPC_CALL_SETPRIV (1ULL << 13)
#define M3IPC_CALLS_ALL ((1ULL << 14) - 1)

/* What a process may do. In slots, and in GET_PRIV/SET_PRIV. */
#define M3IPC_PRIV_LEVEL 0x1 /* level given */
#define M3IPC_PRIV_CALLS 0x2 /* calls given; else those of the level */
#define M3IPC_PRIV_PEERS 0x4 /* peers given; else everybody */

struct m3ipc_priv {
	__u32 set; /* M3IPC_PRIV_*; not given: the VM's default */
	__u32 level; /* enum m3ipc_level */
	__u64 calls; /* M3IPC_CALL_* */
	__u64 peers[M3IPC_PEER_WORDS]; /* bit i = may address process number i - nr_tasks */
	__u32 peers_rest; /* 1 = numbers beyond the map may be addressed, 0 = not */
	__u32 pad;
};

#define M3IPC_SLOT_NODE 0x1 /* nodeid given: only there may it be bound */
#define M3IPC_SLOT_UID 0x2 /* uid given: only a thread of this real uid */

/* SLOT_SET, SLOT_CLEAR (vmid and nr only), GET_SLOT. Need MANAGE (GET: SEE). */
struct m3ipc_slot {
	__s32 vmid;
	__s32 nr; /* process number; EBADPROC */
	__u32 set; /* M3IPC_SLOT_* */
	__s32 nodeid; /* ENOVMNODE if not in the VM's set */
	__u32 uid; /* in the caller's user namespace */
	__u32 reserved; /* [out] of GET_SLOT: 1 = reserved */
	struct m3ipc_priv priv; /* of its occupant, at once if there is one */
};

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

/* ------------------------------------------------------------- calls ---- */

#define M3IPC_IOC_MAGIC 0xE3

#define M3IPC_IOC_GET_VERSION _IOR(M3IPC_IOC_MAGIC, 0x00, struct m3ipc_version)

#define M3IPC_IOC_DRVS_INIT _IOWR(M3IPC_IOC_MAGIC, 0x01, struct m3ipc_drvs_params)
#define M3IPC_IOC_DRVS_END _IO(M3IPC_IOC_MAGIC, 0x02)
#define M3IPC_IOC_GET_DRVS _IOR(M3IPC_IOC_MAGIC, 0x03, struct m3ipc_drvs_info)
#define M3IPC_IOC_GET_NODE _IOWR(M3IPC_IOC_MAGIC, 0x04, struct m3ipc_node_info)

#define M3IPC_IOC_VM_INIT _IOWR(M3IPC_IOC_MAGIC, 0x10, struct m3ipc_vm_params)
#define M3IPC_IOC_VM_SET _IOW(M3IPC_IOC_MAGIC, 0x11, struct m3ipc_vm_params)
#define M3IPC_IOC_VM_END _IOW(M3IPC_IOC_MAGIC, 0x12, struct m3ipc_vm_ref)
#define M3IPC_IOC_GET_VM _IOWR(M3IPC_IOC_MAGIC, 0x13, struct m3ipc_vm_info)
#define M3IPC_IOC_SLOT_SET _IOW(M3IPC_IOC_MAGIC, 0x14, struct m3ipc_slot)
#define M3IPC_IOC_SLOT_CLEAR _IOW(M3IPC_IOC_MAGIC, 0x15, struct m3ipc_slot)
#define M3IPC_IOC_GET_SLOT _IOWR(M3IPC_IOC_MAGIC, 0x16, struct m3ipc_slot)

#define M3IPC_IOC_BIND _IOWR(M3IPC_IOC_MAGIC, 0x20, struct m3ipc_bind)
#define M3IPC_IOC_UNBIND _IOW(M3IPC_IOC_MAGIC, 0x21, struct m3ipc_unbind)
#define M3IPC_IOC_GETEP _IOWR(M3IPC_IOC_MAGIC, 0x22, struct m3ipc_getep)
#define M3IPC_IOC_WAIT _IOWR(M3IPC_IOC_MAGIC, 0x23, struct m3ipc_wait)
#define M3IPC_IOC_GET_PROC _IOWR(M3IPC_IOC_MAGIC, 0x24, struct m3ipc_proc_info)
#define M3IPC_IOC_GET_PRIV _IOWR(M3IPC_IOC_MAGIC, 0x25, struct m3ipc_priv_args)
#define M3IPC_IOC_SET_PRIV _IOW(M3IPC_IOC_MAGIC, 0x26, struct m3ipc_priv_args)
#define M3IPC_IOC_WAKEUP _IOW(M3IPC_IOC_MAGIC, 0x27, struct m3ipc_wakeup)

#define M3IPC_IOC_SEND _IOW(M3IPC_IOC_MAGIC, 0x30, struct m3ipc_msg)
#define M3IPC_IOC_RECEIVE _IOW(M3IPC_IOC_MAGIC, 0x31, struct m3ipc_msg)
#define M3IPC_IOC_SENDREC _IOW(M3IPC_IOC_MAGIC, 0x32, struct m3ipc_msg)
#define M3IPC_IOC_NOTIFY _IOW(M3IPC_IOC_MAGIC, 0x33, struct m3ipc_notify)
#define M3IPC_IOC_RCVRQST _IOW(M3IPC_IOC_MAGIC, 0x34, struct m3ipc_msg)
#define M3IPC_IOC_REPLY _IOW(M3IPC_IOC_MAGIC, 0x35, struct m3ipc_msg)
#define M3IPC_IOC_RELAY _IOW(M3IPC_IOC_MAGIC, 0x36, struct m3ipc_msg)
#define M3IPC_IOC_REPLYREC _IOW(M3IPC_IOC_MAGIC, 0x37, struct m3ipc_msg)
#define M3IPC_IOC_VCOPY _IOWR(M3IPC_IOC_MAGIC, 0x38, struct m3ipc_vcopy)
#define M3IPC_IOC_GRANT_SET _IOWR(M3IPC_IOC_MAGIC, 0x39, struct m3ipc_grant)
#define M3IPC_IOC_GRANT_CLEAR _IOW(M3IPC_IOC_MAGIC, 0x3a, struct m3ipc_grant)
#define M3IPC_IOC_GRANT_GET _IOWR(M3IPC_IOC_MAGIC, 0x3b, struct m3ipc_grant_info)

#define M3IPC_IOC_EVENTS _IOW(M3IPC_IOC_MAGIC, 0x40, struct m3ipc_events)
#define M3IPC_IOC_ENDPOINT_FD _IOW(M3IPC_IOC_MAGIC, 0x41, struct m3ipc_endpoint_fd)

/* --------------------------------------------------- layout, asserted ---- */

#ifdef __cplusplus
#define M3IPC_LAYOUT(type, size) static_assert(sizeof(struct type) == (size), #type)
#else
#define M3IPC_LAYOUT(type, size) _Static_assert(sizeof(struct type) == (size), #type)
#endif

M3IPC_LAYOUT(m3ipc_message, 48);
M3IPC_LAYOUT(m3ipc_version, 48);
M3IPC_LAYOUT(m3ipc_drvs_params, 96);
M3IPC_LAYOUT(m3ipc_drvs_info, 128);
M3IPC_LAYOUT(m3ipc_vm_params, 232);
M3IPC_LAYOUT(m3ipc_vm_ref, 8);
M3IPC_LAYOUT(m3ipc_vm_info, 280);
M3IPC_LAYOUT(m3ipc_priv, 56);
M3IPC_LAYOUT(m3ipc_slot, 80);
M3IPC_LAYOUT(m3ipc_bind, 24);
M3IPC_LAYOUT(m3ipc_unbind, 16);
M3IPC_LAYOUT(m3ipc_getep, 16);
M3IPC_LAYOUT(m3ipc_wait, 16);
M3IPC_LAYOUT(m3ipc_proc_info, 144);
M3IPC_LAYOUT(m3ipc_node_info, 80);
M3IPC_LAYOUT(m3ipc_priv_args, 64);
M3IPC_LAYOUT(m3ipc_msg, 16);
M3IPC_LAYOUT(m3ipc_notify, 24);
M3IPC_LAYOUT(m3ipc_vcopy, 56);
M3IPC_LAYOUT(m3ipc_grant, 32);
M3IPC_LAYOUT(m3ipc_grant_info, 48);
M3IPC_LAYOUT(m3ipc_wakeup, 8);
M3IPC_LAYOUT(m3ipc_events, 8);
M3IPC_LAYOUT(m3ipc_event, 64);
M3IPC_LAYOUT(m3ipc_endpoint_fd, 16);

#endif /* _UAPI_M3IPC_H */
