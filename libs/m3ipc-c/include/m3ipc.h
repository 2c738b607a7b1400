/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libm3ipc: the M3-IPC calls of a DRVS, in C and C++.
 *
 * Names, argument order, constants and negative results are those of M3-IPC 4.1,
 * so that programs written for it compile against this header. mnx_drvs_* and
 * mnx_vm_* are the paper's names; mnx_dvs_* and mnx_dc_* are the same calls.
 *
 * Results. A call returns 0, or a positive result, or one of the negative numbers
 * of <m3ipc/errors.h> (EMOLDSTDIED, and EDSTDIED where <errno.h> has no such name;
 * ETIMEDOUT, ENOTCONN and EMSGSIZE of <errno.h> are other numbers: only
 * EMOLTIMEDOUT ... is right for these calls). Calls that return an endpoint (bind,
 * tbind, lclbind, getep, wait4bind, wait4bindep) fail with numbers <= -300 only,
 * because a task's endpoint is negative, too. errno is not part of any contract.
 *
 * Threads. Every call may be made by any thread at any time. A binding belongs to
 * the thread that made it; a thread without one uses its group leader's. One
 * blocking call at a time per endpoint, a second gets EMOLBUSY.
 *
 * Timeouts (forms ending in _T) are milliseconds: TIMEOUT_NOWAIT fails with
 * EMOLAGAIN instead of blocking, TIMEOUT_FOREVER waits without limit, otherwise
 * EMOLTIMEDOUT. A signal ends a blocked call with EMOLINTR; nothing is restarted.
 */
#ifndef M3IPC_H
#define M3IPC_H

#include <stdint.h>

#include "m3ipc/errors.h"
#include "m3ipc/message.h"
#include "m3ipc/types.h"
/* These two need the names above. */
#include "m3ipc/legacy.h"
#include "m3ipc/format.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ------------------------------------------------------- node and VMs ---- */

/*
 * Joins this kernel to the DRVS as node nodeid (-1: that of the boot line).
 * Of drvs the limits are used, each 0 or NULL for the default, and the fields
 * named in d_given. Returns the local nodeid. EDVSBUSY: joined already.
 */
int mnx_drvs_init(int nodeid, const drvs_usr_t *drvs);
/* Ends every VM on this node, then the DRVS. */
int mnx_drvs_end(void);
/* Fills drvs; returns the local nodeid, or EDVSINIT (drvs is filled then, too). */
int mnx_getdrvsinfo(drvs_usr_t *drvs);
int mnx_getnodeinfo(int nodeid, node_usr_t *node);

/*
 * Creates a VM on this node: dc_dcid, dc_name, the limits (all zero: defaults),
 * dc_nodes, dc_warn2proc with dc_warnmsg, and the fields named in dc_given.
 * Returns the local nodeid. ERSCBUSY: vmid or name in use.
 */
int mnx_vm_init(const vm_usr_t *vm);
/* SIGPIPE to every process bound in the VM, unbinds all, frees vmid and name. */
int mnx_vm_end(int vmid);
/* Changes the fields named in dc_given; bound processes are not touched. */
int mnx_vm_set(int vmid, const vm_usr_t *vm);
/* vmid may be M3_OWN_VM. */
int mnx_getvminfo(int vmid, vm_usr_t *vm);
/* The first VM with vmid or above that the caller may see; EDCNOTRUN: no more. */
int mnx_vm_next(int vmid, vm_usr_t *vm);
/* Writes /proc/drvs/vms/NAME/info, of every VM that the caller may see, to stdout. */
int mnx_vm_dump(void);
/* Adds a node to, or takes it from, the VM's node set. */
int mnx_add_node(int vmid, int nodeid);
int mnx_del_node(int vmid, int nodeid);

/* Reserves a process number and says what its occupant may do. */
int mnx_slot_set(int vmid, int nr, const slot_usr_t *slot);
int mnx_slot_clear(int vmid, int nr);
int mnx_slot_get(int vmid, int nr, slot_usr_t *slot);

/* ------------------------------------------------------------ binding ---- */

/* The calling thread enters the VM as process number nr; returns its endpoint. */
int mnx_bind(int vmid, int nr);
int mnx_tbind(int vmid, int nr);
/* Thread pid (a tid) of this machine enters the VM; returns its endpoint. */
int mnx_lclbind(int vmid, int pid, int nr);
/* Ends a binding: one's own, or (by a manager of the VM) another's. */
int mnx_unbind(int vmid, int endpoint);
int mnx_unbind_T(int vmid, int endpoint, long ms);
/* The endpoint of thread pid; 0: of the caller. ENOTBIND: none. */
int mnx_getep(int pid);

/* Waits until the calling thread is bound, by anybody; returns the endpoint. */
int mnx_wait4bind(void);
/* Waits until endpoint is bound in the caller's VM; a bare process number waits
 * for any generation. Returns the endpoint. */
int mnx_wait4bindep(int endpoint);
/* Waits until endpoint is bound no more; returns 0. */
int mnx_wait4unbind(int endpoint);
/* These return 0 or an error, and store the endpoint if bound is not NULL. */
int mnx_wait4bind_T(int *bound, long ms);
int mnx_wait4bindep_T(int endpoint, int *bound, long ms);
int mnx_wait4unbind_T(int endpoint, long ms);
/* The same in a VM that the caller may see without being in it. */
int mnx_vm_wait4bind_T(int vmid, int endpoint, int *bound, long ms);
int mnx_vm_wait4unbind_T(int vmid, int endpoint, long ms);

/* vmid may be M3_OWN_VM. A free process number gives p_rts_flags SLOT_FREE. */
int mnx_getprocinfo(int vmid, int nr, proc_usr_t *proc);
/* The first bound or reserved process at nr or above; EBADPROC: no more. */
int mnx_proc_next(int vmid, int nr, proc_usr_t *proc);
/* Writes /proc/drvs/vms/NAME/procs of the VM to stdout. vmid may be M3_OWN_VM. */
int mnx_proc_dump(int vmid);
int mnx_getpriv(int vmid, int endpoint, priv_usr_t *priv);
int mnx_setpriv(int vmid, int endpoint, const priv_usr_t *priv);
/* Ends receive(ANY) of endpoint with EWOKENUP. EPROCRUN: it will, later. */
int mnx_wakeup(int vmid, int endpoint);

/* ----------------------------------------------------------- messages ---- */

/* Blocks until dst has taken the message. */
int mnx_send(int dst, message *m);
int mnx_send_T(int dst, message *m, long ms);
/* Takes a notification or message of src, or ANY. */
int mnx_receive(int src, message *m);
int mnx_receive_T(int src, message *m, long ms);
/* Sends, then waits for dst's answer; a notification never passes for it.
 * EDSTDIED: dst died before it took the request; ESRCDIED: after. */
int mnx_sendrec(int dst, message *m);
int mnx_sendrec_T(int dst, message *m, long ms);
/* Never blocks. Several before one is taken are one. */
int mnx_notify(int dst);
/* The same on behalf of process src_nr; with a bit of the argument; as HARDWARE. */
int mnx_src_notify(int src_nr, int dst);
int mnx_ntfy_value(int src_nr, int dst, int value);
int mnx_hdw_notify(int vmid, int dst);
/* Takes only requests made by sendrec. */
int mnx_rcvrqst(message *m);
int mnx_rcvrqst_T(message *m, long ms);
/* Answers a sendrec; never blocks. EPROCSTS: nobody waits for it. */
int mnx_reply(int dst, message *m);
int mnx_reply_T(int dst, message *m, long ms);
/* Hands the request of a client of ours to server dst. */
int mnx_relay(int dst, message *m);
/* Answers dst and takes the next message of anybody, in one call. */
int mnx_replyrec(int dst, message *m);
int mnx_replyrec_T(int dst, message *m, long ms);

/* Copies 0..MAXCOPYLEN bytes between address spaces; SELF is the caller. */
int mnx_vcopy(int src, void *saddr, int dst, void *daddr, int bytes);
int mnx_vcopy_T(int src, void *saddr, int dst, void *daddr, int bytes, long ms);

/*
 * Lets process "to" (or ANY) copy from (M3_GRANT_READ) or to (M3_GRANT_WRITE) these bytes of the
 * caller's memory whenever the caller is blocked in a receive or sendrec. Returns an id >= 0. Ends
 * with mnx_grant_clear, with either binding, and with an exec.
 */
int mnx_grant_set(int to, void *addr, unsigned long bytes, unsigned int access);
/* Takes a grant back: once it returns nobody copies by it any more. EBADVALUE: no such grant. */
int mnx_grant_clear(int id);
/*
 * The grant with the lowest id >= "id" that the process made, if it is the caller's own or to it (or
 * the caller manages the VM). vmid -1: the caller's VM. EBADVALUE: no more.
 */
int mnx_grant_next(int vmid, int endpoint, int id, grant_usr_t *grant);
/* Copies by one grant of the other process, from an offset into it. EPERM: it does not cover that. */
int mnx_safecopyfrom(int src, int grant, unsigned long offset, void *addr, int bytes);
int mnx_safecopyto(int dst, int grant, unsigned long offset, void *addr, int bytes);

/* -------------------------------------------------------- descriptors ---- */

/*
 * A close-on-exec descriptor for poll(2) and mnx_events_read: all events, from now
 * on, of the VMs that the caller may see. flags: 0 or M3_EVENTS_NONBLOCK.
 */
int mnx_events_open(unsigned int flags);
/* Up to count events; returns how many. Blocks while there is none, or EMOLAGAIN. */
int mnx_events_read(int fd, m3_event_t *events, int count);
/* A close-on-exec descriptor for poll(2) alone: IN while receive(ANY) of endpoint
 * would not block, HUP once it is not bound. */
int mnx_endpoint_fd(int vmid, int endpoint);

/* ------------------------------------------------------- about results ---- */

/* "EDSTDIED" for EMOLDSTDIED; "E?" for what is no result. Never NULL. */
const char *mnx_errname(int result);
/* One line of text for a result. Never NULL; nothing to free. */
const char *mnx_strerror(int result);
/* What the module can do. ENODEV: it is not loaded. */
int mnx_getversion(m3_version_t *version);

/* --------------------------------- kernel links made these unnecessary ---- */

/* All of them: EMOLNOSYS. */
int mnx_rmtbind(int vmid, char *name, int endpoint, int nodeid);
int mnx_bkupbind(int vmid, int pid, int endpoint, int nodeid);
int mnx_replbind(int vmid, int pid, int endpoint);
int mnx_umbind(int vmid, int pid, int endpoint);
int mnx_getproxyinfo(int proxy, proc_usr_t *sender, proc_usr_t *receiver);
int mnx_proxies_bind(char *name, int proxy, int sender, int receiver, int maxcopybuf);
int mnx_proxies_unbind(int proxy);
int mnx_proxy_conn(int proxy, int status);
int mnx_node_up(char *name, int nodeid, int proxy);
int mnx_node_down(int nodeid);
int mnx_get2rmt_T(void *header, void *payload, long ms);
int mnx_get2rmt(void *header, void *payload);
int mnx_put2lcl(void *header, void *payload);
int mnx_migr_start(int vmid, int endpoint);
int mnx_migr_rollback(int vmid, int endpoint);
int mnx_migr_commit(int pid, int vmid, int endpoint, int nodeid);
int mnx_void(int srcdst, message *m);

#ifdef __cplusplus
}
#endif

#include "m3ipc/cast.h"

#endif
