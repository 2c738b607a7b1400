// SPDX-License-Identifier: Apache-2.0
/*
 * VCOPY where the requester is source or destination: a server that reads and writes
 * the buffers of its client. Usage: copy1 <dcid> <loops> <bufsize>
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <m3ipc.h>

#define RQT_NR 1
#define CLT_NR 40

int dcid, loops, maxbuf;
char *buffer;

void expect(const char *what, long rcode, long wanted)
{
	if (rcode == wanted)
		return;
	printf("%s rcode=%ld, not %ld\n", what, rcode, wanted);
	exit(1);
}

void fill(int first)
{
	int i;

	for (i = 0; i < maxbuf; i++)
		buffer[i] = (first + i) % 10 + '0';
}

int is_filled(int first)
{
	int i;

	for (i = 0; i < maxbuf; i++)
		if (buffer[i] != (first + i) % 10 + '0')
			return 0;
	return 1;
}

void client(void)
{
	int clt_ep;
	message m;

	clt_ep = mnx_bind(dcid, CLT_NR);
	if (clt_ep < EMOLERRCODE)
		exit(1);
	fill(3);
	m.m_type = 1;
	m.m1_p1 = buffer;
	m.m1_i1 = maxbuf;
	expect("CLIENT SENDREC", mnx_sendrec(RQT_NR, (long)&m), OK);
	/* The server wrote into it what its own had. */
	exit(is_filled(6) ? 0 : 1);
}

void requester(void)
{
	char *other = malloc(maxbuf);
	void *nowhere;
	int clt_ep, i;
	message m;

	expect("RECEIVE", mnx_receive(ANY, (long)&m), OK);
	clt_ep = m.m_source;
	expect("m1_i1", m.m1_i1, maxbuf);
	memset(other, 0, maxbuf);
	for (i = 0; i < loops; i++)
		expect("VCOPY in", mnx_vcopy(clt_ep, m.m1_p1, SELF, (long)buffer, maxbuf), OK);
	expect("content", is_filled(3), 1);
	/* Any place within a page, on either side. */
	expect("VCOPY in", mnx_vcopy(clt_ep, m.m1_p1 + 1, RQT_NR, other + 2, 100), OK);
	expect("content", memcmp(other + 2, buffer + 1, 100), 0);
	fill(6);
	for (i = 0; i < loops; i++)
		expect("VCOPY out", mnx_vcopy(SELF, (long)buffer, clt_ep, m.m1_p1, maxbuf), OK);

	expect("VCOPY of nothing", mnx_vcopy(clt_ep, m.m1_p1, SELF, buffer, 0), OK);
	expect("VCOPY of less", mnx_vcopy(clt_ep, m.m1_p1, SELF, buffer, -1), EMOLRANGE);
	expect("VCOPY of too much", mnx_vcopy(clt_ep, m.m1_p1, SELF, buffer, MAXCOPYLEN + 1),
	       EMOLRANGE);
	nowhere = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	expect("VCOPY to nowhere", mnx_vcopy(clt_ep, m.m1_p1, SELF, nowhere, 10), EMOLFAULT);
	expect("VCOPY from nowhere", mnx_vcopy(clt_ep, nowhere, SELF, buffer, 10), EMOLFAULT);
	expect("VCOPY to nobody", mnx_vcopy(SELF, buffer, 44, buffer, 10), EMOLDSTDIED);
	expect("VCOPY from nobody", mnx_vcopy(44, buffer, SELF, buffer, 10), EMOLSRCDIED);
	expect("REPLY", mnx_send(clt_ep, (long)&m), OK);
	free(other);
}

int main(int argc, char *argv[])
{
	int status;

	if (argc != 4) {
		printf("usage: %s <dcid> <loops> <bufsize>\n", argv[0]);
		exit(1);
	}
	alarm(60);
	dcid = atoi(argv[1]);
	loops = atoi(argv[2]);
	maxbuf = atoi(argv[3]);
	if (maxbuf < 200 || posix_memalign((void **)&buffer, getpagesize(), maxbuf) != 0)
		exit(1);
	expect("BIND", mnx_bind(dcid, RQT_NR), RQT_NR);
	if (fork() == 0)
		client();
	requester();
	wait(&status);
	exit(status != 0);
}
