/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/* Version, DRVS, VMs and slots. Part of m3ipc.h, which has the rules. */
#ifndef _UAPI_M3IPC_SYSTEM_H
#define _UAPI_M3IPC_SYSTEM_H

#include "m3ipc_base.h"

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
#define M3IPC_VM_LIMITS 0x001 /* nr_procs nr_tasks nr_sysprocs (vm_set: upward) */
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
	__u64 lclsent; /* [out] messages its processes here sent here / to other nodes */
	__u64 rmtsent; /* [out] */
	__u64 lclcopy; /* [out] bytes they copied here / from or to other nodes */
	__u64 rmtcopy; /* [out] */
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

/* --------------------------------------------------- layout, asserted ---- */

M3IPC_LAYOUT(m3ipc_version, 48);
M3IPC_LAYOUT(m3ipc_drvs_params, 96);
M3IPC_LAYOUT(m3ipc_drvs_info, 128);
M3IPC_LAYOUT(m3ipc_vm_params, 232);
M3IPC_LAYOUT(m3ipc_vm_ref, 8);
M3IPC_LAYOUT(m3ipc_vm_info, 312);
M3IPC_LAYOUT(m3ipc_priv, 56);
M3IPC_LAYOUT(m3ipc_slot, 80);

#endif /* _UAPI_M3IPC_SYSTEM_H */
