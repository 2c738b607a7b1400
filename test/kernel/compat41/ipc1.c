// SPDX-License-Identifier: Apache-2.0
/* SEND/RECEIVE against RECEIVE/SEND. Usage: ipc1 <dcid> <loops> */
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <m3ipc.h>

#define DST_NR 1
#define SRC_NR 2

int dcid, loops;

double dwalltime(void)
{
	struct timeval tv;

	gettimeofday(&tv, NULL);
	return tv.tv_sec + tv.tv_usec / 1000000.0;
}

void error_exit(const char *what, int rcode)
{
	printf("%s rcode=%d\n", what, rcode);
	exit(1);
}

void receiver(int src_pid)
{
	double t_start, t_total;
	int src_ep, ret, i;
	message m, *m_ptr = &m;

	do {
		src_ep = mnx_getep(src_pid);
	} while (src_ep < 0);

	t_start = dwalltime();
	for (i = 0; i < loops; i++) {
		ret = mnx_receive(ANY, (long)&m);
		if (ret != OK)
			error_exit("RECEIVE", ret);
		if (m.m_source != src_ep || m.m_type != 0x0001 || m.m1_i1 != i || m.m1_i2 != 0x02)
			error_exit("RECEIVE msg", m.m1_i1);
		m.m1_i3 = ~i;
		ret = mnx_send(src_ep, (long)&m);
		if (ret != OK)
			error_exit("SEND", ret);
	}
	t_total = dwalltime() - t_start;
	printf("RECEIVE msg: " MSG1_FORMAT, MSG1_FIELDS(m_ptr));
	printf("Time for a pair of SEND/RECEIVE= %f[ms]\n", 1000 * t_total / 2 / (double)loops);
}

void sender(int dst_ep)
{
	int src_ep, ret, i;
	message m;

	src_ep = mnx_bind(dcid, SRC_NR);
	if (src_ep < 0)
		error_exit("BIND SOURCE", src_ep);
	for (i = 0; i < loops; i++) {
		m.m_source = 0x1234;
		m.m_type = 0x0001;
		m.m1_i1 = i;
		m.m1_i2 = 0x02;
		m.m1_i3 = 0x03;
		ret = mnx_send(dst_ep, (long)&m);
		if (ret != OK)
			error_exit("SEND", ret);
		ret = mnx_receive(dst_ep, (long)&m);
		if (ret != OK)
			error_exit("RECEIVE", ret);
		if (m.m_source != dst_ep || m.m1_i3 != ~i)
			error_exit("RECEIVE msg", m.m1_i3);
	}
	ret = mnx_unbind(dcid, src_ep);
	if (ret != OK)
		error_exit("UNBIND SOURCE", ret);
}

int main(int argc, char *argv[])
{
	int src_pid, dst_ep, status;

	if (argc != 3) {
		printf("usage: %s <dcid> <loops>\n", argv[0]);
		exit(1);
	}
	alarm(60);
	dcid = atoi(argv[1]);
	loops = atoi(argv[2]);

	dst_ep = mnx_bind(dcid, DST_NR);
	if (dst_ep < 0)
		error_exit("BIND DESTINATION", dst_ep);
	printf("BIND DESTINATION dcid=%d dst_pid=%d dst_nr=%d dst_ep=%d\n", dcid, getpid(), DST_NR,
	       dst_ep);
	if ((src_pid = fork()) != 0) { /* PARENT = DESTINATION */
		receiver(src_pid);
		wait(&status);
		if (status != 0)
			error_exit("CHILD status", status);
		mnx_unbind(dcid, dst_ep);
	} else { /* SON = SOURCE */
		sender(dst_ep);
	}
	exit(0);
}
