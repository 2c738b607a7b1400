/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Programs of M3-IPC 4.1 pass messages, structures and addresses as numbers, too:
 * (long) &m. These macros cast them for the typed functions of the same names; the
 * functions themselves are reached by (mnx_send)(dst, m) and &mnx_send. After them,
 * the names that other generations have. Included by <m3ipc.h>, last.
 */
#ifndef M3IPC_CAST_H
#define M3IPC_CAST_H

#define mnx_send(dst, m) (mnx_send)((dst), (message *)(m))
#define mnx_send_T(dst, m, ms) (mnx_send_T)((dst), (message *)(m), (ms))
#define mnx_receive(src, m) (mnx_receive)((src), (message *)(m))
#define mnx_receive_T(src, m, ms) (mnx_receive_T)((src), (message *)(m), (ms))
#define mnx_sendrec(dst, m) (mnx_sendrec)((dst), (message *)(m))
#define mnx_sendrec_T(dst, m, ms) (mnx_sendrec_T)((dst), (message *)(m), (ms))
#define mnx_rcvrqst(m) (mnx_rcvrqst)((message *)(m))
#define mnx_rcvrqst_T(m, ms) (mnx_rcvrqst_T)((message *)(m), (ms))
#define mnx_reply(dst, m) (mnx_reply)((dst), (message *)(m))
#define mnx_reply_T(dst, m, ms) (mnx_reply_T)((dst), (message *)(m), (ms))
#define mnx_relay(dst, m) (mnx_relay)((dst), (message *)(m))
#define mnx_replyrec(dst, m) (mnx_replyrec)((dst), (message *)(m))
#define mnx_replyrec_T(dst, m, ms) (mnx_replyrec_T)((dst), (message *)(m), (ms))
#define mnx_void(srcdst, m) (mnx_void)((srcdst), (message *)(m))
#define mnx_vcopy(src, saddr, dst, daddr, bytes) \
	(mnx_vcopy)((src), (void *)(saddr), (dst), (void *)(daddr), (bytes))
#define mnx_vcopy_T(src, saddr, dst, daddr, bytes, ms) \
	(mnx_vcopy_T)((src), (void *)(saddr), (dst), (void *)(daddr), (bytes), (ms))

#define mnx_drvs_init(nodeid, drvs) (mnx_drvs_init)((nodeid), (const drvs_usr_t *)(drvs))
#define mnx_getdrvsinfo(drvs) (mnx_getdrvsinfo)((drvs_usr_t *)(drvs))
#define mnx_getnodeinfo(nodeid, node) (mnx_getnodeinfo)((nodeid), (node_usr_t *)(node))
#define mnx_vm_init(vm) (mnx_vm_init)((const vm_usr_t *)(vm))
#define mnx_getvminfo(vmid, vm) (mnx_getvminfo)((vmid), (vm_usr_t *)(vm))
#define mnx_getprocinfo(vmid, nr, proc) (mnx_getprocinfo)((vmid), (nr), (proc_usr_t *)(proc))
#define mnx_getpriv(vmid, endpoint, priv) (mnx_getpriv)((vmid), (endpoint), (priv_usr_t *)(priv))
#define mnx_setpriv(vmid, endpoint, priv) \
	(mnx_setpriv)((vmid), (endpoint), (const priv_usr_t *)(priv))

#define mnx_rmtbind(vmid, name, endpoint, nodeid) \
	(mnx_rmtbind)((vmid), (char *)(name), (endpoint), (nodeid))
#define mnx_getproxyinfo(proxy, sender, receiver) \
	(mnx_getproxyinfo)((proxy), (proc_usr_t *)(sender), (proc_usr_t *)(receiver))
#define mnx_proxies_bind(name, proxy, sender, receiver, maxcopybuf) \
	(mnx_proxies_bind)((char *)(name), (proxy), (sender), (receiver), (maxcopybuf))
#define mnx_node_up(name, nodeid, proxy) (mnx_node_up)((char *)(name), (nodeid), (proxy))
#define mnx_get2rmt(header, payload) (mnx_get2rmt)((void *)(header), (void *)(payload))
#define mnx_get2rmt_T(header, payload, ms) \
	(mnx_get2rmt_T)((void *)(header), (void *)(payload), (ms))
#define mnx_put2lcl(header, payload) (mnx_put2lcl)((void *)(header), (void *)(payload))

/* M3-IPC 4.1 has these without the place to store the endpoint. */
#define M3_PICK3(a, b, c, name, ...) name
#define mnx_wait4bind_T(...) \
	M3_PICK3(__VA_ARGS__, M3_BAD, M3_WAIT4BIND2, M3_WAIT4BIND1, M3_NONE)(__VA_ARGS__)
#define M3_WAIT4BIND1(ms) (mnx_wait4bind_T)((int *)0, (ms))
#define M3_WAIT4BIND2(bound, ms) (mnx_wait4bind_T)((bound), (ms))
#define mnx_wait4bindep_T(...) \
	M3_PICK3(__VA_ARGS__, M3_WAIT4BINDEP3, M3_WAIT4BINDEP2, M3_BAD, M3_NONE)(__VA_ARGS__)
#define M3_WAIT4BINDEP2(endpoint, ms) (mnx_wait4bindep_T)((endpoint), (int *)0, (ms))
#define M3_WAIT4BINDEP3(endpoint, bound, ms) (mnx_wait4bindep_T)((endpoint), (bound), (ms))

/* The later generation of names. */
#define mnx_dvs_init mnx_drvs_init
#define mnx_dvs_end mnx_drvs_end
#define mnx_dc_init mnx_vm_init
#define mnx_dc_end mnx_vm_end
#define mnx_dc_set mnx_vm_set
#define mnx_dc_next mnx_vm_next
#define mnx_dc_dump mnx_vm_dump
#define mnx_getdcinfo mnx_getvminfo
#define mnx_wakeupep mnx_wakeup

/* M3-IPC 4.1 has -1 (DVS_NO_INIT) here where other calls have EDVSINIT. */
#define mnx_getdvsinfo(dvs) m3_getdvsinfo((dvs_usr_t *)(dvs))
static __inline__ int m3_getdvsinfo(dvs_usr_t *dvs)
{
	int result = mnx_getdrvsinfo(dvs);

	return result == EMOLDVSINIT ? DVS_NO_INIT : result;
}

#endif
