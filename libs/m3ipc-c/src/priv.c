// SPDX-License-Identifier: Apache-2.0
#include "priv.h"

#include <string.h>

#include "device.h"

void m3_priv_to_kernel(struct m3ipc_priv *to, const priv_usr_t *from)
{
	memset(to, 0, sizeof(*to));
	if ((from->s_given & 0xffff0000u) == M3_GIVEN)
		to->set = from->s_given & 0xffffu;
	if (to->set & M3IPC_PRIV_LEVEL)
		to->level = from->s_level;
	if (to->set & M3IPC_PRIV_CALLS)
		to->calls = from->s_calls;
	if (to->set & M3IPC_PRIV_PEERS) {
		memcpy(to->peers, from->s_peers, sizeof(to->peers));
		to->peers_rest = from->s_peers_rest;
	}
}

void m3_priv_from_kernel(priv_usr_t *to, const struct m3ipc_priv *from)
{
	memset(to, 0, sizeof(*to));
	to->s_warn = NONE;
	to->s_level = from->level;
	to->s_given = M3_GIVEN | from->set;
	to->s_calls = from->calls;
	memcpy(to->s_peers, from->peers, sizeof(to->s_peers));
	to->s_peers_rest = from->peers_rest;
	to->s_trap_mask = -1;
	to->s_call_mask = (long)from->calls;
	memset(&to->s_ipc_from, 0xff, sizeof(to->s_ipc_from));
	memset(&to->s_ipc_to, 0xff, sizeof(to->s_ipc_to));
	if (from->set & M3IPC_PRIV_PEERS) {
		to->s_ipc_to.chunk[0] = (bitchunk_t)from->peers[0];
		to->s_ipc_to.chunk[1] = (bitchunk_t)(from->peers[0] >> 32);
	}
}

int(mnx_getpriv)(int vmid, int endpoint, priv_usr_t *priv)
{
	struct m3ipc_priv_args a = {.vmid = vmid, .endpoint = endpoint};
	int result = m3_ioctl(M3IPC_IOC_GET_PRIV, &a);

	if (result < 0)
		return result;
	m3_priv_from_kernel(priv, &a.priv);
	priv->s_id = _ENDPOINT_P(endpoint);
	return OK;
}

int(mnx_setpriv)(int vmid, int endpoint, const priv_usr_t *priv)
{
	struct m3ipc_priv_args a = {.vmid = vmid, .endpoint = endpoint};

	m3_priv_to_kernel(&a.priv, priv);
	/* M3-IPC 4.1's programs know the level alone. */
	if (!a.priv.set) {
		a.priv.set = M3IPC_PRIV_LEVEL;
		a.priv.level = priv->s_level;
	}
	return m3_ioctl(M3IPC_IOC_SET_PRIV, &a);
}
