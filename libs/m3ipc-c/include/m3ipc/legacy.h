/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Constants that programs of M3-IPC 4.1 use and that the calls of this library do
 * not need: numbers of well-known processes, kinds of bindings and of proxies'
 * states, bits. Common words are left alone where the program defined them first.
 * Included by <m3ipc.h>; do not include it alone.
 */
#ifndef M3IPC_LEGACY_H
#define M3IPC_LEGACY_H

/* ------------------------------------------------------------ numbers ---- */

#define NR_FIXED_TASKS 3
#define NR_SYSTASKS (NR_TASKS - NR_FIXED_TASKS)
#define NR_SERVERS (NR_SYS_PROCS - NR_TASKS)
#define NR_USR_PROCS (NR_PROCS - NR_SYS_PROCS)

/* Tasks. HARDWARE and KERNEL, number -1, stand with the endpoints. */
#define SYSTEM (-2)
#define SYSTASK(nodeid) (SYSTEM - (nodeid)) /* one of each node, in DRVSes of few nodes */
#define SLOTS (SYSTEM - NR_SYSTASKS)
#define CLOCK (SLOTS - 1)
#define IDLE (CLOCK - 1)
#define PROXY IDLE

/* Servers. */
#define PM_PROC_NR 0
#define FS_PROC_NR 1
#define RS_PROC_NR 2
#define RDISK_PROC_NR 3
#define LOG_PROC_NR 4
#define TTY_PROC_NR 5
#define ETH_PROC_NR 6
#define DS_PROC_NR 7
#define IS_PROC_NR 8
#define INET_PROC_NR 9
#define DEMON_PROC_NR 10
#define NBD_PROC_NR 11
#define RDISK_MASTER 12
#define RDISK_SLAVE 13
#define INIT_PROC_NR 14
#define FIRST_USER_NR NR_SERVERS

/* ------------------------------------------------------ notifications ---- */

#define NOTIFY_SOURCE m_source
#define NOTIFY_TYPE m_type
#define NOTIFY_FLAGS m9_i1
#define NOTIFY_ARG m9_l1
#define NOTIFY_TIMESTAMP m9_t1
#define PROC_EVENT NOTIFY_FROM(PM_PROC_NR)
#define SYN_ALARM NOTIFY_FROM(CLOCK)
#define SYS_SIG NOTIFY_FROM(SYSTEM)
#define HARD_INT NOTIFY_FROM(HARDWARE)
#define NEW_KSIG NOTIFY_FROM(HARDWARE)
#define FKEY_PRESSED NOTIFY_FROM(TTY_PROC_NR)
#define DEV_PING NOTIFY_FROM(RS_PROC_NR)

/* -------------------------------------------- bindings, nodes, proxies ---- */

#define SELF_BIND 0
#define LCL_BIND 1
#define RMT_BIND 2
#define BKUP_BIND 3
#define REPLICA_BIND 4
#define MAX_BIND_TYPE REPLICA_BIND
#define WAIT_BIND 0
#define WAIT_UNBIND 1
#define MIGR_START 0
#define MIGR_COMMIT 1
#define MIGR_ROLLBACK 2
#define CONNECT_SPROXY 1
#define CONNECT_RPROXY 2
#define DISCONNECT_SPROXY 3
#define DISCONNECT_RPROXY 4
#define HELLO_PERIOD 30000 /* ms */
#define PROC_NO_PID (-1)
#define DVS_RUNNING 0
#define BIT_DC_FREE 1
#define NODE_RUNNING 0
#define MOLUNUSED 0 /* no message type: dc_warnmsg of a VM without warnings */

/* --------------------------------------------------------------- bits ---- */

#define BITMAP_32BITS 32
#ifndef SET_BIT
#define SET_BIT(bitmap, bit) ((bitmap) |= 1UL << (bit))
#endif
#ifndef CLR_BIT
#define CLR_BIT(bitmap, bit) ((bitmap) &= ~(1UL << (bit)))
#endif
#ifndef TEST_BIT
#define TEST_BIT(bitmap, bit) ((bitmap)&1UL << (bit))
#endif
#ifndef TRUE
#define TRUE 1
#endif
#ifndef FALSE
#define FALSE 0
#endif

/* -------------------------------------- words of the first generation ---- */

#define DRVS_RUNNING DVS_RUNNING
#define DRVS_NO_INIT DVS_NO_INIT
#define VM_RUNNING DC_RUNNING
#define VM_FREE DC_FREE
#define EMOLBADVMID EMOLBADDCID
#define EMOLVMNOTRUN EMOLDCNOTRUN
#define EMOLNOVMNODE EMOLNODCNODE
#define EMOLVMRUN EMOLDCRUN
#define EMOLVMNODE EMOLDCNODE
#define EMOLDRVSBUSY EMOLDVSBUSY
#define EMOLDRVSINIT EMOLDVSINIT
#define d_nr_vms d_nr_dcs
#define p_vmid p_dcid

#define vm_vmid dc_dcid
#define vm_flags dc_flags
#define vm_nr_procs dc_nr_procs
#define vm_nr_tasks dc_nr_tasks
#define vm_nr_sysprocs dc_nr_sysprocs
#define vm_nr_nodes dc_nr_nodes
#define vm_nodes dc_nodes
#define vm_warn2proc dc_warn2proc
#define vm_warnmsg dc_warnmsg
#define vm_name dc_name

#endif
