// SPDX-License-Identifier: Apache-2.0
/* What is known of a process. */
#include <string.h>

#include "device.h"
#include "m3ipc.h"
#include "uapi/m3ipc.h"

_Static_assert(M3IPC_RTS_FREE == SLOT_FREE && M3IPC_RTS_SENDING == SENDING &&
		       M3IPC_RTS_RECEIVING == RECEIVING && M3IPC_RTS_ONCOPY == ONCOPY &&
		       M3IPC_RTS_REMOTE == REMOTE && M3IPC_RTS_WAITBIND == WAITBIND &&
		       M3IPC_RTS_WAITUNBIND == WAITUNBIND,
	       "p_rts_flags");
_Static_assert(M3IPC_MISC_GRPLEADER == MIS_GRPLEADER && M3IPC_MISC_WOKENUP == MIS_WOKENUP &&
		       M3IPC_MISC_ATOMIC == MIS_ATOMIC && M3IPC_MISC_ABANDONED == MIS_ABANDONED &&
		       M3IPC_MISC_RESERVED == MIS_RESERVED,
	       "p_misc_flags");

static int get_proc(struct m3ipc_proc_info *i, proc_usr_t *proc)
{
	int result = m3_ioctl(M3IPC_IOC_GET_PROC, i);

	if (result < 0)
		return result;
	memset(proc, 0, sizeof(*proc));
	proc->p_nr = i->nr;
	proc->p_endpoint = i->endpoint;
	proc->p_dcid = i->vmid;
	proc->p_rts_flags = i->rts_flags;
	proc->p_lpid = i->pid;
	proc->p_nodeid = i->nodeid;
	if (i->nodeid >= 0 && i->nodeid < (int)(8 * sizeof(proc->p_nodemap)))
		proc->p_nodemap = 1UL << i->nodeid;
	proc->p_misc_flags = i->misc_flags;
	proc->p_getfrom = i->getfrom;
	proc->p_sendto = i->sendto;
	proc->p_waitmigr = NONE;
	proc->p_waitunbind = NONE;
	proc->p_proxy = NONE;
	proc->p_lclsent = i->lclsent;
	proc->p_rmtsent = i->rmtsent;
	proc->p_lclcopy = i->lclcopy;
	proc->p_rmtcopy = i->rmtcopy;
	memcpy(proc->p_name, i->name, sizeof(proc->p_name));
	proc->p_vpid = i->pid;
	proc->p_tgid = i->tgid;
	proc->p_uid = i->uid;
	proc->p_level = i->level;
	proc->p_lives = i->lives;
	proc->p_blocked_ns = i->blocked_ns;
	proc->p_since_ns = i->since_ns;
	proc->p_received = i->received;
	return OK;
}

int(mnx_getprocinfo)(int vmid, int nr, proc_usr_t *proc)
{
	struct m3ipc_proc_info i = {.vmid = vmid, .nr = nr};

	return get_proc(&i, proc);
}

int mnx_proc_next(int vmid, int nr, proc_usr_t *proc)
{
	struct m3ipc_proc_info i = {.vmid = vmid, .nr = nr, .flags = M3IPC_GET_NEXT};

	return get_proc(&i, proc);
}

int mnx_wakeup(int vmid, int endpoint)
{
	struct m3ipc_wakeup w = {.vmid = vmid, .endpoint = endpoint};

	return m3_ioctl(M3IPC_IOC_WAKEUP, &w);
}
