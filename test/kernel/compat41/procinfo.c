// SPDX-License-Identifier: Apache-2.0
/* Dumps of a DC and of its processes. Usage: procinfo <dcid> */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <m3ipc.h>

#define ANY_NR 5
#define SENDER_NR 60
#define CLIENT_NR 61

int dcid;

void blocked(int nr)
{
	int rcode = EMOLERRCODE;
	message m;

	if (mnx_bind(dcid, nr) < EMOLERRCODE)
		exit(1);
	m.m_type = nr;
	if (nr == ANY_NR)
		rcode = mnx_receive(ANY, (long)&m);
	else if (nr == SENDER_NR)
		rcode = mnx_send(PM_PROC_NR, (long)&m);
	else
		rcode = mnx_sendrec(PM_PROC_NR, (long)&m);
	exit(rcode == OK ? 0 : 1);
}

int main(int argc, char *argv[])
{
	static const int nrs[] = {ANY_NR, SENDER_NR, CLIENT_NR};
	static const unsigned long flags[] = {RECEIVING, SENDING, SENDING | RECEIVING};
	proc_usr_t proc, *p_ptr = &proc;
	int pids[3], i, nr, rcode, found = 0, status;
	dc_usr_t dc, *dc_ptr = &dc;
	message m;

	if (argc != 2)
		exit(1);
	alarm(60);
	dcid = atoi(argv[1]);
	if (mnx_bind(dcid, PM_PROC_NR) != PM_PROC_NR)
		exit(1);
	for (i = 0; i < 3; i++) {
		if ((pids[i] = fork()) == 0)
			blocked(nrs[i]);
		do {
			rcode = mnx_getprocinfo(dcid, nrs[i], &proc);
		} while (rcode == OK && proc.p_rts_flags != flags[i]);
	}

	rcode = mnx_getdcinfo(-1, &dc); /* one's own */
	if (rcode < 0 || dc_ptr->dc_dcid != dcid)
		exit(1);
	for (nr = -dc_ptr->dc_nr_tasks; nr < dc_ptr->dc_nr_procs; nr++) {
		rcode = mnx_getprocinfo(dcid, nr, (long)p_ptr);
		if (rcode != OK) {
			printf("getprocinfo p_nr=%d rcode=%d\n", nr, rcode);
			exit(1);
		}
		if (p_ptr->p_rts_flags == SLOT_FREE)
			continue;
		printf(PROC_USR_FORMAT, PROC_USR_FIELDS(p_ptr));
		printf(PROC_WAIT_FORMAT, PROC_WAIT_FIELDS(p_ptr));
		if (p_ptr->p_nr != nr || p_ptr->p_dcid != dcid || p_ptr->p_nodeid < 0)
			exit(1);
		if (!TEST_BIT(p_ptr->p_nodemap, p_ptr->p_nodeid) || strlen(p_ptr->p_name) == 0)
			exit(1);
		if (!TEST_BIT(p_ptr->p_misc_flags, MIS_BIT_GRPLEADER))
			exit(1);
		found++;
	}
	if (found != 4 || mnx_getprocinfo(dcid, nr, p_ptr) != EMOLBADPROC)
		exit(1);
	mnx_getprocinfo(dcid, ANY_NR, p_ptr);
	if (p_ptr->p_getfrom != ANY || p_ptr->p_sendto != NONE || p_ptr->p_lpid != pids[0])
		exit(1);
	mnx_getprocinfo(dcid, SENDER_NR, p_ptr);
	if (p_ptr->p_sendto != PM_PROC_NR)
		exit(1);
	if (mnx_proc_dump(dcid) != OK || mnx_dc_dump() != OK)
		exit(1);
	if (mnx_proc_dump(dcid + 1) != EMOLDCNOTRUN)
		exit(1);

	mnx_send(ANY_NR, (long)&m);
	for (i = 0; i < 2; i++) {
		mnx_receive(ANY, (long)&m);
		if (m.m_type == CLIENT_NR)
			mnx_send(m.m_source, (long)&m);
	}
	mnx_getprocinfo(dcid, PM_PROC_NR, p_ptr);
	printf(PROC_COUNT_FORMAT, PROC_COUNT_FIELDS(p_ptr));
	if (p_ptr->p_lclsent != 2)
		exit(1);
	for (i = 0; i < 3; i++) {
		wait(&status);
		if (status != 0)
			exit(1);
	}
	exit(0);
}
