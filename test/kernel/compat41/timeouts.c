// SPDX-License-Identifier: Apache-2.0
/* TIMEOUT_NOWAIT and a time, for each call that can block. Usage: timeouts <dcid> */
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <m3ipc.h>

#define IDLE_NR 10
#define MY_NR 11

int dcid;

void expect(const char *what, long rcode, long wanted)
{
	if (rcode == wanted)
		return;
	printf("%s rcode=%ld, not %ld\n", what, rcode, wanted);
	exit(1);
}

/* Bound, and in no call until it is told. */
void idle(int told, int tell)
{
	message m;
	char c;

	if (mnx_bind(dcid, IDLE_NR) != IDLE_NR || read(told, &c, 1) != 1)
		exit(1);
	/* Nothing is left of what was given up. */
	expect("IDLE RECEIVE", mnx_receive_T(ANY, (long)&m, TIMEOUT_NOWAIT), EMOLAGAIN);
	if (write(tell, "", 1) != 1)
		exit(1);
	expect("IDLE RECEIVE", mnx_receive_T(ANY, (long)&m, TIMEOUT_MOLCALL), OK);
	expect("IDLE m_type", m.m_type, 99);
	exit(0);
}

int main(int argc, char *argv[])
{
	struct timeval before, after;
	int told[2], back[2], status;
	char c;
	message m;
	long ms;

	if (argc != 2 || pipe(told) != 0 || pipe(back) != 0)
		exit(1);
	alarm(60);
	dcid = atoi(argv[1]);
	expect("BIND", mnx_bind(dcid, MY_NR), MY_NR);
	if (fork() == 0)
		idle(told[0], back[1]);
	expect("WAIT4BINDEP", mnx_wait4bindep(IDLE_NR), IDLE_NR);

	m.m_type = 1;
	expect("SEND_T", mnx_send_T(IDLE_NR, (long)&m, TIMEOUT_NOWAIT), EMOLAGAIN);
	expect("SENDREC_T", mnx_sendrec_T(IDLE_NR, (long)&m, TIMEOUT_NOWAIT), EMOLAGAIN);
	expect("RECEIVE_T", mnx_receive_T(ANY, (long)&m, TIMEOUT_NOWAIT), EMOLAGAIN);
	expect("RECEIVE_T", mnx_receive_T(IDLE_NR, (long)&m, TIMEOUT_NOWAIT), EMOLAGAIN);
	expect("RCVRQST_T", mnx_rcvrqst_T((long)&m, TIMEOUT_NOWAIT), EMOLAGAIN);
	expect("REPLY_T", mnx_reply_T(IDLE_NR, (long)&m, TIMEOUT_NOWAIT), EMOLPROCSTS);

	gettimeofday(&before, NULL);
	expect("SEND_T", mnx_send_T(IDLE_NR, (long)&m, 60), EMOLTIMEDOUT);
	gettimeofday(&after, NULL);
	ms = (after.tv_sec - before.tv_sec) * 1000 + (after.tv_usec - before.tv_usec) / 1000;
	if (ms < 59)
		expect("too early", ms, 60);
	expect("SENDREC_T", mnx_sendrec_T(IDLE_NR, (long)&m, 20), EMOLTIMEDOUT);
	expect("RECEIVE_T", mnx_receive_T(ANY, (long)&m, 20), EMOLTIMEDOUT);
	expect("RCVRQST_T", mnx_rcvrqst_T((long)&m, 20), EMOLTIMEDOUT);

	if (write(told[1], "", 1) != 1 || read(back[0], &c, 1) != 1)
		exit(1);
	m.m_type = 99;
	expect("SEND_T", mnx_send_T(IDLE_NR, (long)&m, TIMEOUT_MOLCALL), OK);
	wait(&status);
	exit(status != 0);
}
