// SPDX-License-Identifier: Apache-2.0
/* VCOPY between two others. Usage: copy2 <dcid> <loops> <bufsize> */
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <m3ipc.h>

#define RQT_NR 1
#define SRC_NR 2
#define DST_NR 3

int dcid, maxbuf;
char *buffer;

void error_exit(const char *what, int rcode)
{
	printf("%s rcode=%d\n", what, rcode);
	exit(1);
}

/* Lets its buffer be read or written by a request to the requester. */
void party(int nr)
{
	int ret, i;
	message m;

	for (i = 0; i < maxbuf; i++)
		buffer[i] = i % 10 + (nr == SRC_NR ? '0' : 'a');
	ret = mnx_bind(dcid, nr);
	if (ret < EMOLERRCODE)
		error_exit("PARTY BIND", ret);
	m.m_type = nr;
	ret = mnx_sendrec(RQT_NR, (long)&m);
	if (ret != OK)
		error_exit("PARTY SENDREC", ret);
	for (i = 0; i < maxbuf; i++)
		if (buffer[i] != i % 10 + '0')
			exit(1);
	mnx_unbind(dcid, nr);
	exit(0);
}

int main(int argc, char *argv[])
{
	int src_pid, dst_pid, src_ep, dst_ep, ret, i, status;
	long loops;
	proc_usr_t proc;
	message m;

	if (argc != 4) {
		printf("usage: %s <dcid> <loops> <bufsize>\n", argv[0]);
		exit(1);
	}
	alarm(60);
	dcid = atoi(argv[1]);
	loops = atoi(argv[2]);
	maxbuf = atoi(argv[3]);
	if (posix_memalign((void **)&buffer, getpagesize(), maxbuf) != 0)
		exit(1);
	ret = mnx_bind(dcid, RQT_NR);
	if (ret < EMOLERRCODE)
		error_exit("BIND", ret);
	if ((src_pid = fork()) == 0)
		party(SRC_NR);
	if ((dst_pid = fork()) == 0)
		party(DST_NR);
	do {
		src_ep = mnx_getep(src_pid);
	} while (src_ep < 0);
	do {
		dst_ep = mnx_getep(dst_pid);
	} while (dst_ep < 0);

	ret = mnx_receive(src_ep, (long)&m);
	if (ret != OK)
		error_exit("RECEIVE", ret);
	ret = mnx_receive(dst_ep, (long)&m);
	if (ret != OK)
		error_exit("RECEIVE", ret);
	for (i = 0; i < loops; i++) {
		ret = mnx_vcopy(src_ep, buffer, dst_ep, buffer, maxbuf);
		if (ret != OK)
			error_exit("VCOPY", ret);
	}
	/* Counted for the source. */
	mnx_getprocinfo(dcid, src_ep, &proc);
	printf(PROC_COUNT_FORMAT, PROC_COUNT_FIELDS((&proc)));
	mnx_send(src_ep, (long)&m);
	mnx_send(dst_ep, (long)&m);
	for (i = 0; i < 2; i++) {
		wait(&status);
		if (status != 0)
			error_exit("CHILD status", status);
	}
	printf("transfer size=%d #transfers=%ld\n", maxbuf, loops);
	exit(0);
}
