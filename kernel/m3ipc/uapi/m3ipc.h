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

#include "m3ipc_base.h"
#include "m3ipc_call.h"
#include "m3ipc_process.h"
#include "m3ipc_system.h"

#define M3IPC_ABI_VERSION 1
#define M3IPC_DEVICE "m3ipc" /* under /dev */

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

#endif /* _UAPI_M3IPC_H */
