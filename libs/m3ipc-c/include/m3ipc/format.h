/* SPDX-License-Identifier: Apache-2.0 */
/*
 * printf formats of messages and structures, in pairs, as M3-IPC 4.1 has them:
 *
 *	printf(PROC_USR_FORMAT, PROC_USR_FIELDS(p));
 *
 * where p points to the structure. Each ends its line. Included by <m3ipc.h>; do
 * not include it alone.
 */
#ifndef M3IPC_FORMAT_H
#define M3IPC_FORMAT_H

/* clang-format off */

#define M3_HEAD_FORMAT "source=%d type=%d "
#define M3_HEAD_FIELDS(m) (m)->m_source, (m)->m_type

#define MSG1_FORMAT M3_HEAD_FORMAT "m1i1=%d m1i2=%d m1i3=%d m1p1=%p m1p2=%p m1p3=%p\n"
#define MSG1_FIELDS(m) M3_HEAD_FIELDS(m), (m)->m1_i1, (m)->m1_i2, (m)->m1_i3, \
	(void *)(m)->m1_p1, (void *)(m)->m1_p2, (void *)(m)->m1_p3
#define MSG2_FORMAT M3_HEAD_FORMAT "m2i1=%d m2i2=%d m2i3=%d m2l1=%ld m2l2=%ld m2p1=%p\n"
#define MSG2_FIELDS(m) M3_HEAD_FIELDS(m), (m)->m2_i1, (m)->m2_i2, (m)->m2_i3, \
	(m)->m2_l1, (m)->m2_l2, (void *)(m)->m2_p1
/* The characters need no NUL: a message may fill them. */
#define MSG3_FORMAT M3_HEAD_FORMAT "m3i1=%d m3i2=%d m3p1=%p m3ca1=[%.14s]\n"
#define MSG3_FIELDS(m) M3_HEAD_FIELDS(m), (m)->m3_i1, (m)->m3_i2, (void *)(m)->m3_p1, (m)->m3_ca1
#define MSG4_FORMAT M3_HEAD_FORMAT "m4l1=%ld m4l2=%ld m4l3=%ld m4l4=%ld m4l5=%ld\n"
#define MSG4_FIELDS(m) M3_HEAD_FIELDS(m), (m)->m4_l1, (m)->m4_l2, (m)->m4_l3, (m)->m4_l4, (m)->m4_l5
#define MSG5_FORMAT M3_HEAD_FORMAT "m5c1=%d m5c2=%d m5i1=%d m5i2=%d m5l1=%ld m5l2=%ld m5l3=%ld\n"
#define MSG5_FIELDS(m) M3_HEAD_FIELDS(m), (m)->m5_c1, (m)->m5_c2, (m)->m5_i1, (m)->m5_i2, \
	(m)->m5_l1, (m)->m5_l2, (m)->m5_l3
#define MSG6_FORMAT M3_HEAD_FORMAT "m6ca1=[%.*s]\n"
#define MSG6_FIELDS(m) M3_HEAD_FIELDS(m), (int)sizeof((m)->m6_ca1), (m)->m6_ca1
#define MSG7_FORMAT M3_HEAD_FORMAT "m7i1=%d m7i2=%d m7i3=%d m7i4=%d m7p1=%p m7p2=%p\n"
#define MSG7_FIELDS(m) M3_HEAD_FIELDS(m), (m)->m7_i1, (m)->m7_i2, (m)->m7_i3, (m)->m7_i4, \
	(void *)(m)->m7_p1, (void *)(m)->m7_p2
#define MSG8_FORMAT M3_HEAD_FORMAT "m8i1=%d m8i2=%d m8p1=%p m8p2=%p m8p3=%p m8p4=%p\n"
#define MSG8_FIELDS(m) M3_HEAD_FIELDS(m), (m)->m8_i1, (m)->m8_i2, \
	(void *)(m)->m8_p1, (void *)(m)->m8_p2, (void *)(m)->m8_p3, (void *)(m)->m8_p4
#define MSG9_FORMAT M3_HEAD_FORMAT "m9i1=%d m9l1=%d m9t1.tv_sec=%ld m9t1.tv_nsec=%ld\n"
#define MSG9_FIELDS(m) M3_HEAD_FIELDS(m), (m)->m9_i1, (m)->m9_l1, \
	(long)(m)->m9_t1.tv_sec, (long)(m)->m9_t1.tv_nsec
#define MSGA_FORMAT M3_HEAD_FORMAT "mAdst=%d mAnr=%d mAia=%d,%d,%d,%d\n"
#define MSGA_FIELDS(m) M3_HEAD_FIELDS(m), (m)->mA_dst, (m)->mA_nr, \
	(m)->mA_ia[0], (m)->mA_ia[1], (m)->mA_ia[2], (m)->mA_ia[3]

#define DVS_USR_FORMAT "d_nr_dcs=%d d_nr_nodes=%d d_nr_procs=%d d_nr_tasks=%d d_nr_sysprocs=%d\n"
#define DVS_USR_FIELDS(d) (d)->d_nr_dcs, (d)->d_nr_nodes, (d)->d_nr_procs, (d)->d_nr_tasks, \
	(d)->d_nr_sysprocs
#define DVS_MAX_FORMAT "d_max_copybuf=%d d_max_copylen=%d\n"
#define DVS_MAX_FIELDS(d) (d)->d_max_copybuf, (d)->d_max_copylen
#define DVS_VER_FORMAT "d_dbglvl=%lX version=%d.%d sizeof(proc)=%d\n"
#define DVS_VER_FIELDS(d) (d)->d_dbglvl, (d)->d_version, (d)->d_subver, (d)->d_size_proc
#define DRVS_USR_FORMAT DVS_USR_FORMAT
#define DRVS_USR_FIELDS(d) DVS_USR_FIELDS(d)

#define DC_USR_FORMAT "dc_dcid=%d dc_nr_procs=%d dc_nr_tasks=%d dc_nr_sysprocs=%d dc_nr_nodes=%d " \
	"flags=%X dc_nodes=%lX dc_name=%s\n"
#define DC_USR_FIELDS(d) (d)->dc_dcid, (d)->dc_nr_procs, (d)->dc_nr_tasks, (d)->dc_nr_sysprocs, \
	(d)->dc_nr_nodes, (unsigned int)(d)->dc_flags, (d)->dc_nodes, (d)->dc_name
#define DC_WARN_FORMAT "dc_dcid=%d dc_warn2proc=%d dc_warnmsg=%d\n"
#define DC_WARN_FIELDS(d) (d)->dc_dcid, (d)->dc_warn2proc, (d)->dc_warnmsg
#define VM_USR_FORMAT DC_USR_FORMAT
#define VM_USR_FIELDS(d) DC_USR_FIELDS(d)

#define PROC_USR_FORMAT "nr=%d endp=%d dcid=%d flags=%lX misc=%lX lpid=%d nodeid=%d nodemap=%lX name=%s\n"
#define PROC_USR_FIELDS(p) (p)->p_nr, (p)->p_endpoint, (p)->p_dcid, (p)->p_rts_flags, \
	(p)->p_misc_flags, (p)->p_lpid, (p)->p_nodeid, (p)->p_nodemap, (p)->p_name
#define PROC_WAIT_FORMAT "endp=%d dcid=%d flags=%lX p_getfrom=%d p_sendto=%d p_waitmigr=%d " \
	"p_waitunbind=%d p_proxy=%d\n"
#define PROC_WAIT_FIELDS(p) (p)->p_endpoint, (p)->p_dcid, (p)->p_rts_flags, (p)->p_getfrom, \
	(p)->p_sendto, (p)->p_waitmigr, (p)->p_waitunbind, (p)->p_proxy
#define PROC_COUNT_FORMAT "nr=%d endp=%d dcid=%d p_lclsent=%lu p_rmtsent=%lu p_lclcopy=%lu p_rmtcopy=%lu\n"
#define PROC_COUNT_FIELDS(p) (p)->p_nr, (p)->p_endpoint, (p)->p_dcid, (p)->p_lclsent, \
	(p)->p_rmtsent, (p)->p_lclcopy, (p)->p_rmtcopy

#define PRIV_USR_FORMAT "s_id=%d s_warn=%d s_level=%d trap=%X call=%X\n"
#define PRIV_USR_FIELDS(p) (p)->s_id, (p)->s_warn, (p)->s_level, \
	(unsigned int)(p)->s_trap_mask, (unsigned int)(p)->s_call_mask

#define NODE_USR_FORMAT "n_nodeid=%d n_proxies=%d n_flags=%lX n_dcs=%lX n_name=%s\n"
#define NODE_USR_FIELDS(n) (n)->n_nodeid, (n)->n_proxies, (n)->n_flags, (n)->n_dcs, (n)->n_name
#define NODE_TIME_FORMAT "n_nodeid=%d n_name=%s n_stime_sec=%ld n_stime_nsec=%ld n_rtime_sec=%ld " \
	"n_rtime_nsec=%ld\n"
#define NODE_TIME_FIELDS(n) (n)->n_nodeid, (n)->n_name, (long)(n)->n_stimestamp.tv_sec, \
	(long)(n)->n_stimestamp.tv_nsec, (long)(n)->n_rtimestamp.tv_sec, \
	(long)(n)->n_rtimestamp.tv_nsec

/* clang-format on */

#endif
