/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Constants and structures of the M3-IPC calls: names, fields and order of
 * M3-IPC 4.1; what this implementation adds stands at the end of each structure,
 * and as input counts only if named in its *_given field.
 *
 * Included by <m3ipc.h>; do not include it alone.
 */
#ifndef M3IPC_TYPES_H
#define M3IPC_TYPES_H

#include <stdint.h>
#include <time.h>

#ifndef OK
#define OK 0
#endif

#define TIMEOUT_NOWAIT 0
#define TIMEOUT_FOREVER (-1)
#define TIMEOUT_MOLCALL 30000 /* ms */

/* ---------------------------------------------------------- endpoints ---- */

#define ANY 0x7ace  /* receive: from anybody */
#define NONE 0x6ace /* nobody */
#define SELF 0x8ace /* the caller */
#define LOCALNODE (-1)

#define HARDWARE (-1) /* source of hdw_notify and of a notification to oneself */
#define KERNEL HARDWARE

#define M3_OWN_VM (-1) /* as a vmid: that of the caller, where the call says so */

/*
 * endpoint = process number + generation * 65536. System slots (tasks, and numbers
 * below dc_nr_sysprocs - dc_nr_tasks) are generation 0 in every life.
 */
#define _ENDPOINT(g, p) ((int)((g)*65536 + (p)))
#define _ENDPOINT_P(e) ((int)(int16_t)((e)&0xffff))
#define _ENDPOINT_G(e) (((e)-_ENDPOINT_P(e)) / 65536)
#define _ENDPOINT_GENERATION_SIZE 65536
#define _ENDPOINT_MAX_GENERATION 32766

/* m_type of a notification from process number nr; and the other way round. */
#define NOTIFY_MESSAGE 0x1000
#define NOTIFY_FROM(nr) (NOTIFY_MESSAGE + (nr) + NR_TASKS)
#define M3_NOTIFIER(m_type) ((m_type)-NOTIFY_MESSAGE - NR_TASKS)

/* ------------------------------------------------------------- limits ---- */

#define NR_NODES 1024 /* nodeids 0..1023 */
#define NR_DCS 4096   /* VMs at once on a node */
#define NR_VMS NR_DCS
#define NR_PROCS 221		     /* default of dc_nr_procs; at most 16000 */
#define NR_TASKS 35		     /* default of dc_nr_tasks; at most 250 */
#define NR_SYS_PROCS 64		     /* default of dc_nr_sysprocs, tasks included */
#define MAXCOPYBUF 65536	     /* bytes; kept for programs that size buffers by it */
#define MAXCOPYLEN (4 * 1024 * 1024) /* bytes per vcopy */
#define M3_NAME_SIZE 32		     /* [A-Za-z0-9._-]{1,31} and NUL */
#define MAXPROCNAME M3_NAME_SIZE
#define MAXDCNAME M3_NAME_SIZE
#define MAXVMNAME M3_NAME_SIZE
#define MAXNODENAME M3_NAME_SIZE

/* -------------------------------------------------------------- state ---- */

/* p_rts_flags; PROC_RUNNING: it is in no call. */
#define PROC_RUNNING 0
#define BIT_SLOT_FREE 0
#define BIT_NO_MAP 1
#define BIT_SENDING 2
#define BIT_RECEIVING 3
#define BIT_SIGNALED 4
#define BIT_SIG_PENDING 5
#define BIT_P_STOP 6
#define BIT_NO_PRIV 7
#define BIT_NO_PRIORITY 8
#define BIT_NO_ENDPOINT 9
#define BIT_ONCOPY 10
#define BIT_MIGRATE 11
#define BIT_REMOTE 12
#define BIT_RMTOPER 13
#define BIT_WAITMIGR 15
#define BIT_WAITUNBIND 17
#define BIT_WAITBIND 18
#define SLOT_FREE (1 << BIT_SLOT_FREE)
#define NO_MAP (1 << BIT_NO_MAP)
#define SENDING (1 << BIT_SENDING)
#define RECEIVING (1 << BIT_RECEIVING)
#define SIGNALED (1 << BIT_SIGNALED)
#define SIG_PENDING (1 << BIT_SIG_PENDING)
#define P_STOP (1 << BIT_P_STOP)
#define NO_PRIV (1 << BIT_NO_PRIV)
#define NO_PRIORITY (1 << BIT_NO_PRIORITY)
#define NO_ENDPOINT (1 << BIT_NO_ENDPOINT)
#define ONCOPY (1 << BIT_ONCOPY)
#define MIGRATE (1 << BIT_MIGRATE)
#define REMOTE (1 << BIT_REMOTE)
#define RMTOPER (1 << BIT_RMTOPER)
#define WAITMIGR (1 << BIT_WAITMIGR)
#define WAITUNBIND (1 << BIT_WAITUNBIND)
#define WAITBIND (1 << BIT_WAITBIND)
#define MIGRATING MIGRATE

/* p_misc_flags */
#define MIS_BIT_PROXY 0
#define MIS_BIT_CONNECTED 1
#define MIS_BIT_NOTIFY 2
#define MIS_BIT_NEEDMIGR 3
#define MIS_BIT_RMTBACKUP 4
#define MIS_BIT_GRPLEADER 5
#define MIS_BIT_KTHREAD 6
#define MIS_BIT_REPLICATED 7
#define MIS_BIT_KILLED 8
#define MIS_BIT_WOKENUP 9
#define MIS_BIT_USERMODE 10
#define MIS_BIT_RMTINFO 11
#define MIS_BIT_NOMIGRATE 12
#define MIS_BIT_ATOMIC 13
#define MIS_BIT_ENQUEUED 14
#define MIS_BIT_ABANDONED 16 /* its last sendrec was given up after being taken */
#define MIS_BIT_RESERVED 17  /* the number is reserved by slot_set */
#define MIS_GRPLEADER (1 << MIS_BIT_GRPLEADER)
#define MIS_WOKENUP (1 << MIS_BIT_WOKENUP)
#define MIS_ATOMIC (1 << MIS_BIT_ATOMIC)
#define MIS_ABANDONED (1 << MIS_BIT_ABANDONED)
#define MIS_RESERVED (1 << MIS_BIT_RESERVED)

/* dc_flags */
#define DC_RUNNING 0
#define DC_FREE 2

#define DVS_NO_INIT (-1) /* mnx_getdvsinfo: the DRVS is not initialised */

/* n_flags. A link serves both ways: LINKED shows as both of M3-IPC 4.1's. */
#define NODE_BIT_ATTACHED 1
#define NODE_BIT_SCONNECTED 2
#define NODE_BIT_RCONNECTED 3
#define NODE_FREE 0
#define NODE_LOCAL 0x1
#define NODE_ATTACHED (1 << NODE_BIT_ATTACHED) /* some VM here spans it */
#define NODE_SCONNECTED (1 << NODE_BIT_SCONNECTED)
#define NODE_RCONNECTED (1 << NODE_BIT_RCONNECTED)
#define NODE_LINKED NODE_SCONNECTED /* its link is up */

/* Privilege levels; each includes those before it. */
#define USER_PRIV 0   /* sendrec receive rcvrqst reply replyrec, vcopy with its clients */
#define SERVER_PRIV 1 /* and send notify relay, vcopy by consent */
#define TASK_PRIV 2   /* and src_notify ntfy_value */
#define SYSTEM_PRIV 3 /* and hdw_notify setpriv, vcopy whatever the uids */
#define KERNEL_PRIV 4 /* not given to processes */
#define PROXY_PRIV 5  /* not given to processes */

/* A call, as a bit of s_calls. */
#define M3_CALL_SEND (1ULL << 0)
#define M3_CALL_RECEIVE (1ULL << 1)
#define M3_CALL_SENDREC (1ULL << 2)
#define M3_CALL_NOTIFY (1ULL << 3)
#define M3_CALL_RCVRQST (1ULL << 4)
#define M3_CALL_REPLY (1ULL << 5)
#define M3_CALL_RELAY (1ULL << 6)
#define M3_CALL_REPLYREC (1ULL << 7)
#define M3_CALL_VCOPY (1ULL << 8)     /* with a client whose request is unanswered */
#define M3_CALL_VCOPY_ANY (1ULL << 9) /* with other parties */
#define M3_CALL_SRC_NOTIFY (1ULL << 10)
#define M3_CALL_NTFY_VALUE (1ULL << 11)
#define M3_CALL_HDW_NOTIFY (1ULL << 12)
#define M3_CALL_SETPRIV (1ULL << 13)

/* ---------------------------------------------------------- structures ---- */

/* What d_given, dc_given and s_given hold: this mark, or-ed with field bits. */
#define M3_GIVEN 0x4d330000u

#define M3_DRVS_NAME 0x1u    /* d_name */
#define M3_DRVS_UUID 0x2u    /* d_uuid */
#define M3_DRVS_SOURCE 0x4u  /* d_source */
#define M3_DRVS_USERVMS 0x8u /* d_user_vms */

/* d_source: who chose the nodeid. */
#define M3_SOURCE_NONE 0
#define M3_SOURCE_BOOT 1
#define M3_SOURCE_PROGRAM 2
#define M3_SOURCE_TOOL 3
#define M3_SOURCE_AGENT 4

typedef struct dvs_usr {
	int d_nr_dcs;
	int d_nr_nodes;
	int d_nr_procs;
	int d_nr_tasks;
	int d_nr_sysprocs;
	int d_max_copybuf;
	int d_max_copylen;
	unsigned long d_dbglvl;
	int d_version; /* of the module: 1 in "1.2.3" */
	int d_subver;  /* 2 */
	int d_size_proc;
	/* since 1.0 */
	unsigned int d_given;	  /* 0, or M3_GIVEN | M3_DRVS_* */
	int d_nodeid;		  /* -1: not initialised */
	int d_boot_nodeid;	  /* of the boot line; -1: none */
	int d_source;		  /* M3_SOURCE_* */
	int d_user_vms;		  /* VMs per ordinary user */
	int d_vms;		  /* running here */
	int d_bound;		  /* threads bound here */
	uint64_t d_since_ns;	  /* CLOCK_REALTIME of drvs_init, 0: not initialised */
	char d_name[MAXNODENAME]; /* of this node */
	unsigned char d_uuid[16]; /* of the DRVS */
} dvs_usr_t;
typedef dvs_usr_t drvs_usr_t;
typedef dvs_usr_t DVS_usr_t;
typedef dvs_usr_t DRVS_usr_t;

/* dc_given, of vm_init (first six) and vm_set (all but ABI). */
#define M3_VM_OWNER 0x001u   /* dc_uid dc_gid; default: the caller's */
#define M3_VM_MODE 0x002u    /* dc_mode; default 0750 */
#define M3_VM_LEVEL 0x004u   /* dc_level; default SERVER_PRIV */
#define M3_VM_ABI 0x008u     /* dc_abi; default: the caller's */
#define M3_VM_TAG 0x010u     /* dc_tag */
#define M3_VM_NODEMAP 0x020u /* dc_nodemap, instead of dc_nodes */
#define M3_VM_POLICY 0x040u  /* dc_policy; default M3_POLICY_CONSENT */
#define M3_VM_LIMITS 0x100u  /* vm_set: dc_nr_procs dc_nr_tasks dc_nr_sysprocs, upward */
#define M3_VM_NAME 0x200u    /* vm_set: dc_name */
#define M3_VM_WARN 0x400u    /* vm_set: dc_warn2proc dc_warnmsg */
#define M3_VM_NODES 0x800u   /* vm_set: dc_nodes */

/* dc_mode: three times as in a file's. */
#define M3_MODE_SEE 04
#define M3_MODE_MANAGE 02
#define M3_MODE_BIND 01

/* dc_abi: bytes of a message. */
#define M3_ABI_CALLER 0
#define M3_ABI_32 1
#define M3_ABI_64 2

/* dc_policy: by what a vcopy may have another's memory. */
#define M3_POLICY_CONSENT 0 /* what vcopy says, or a grant */
#define M3_POLICY_GRANTS 1  /* grants alone */

typedef struct dc_usr {
	int dc_dcid;
	int dc_flags; /* DC_RUNNING */
	int dc_nr_procs;
	int dc_nr_tasks;
	int dc_nr_sysprocs;
	int dc_nr_nodes; /* nodes that the set may have; as output, that it has */
	unsigned long
		dc_nodes; /* bit n: node n; nodes beyond its bits: dc_nodemap. 0: the local one */
	int dc_warn2proc; /* endpoint told of each death; NONE */
	int dc_warnmsg;	  /* m_type of that message */
	char dc_name[MAXDCNAME];
	/* since 1.0 */
	unsigned int dc_given; /* 0, or M3_GIVEN | M3_VM_* */
	unsigned int dc_uid;
	unsigned int dc_gid;
	unsigned int dc_mode;
	unsigned int dc_level; /* USER_PRIV .. of processes whose slot does not say */
	unsigned int dc_abi;
	unsigned int dc_bound;		    /* bound on this node */
	unsigned int dc_reserved;	    /* numbers reserved by slot_set */
	uint64_t dc_incarnation;	    /* differs for every vm_init of this boot */
	uint64_t dc_since_ns;		    /* CLOCK_REALTIME of vm_init */
	uint64_t dc_messages;		    /* delivered on this node */
	uint64_t dc_copied;		    /* bytes moved by vcopy on this node */
	unsigned char dc_tag[16];	    /* mark of who owns the VM */
	uint64_t dc_nodemap[NR_NODES / 64]; /* bit n of word w: node 64 * w + n */
	unsigned int dc_policy;		    /* M3_POLICY_* */
	uint64_t dc_lclsent;		    /* messages sent on this node */
	uint64_t dc_rmtsent;		    /* and to other nodes */
	uint64_t dc_lclcopy;		    /* bytes copied on this node */
	uint64_t dc_rmtcopy;		    /* and from or to others */
} dc_usr_t;
typedef dc_usr_t vm_usr_t;
typedef dc_usr_t DC_usr_t;
typedef dc_usr_t VM_usr_t;

typedef struct proc_usr {
	int p_nr;
	int p_endpoint; /* NONE: nobody is bound */
	int p_dcid;
	volatile unsigned long p_rts_flags;
	int p_lpid; /* the thread, in the caller's pid namespace; 0: not there */
	int p_nodeid;
	unsigned long p_nodemap; /* bit p_nodeid, if it fits */
	volatile unsigned long p_misc_flags;
	int p_getfrom;			       /* whom it receives from: endpoint, ANY, NONE */
	int p_sendto;			       /* whom it sends to: endpoint, NONE */
	int p_waitmigr, p_waitunbind, p_proxy; /* NONE */
	unsigned long p_lclsent;	       /* messages sent on this node */
	unsigned long p_rmtsent;	       /* and to other nodes */
	unsigned long p_lclcopy;	       /* bytes copied on this node */
	unsigned long p_rmtcopy;	       /* and from or to others */
	char p_name[MAXPROCNAME];
	/* since 1.0 */
	int p_vpid;	       /* same as p_lpid */
	int p_tgid;	       /* its thread group */
	unsigned int p_uid;    /* real uid; of a free number: reserved for, -1: nobody */
	unsigned int p_level;  /* USER_PRIV .. */
	unsigned int p_lives;  /* bindings of this number so far */
	uint64_t p_blocked_ns; /* for how long it has been blocked; 0: it is not */
	uint64_t p_since_ns;   /* CLOCK_REALTIME of the bind */
	uint64_t p_received;   /* messages and notifications received */
} proc_usr_t;

typedef struct node_usr {
	int n_nodeid;
	volatile unsigned long n_flags; /* NODE_* */
	int n_proxies;			/* NONE */
	unsigned long n_dcs;		/* bit v: VM v spans it; n_vms counts all */
	struct timespec n_stimestamp;	/* last message to it */
	struct timespec n_rtimestamp;	/* last message from it */
	unsigned long n_pxsent;		/* messages sent to it */
	unsigned long n_pxrcvd;		/* messages received from it */
	char n_name[MAXNODENAME];
	/* since 1.0 */
	unsigned int n_vms; /* running VMs here that span it */
} node_usr_t;

/* s_given */
#define M3_PRIV_LEVEL 0x1u /* s_level; else the VM's default */
#define M3_PRIV_CALLS 0x2u /* s_calls; else those of the level */
#define M3_PRIV_PEERS 0x4u /* s_peers s_peers_rest; else everybody */

typedef uint32_t bitchunk_t;
#define BITCHUNK_BITS 32
#define BITMAP_CHUNKS(bits) (((bits) + BITCHUNK_BITS - 1) / BITCHUNK_BITS)
#define NR_SYS_CHUNKS BITMAP_CHUNKS(NR_SYS_PROCS)

typedef struct { /* bit i: process number i - dc_nr_tasks */
	bitchunk_t chunk[NR_SYS_CHUNKS];
} sys_map_t;

typedef struct priv_usr {
	int s_id;
	int s_warn;
	int s_level; /* USER_PRIV .. SYSTEM_PRIV */
	/* Of these M3-IPC 4.1 consults none; as input they count for nothing. */
	short s_trap_mask;    /* -1 */
	sys_map_t s_ipc_from; /* everybody */
	sys_map_t s_ipc_to;   /* the first bits of s_peers */
	long s_call_mask;     /* s_calls */
	/* since 1.0 */
	unsigned int s_given;	   /* M3_GIVEN | M3_PRIV_*; 0: the level */
	uint64_t s_calls;	   /* M3_CALL_* */
	uint64_t s_peers[4];	   /* bit i: may address process number i - dc_nr_tasks */
	unsigned int s_peers_rest; /* numbers beyond the map: 1 may, 0 may not be addressed */
} priv_usr_t;

/* slot_given */
#define M3_SLOT_NODE 0x1u /* slot_nodeid: it may be bound only there */
#define M3_SLOT_UID 0x2u  /* slot_uid: only by it, or by root */

typedef struct slot_usr {
	unsigned int slot_given; /* M3_SLOT_* */
	int slot_nodeid;
	unsigned int slot_uid;
	unsigned int slot_reserved; /* as output: 1 it is */
	priv_usr_t slot_priv;	    /* of its occupant; s_given 0: the VM's default */
} slot_usr_t;

/* ------------------------------------------------------------- grants ---- */

/* gr_access */
#define M3_GRANT_READ 0x1u
#define M3_GRANT_WRITE 0x2u
#define NR_GRANTS 256 /* of one process */

typedef struct grant_usr {
	int gr_id;
	int gr_to; /* endpoint, or ANY */
	unsigned int gr_access;
	uint64_t gr_addr; /* in the memory of who made it */
	uint64_t gr_bytes;
} grant_usr_t;

/* ------------------------------------------------------------- events ---- */

#define M3_EVENTS_NONBLOCK 0x1u

enum m3_event_type {
	M3_EVENT_LOST = 0, /* only "lost" counts */
	M3_EVENT_DRVS_UP = 1,
	M3_EVENT_DRVS_DOWN = 2,
	M3_EVENT_VM_UP = 3,
	M3_EVENT_VM_SET = 4,
	M3_EVENT_VM_DOWN = 5,
	M3_EVENT_BIND = 6,
	M3_EVENT_UNBIND = 7,
	M3_EVENT_SLOT_SET = 8,
	M3_EVENT_SLOT_CLEAR = 9,
	M3_EVENT_LINK_UP = 10,
	M3_EVENT_LINK_DOWN = 11
};

enum m3_cause { /* of an unbind */
		M3_CAUSE_NONE = 0,
		M3_CAUSE_CALL = 1,    /* its own unbind */
		M3_CAUSE_MANAGER = 2, /* unbound by another */
		M3_CAUSE_EXIT = 3,    /* code: exit status */
		M3_CAUSE_SIGNAL = 4,  /* code: signal */
		M3_CAUSE_EXEC = 5,    /* ended by another thread's exec */
		M3_CAUSE_VM_END = 6
};

typedef struct m3_event {
	uint32_t type;	  /* enum m3_event_type */
	uint32_t cause;	  /* enum m3_cause */
	int32_t vmid;	  /* -1: none */
	int32_t endpoint; /* NONE: none */
	int32_t nr;
	int32_t pid; /* the thread, in the pid namespace of the opener; 0: none */
	int32_t tgid;
	int32_t nodeid;
	int32_t code;	      /* exit status or signal */
	uint32_t lost;	      /* events lost just before this one */
	uint64_t time_ns;     /* CLOCK_REALTIME */
	uint64_t incarnation; /* of the VM */
	uint64_t seq;	      /* number of the event on this node */
} m3_event_t;

typedef struct m3_version {
	unsigned int abi;  /* of the module's interface */
	uint64_t features; /* what it can do: bits of the module's uapi header */
	char release[M3_NAME_SIZE];
} m3_version_t;

#endif
