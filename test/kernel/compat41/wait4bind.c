// SPDX-License-Identifier: Apache-2.0
/* Waiting for others to come and to go. Usage: wait4bind <dcid> <p_nr1> <p_nr2> */
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <m3ipc.h>

int main(int argc, char *argv[])
{
	int dcid, pid2, p_nr1, p_nr2, rcode, p_ep1, p_ep2, status, expired = 0;
	message m;

	if (argc != 4) {
		printf("Usage: %s <dcid> <p_nr1> <p_nr2>\n", argv[0]);
		exit(1);
	}
	alarm(60);
	dcid = atoi(argv[1]);
	p_nr1 = atoi(argv[2]);
	p_nr2 = atoi(argv[3]);

	rcode = mnx_wait4bindep_T(p_nr1, 50);
	printf("PARENT: mnx_wait4bindep_T unbound rcode=%d\n", rcode);
	if (rcode != EMOLNOTBIND)
		exit(EXIT_FAILURE);
	rcode = mnx_wait4bind_T(50);
	if (rcode != EMOLTIMEDOUT)
		exit(EXIT_FAILURE);

	p_ep1 = mnx_bind(dcid, p_nr1);
	if (p_ep1 < EMOLERRCODE)
		exit(EXIT_FAILURE);
	rcode = mnx_wait4bind_T(TIMEOUT_NOWAIT);
	printf("PARENT: mnx_wait4bind_T SELF rcode=%d\n", rcode);
	if (rcode < OK || mnx_wait4bindep_T(p_nr2, TIMEOUT_NOWAIT) != EMOLAGAIN)
		exit(EXIT_FAILURE);
	if (mnx_wait4unbind_T(p_nr2, TIMEOUT_NOWAIT) != OK)
		exit(EXIT_FAILURE);

	if ((pid2 = fork()) == 0) { /* CHILD: comes only when it has seen us time out */
		proc_usr_t parent;
		int seen = 0;

		while (seen < 2) {
			mnx_getprocinfo(dcid, p_nr1, &parent);
			if (!TEST_BIT(parent.p_rts_flags, BIT_WAITBIND))
				seen = 1;
			else if (seen == 1)
				seen = 2;
		}
		p_ep2 = mnx_bind(dcid, p_nr2);
		if (p_ep2 < EMOLERRCODE)
			exit(EXIT_FAILURE);
		exit(mnx_receive(p_ep1, (long)&m) == OK ? EXIT_SUCCESS : EXIT_FAILURE);
	}
	do {
		rcode = mnx_wait4bindep_T(p_nr2, 50);
		if (rcode == EMOLTIMEDOUT) {
			expired++;
			continue;
		} else if (rcode < 0)
			exit(EXIT_FAILURE);
	} while (rcode < OK);
	printf("PARENT: Child %d bound, after %d timeouts\n", p_nr2, expired);

	if (mnx_wait4unbind_T(p_nr2, 50) != EMOLTIMEDOUT)
		exit(EXIT_FAILURE);
	p_ep2 = mnx_wait4bindep(p_nr2);
	if (mnx_send(p_ep2, (long)&m) != OK)
		exit(EXIT_FAILURE);
	do {
		rcode = mnx_wait4unbind_T(p_ep2, 1000);
		if (rcode == EMOLTIMEDOUT)
			continue;
		else if (rcode < 0)
			exit(EXIT_FAILURE);
	} while (rcode < OK);
	printf("PARENT: Child %d unbound\n", p_nr2);
	if (waitpid(pid2, &status, 0) != pid2 || status != 0)
		exit(EXIT_FAILURE);
	exit(EXIT_SUCCESS);
}
