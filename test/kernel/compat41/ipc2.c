// SPDX-License-Identifier: Apache-2.0
/*
 * SENDREC against RECEIVE/SEND, several pairs at once: each client has a server of
 * its own. Usage: ipc2 <dcid> <pairs> <loops>
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <m3ipc.h>

#define FIRST_NR 30

int dcid, loops;

void error_exit(const char *what, int rcode)
{
	printf("%s rcode=%d\n", what, rcode);
	exit(1);
}

void server(int svr_nr)
{
	int svr_ep, rcode, i;
	message m;

	svr_ep = mnx_bind(dcid, svr_nr);
	if (svr_ep < EMOLERRCODE)
		error_exit("SERVER BIND", svr_ep);
	for (i = 0; i < loops; i++) {
		if ((rcode = mnx_receive(ANY, (long)&m)) != OK)
			error_exit("SERVER RECEIVE", rcode);
		m.m2_l1 = m.m2_i1 + m.m2_i2;
		if ((rcode = mnx_send(m.m_source, (long)&m)) != OK)
			error_exit("SERVER SEND", rcode);
	}
	exit(0);
}

void client(int clt_nr, int svr_nr)
{
	int clt_ep, svr_ep, rcode, i;
	proc_usr_t svr;
	message m;

	clt_ep = mnx_bind(dcid, clt_nr);
	if (clt_ep < EMOLERRCODE)
		error_exit("CLIENT BIND", clt_ep);
	rcode = mnx_wait4bindep(svr_nr);
	if (rcode < EMOLERRCODE)
		error_exit("CLIENT WAIT4BINDEP", rcode);
	rcode = mnx_getprocinfo(dcid, svr_nr, &svr);
	if (rcode < 0)
		error_exit("CLIENT GETPROCINFO", rcode);
	svr_ep = svr.p_endpoint;
	for (i = 0; i < loops; i++) {
		m.m_type = clt_nr;
		m.m2_i1 = i;
		m.m2_i2 = clt_nr;
		if ((rcode = mnx_sendrec(svr_ep, (long)&m)) != OK)
			error_exit("CLIENT SENDREC", rcode);
		if (m.m_source != svr_ep || m.m_type != clt_nr || m.m2_l1 != i + clt_nr)
			error_exit("CLIENT SENDREC msg", m.m2_i1);
	}
	exit(0);
}

int main(int argc, char *argv[])
{
	int pairs, i, status;

	if (argc != 4) {
		printf("usage: %s <dcid> <pairs> <loops>\n", argv[0]);
		exit(1);
	}
	alarm(60);
	dcid = atoi(argv[1]);
	pairs = atoi(argv[2]);
	loops = atoi(argv[3]);
	for (i = 0; i < pairs; i++) {
		if (fork() == 0)
			client(FIRST_NR + 2 * i, FIRST_NR + 2 * i + 1);
		if (fork() == 0)
			server(FIRST_NR + 2 * i + 1);
	}
	for (i = 0; i < 2 * pairs; i++) {
		if (wait(&status) < 0 || status != 0)
			error_exit("CHILD status", status);
	}
	printf("%d pairs of %d loops\n", pairs, loops);
	exit(0);
}
