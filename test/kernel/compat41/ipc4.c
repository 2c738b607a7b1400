// SPDX-License-Identifier: Apache-2.0
/* SENDREC against RCVRQST/REPLY. Usage: ipc4 <dcid> <loops> */
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <m3ipc.h>

#define SVR_NR RS_PROC_NR
#define CLT_NR 31

int main(int argc, char *argv[])
{
	int dcid, loops, svr_ep, clt_ep, rcode = OK, i, status;
	message m, *m_ptr;

	if (argc != 3) {
		printf("usage: %s <dcid> <loops>\n", argv[0]);
		exit(1);
	}
	alarm(60);
	dcid = atoi(argv[1]);
	loops = atoi(argv[2]);
	m_ptr = &m;

	svr_ep = mnx_bind(dcid, SVR_NR);
	if (svr_ep < EMOLERRCODE)
		exit(1);
	if (fork() == 0) {
		clt_ep = mnx_bind(dcid, CLT_NR);
		if (clt_ep < EMOLERRCODE)
			exit(1);
		for (i = 0; i < loops; i++) {
			m_ptr->m_type = 4;
			m_ptr->m4_l5 = i;
			rcode = mnx_sendrec(svr_ep, m_ptr);
			if (rcode != OK || m_ptr->m4_l5 != 2 * i) {
				printf("CLIENT SENDREC rcode=%d " MSG4_FORMAT, rcode,
				       MSG4_FIELDS(m_ptr));
				exit(1);
			}
		}
		exit(0);
	}
	/* A notification is no request: it stays. */
	mnx_notify(SELF);
	for (i = 0; i < loops; i++) {
		rcode = mnx_rcvrqst((long)&m);
		if (rcode != OK)
			break;
		if (m.m_type != 4 || m.m4_l5 != i)
			exit(1);
		m.m4_l5 *= 2;
		rcode = mnx_reply(m.m_source, (long)&m);
		if (rcode != OK)
			break;
	}
	if (rcode != OK) {
		printf("SERVER rcode=%d\n", rcode);
		exit(1);
	}
	clt_ep = m.m_source;
	rcode = mnx_reply(clt_ep, (long)&m);
	if (rcode != EMOLPROCSTS && rcode != EMOLDSTDIED) {
		printf("REPLY to nobody's request rcode=%d\n", rcode);
		exit(1);
	}
	rcode = mnx_receive(ANY, (long)&m);
	if (rcode != OK || m.m_type != NOTIFY_FROM(HARDWARE))
		exit(1);
	wait(&status);
	exit(status != 0);
}
