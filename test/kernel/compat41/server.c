// SPDX-License-Identifier: Apache-2.0
/*
 * A small MINIX-like server, its clients, and a process manager that is told of
 * every death (dc_warn2proc). Makes a DC of its own. Usage: server <dcid>
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <m3ipc.h>

#define DO_ADD 1
#define DO_UPPER 2
#define DO_READ 3
#define DO_STOP 4
#define EXIT_MSG 500

#define CLT_NR FIRST_USER_NR

int dcid;
message m;

void error_exit(const char *what, int rcode)
{
	printf("%s rcode=%d\n", what, rcode);
	exit(1);
}

int do_upper(void)
{
	int i;

	for (i = 0; i < M3_STRING && m.m3_ca1[i]; i++)
		if (m.m3_ca1[i] >= 'a' && m.m3_ca1[i] <= 'z')
			m.m3_ca1[i] -= 'a' - 'A';
	return i;
}

int do_read(void)
{
	static char text[] = "what the server has";
	int bytes = m.m7_i1;

	if (bytes < 0 || bytes > (int)sizeof(text))
		return EMOLINVAL;
	return mnx_vcopy(SELF, text, m.m_source, m.m7_p1, bytes) == OK ? bytes : EMOLFAULT;
}

void fs_server(void)
{
	int rcode, running = 1;

	if ((rcode = mnx_bind(dcid, FS_PROC_NR)) != FS_PROC_NR)
		error_exit("FS BIND", rcode);
	while (running) {
		if ((rcode = mnx_receive(ANY, (long)&m)) != OK)
			error_exit("FS RECEIVE", rcode);
		switch (m.m_type) {
		case DO_ADD:
			rcode = m.m1_i1 + m.m1_i2;
			break;
		case DO_UPPER:
			rcode = do_upper();
			break;
		case DO_READ:
			rcode = do_read();
			break;
		case DO_STOP:
			running = 0;
			break;
		default:
			rcode = EMOLBADCALL;
		}
		m.m_type = rcode;
		if ((rcode = mnx_send(m.m_source, (long)&m)) != OK)
			error_exit("FS SEND", rcode);
	}
	exit(3);
}

int request(int type)
{
	int rcode;

	m.m_type = type;
	rcode = mnx_sendrec(FS_PROC_NR, (long)&m);
	return rcode != OK ? rcode : m.m_type;
}

void client(void)
{
	char buffer[8] = "";

	if (mnx_bind(dcid, CLT_NR) < EMOLERRCODE || mnx_wait4bindep(FS_PROC_NR) != FS_PROC_NR)
		exit(1);
	m.m1_i1 = 40;
	m.m1_i2 = 2;
	if (request(DO_ADD) != 42)
		exit(1);
	memcpy(m.m3_ca1, "abcdefghijklmnopq", M3_STRING);
	if (request(DO_UPPER) != M3_STRING || memcmp(m.m3_ca1, "ABCDEFGHIJKLMN", M3_STRING))
		exit(1);
	m.m7_p1 = buffer;
	m.m7_i1 = 4;
	if (request(DO_READ) != 4 || memcmp(buffer, "what", 5))
		exit(1);
	m.m7_p1 = NULL;
	m.m7_i1 = 4;
	if (request(DO_READ) != EMOLFAULT || request(77) != EMOLBADCALL)
		exit(1);
	if (request(DO_STOP) == EMOLSRCDIED)
		exit(1);
	/* It is gone: by its exit code the manager knows which of the two this is. */
	exit(mnx_wait4unbind(FS_PROC_NR) == OK ? 4 : 1);
}

int main(int argc, char *argv[])
{
	dc_usr_t dcu;
	int rcode, i, status;

	if (argc != 2)
		exit(1);
	alarm(60);
	dcid = atoi(argv[1]);
	memset(&dcu, 0, sizeof(dcu));
	dcu.dc_dcid = dcid;
	dcu.dc_nr_procs = 64;
	dcu.dc_nr_tasks = NR_TASKS;
	dcu.dc_nr_sysprocs = NR_SYS_PROCS;
	dcu.dc_nr_nodes = 1;
	dcu.dc_warn2proc = PM_PROC_NR;
	dcu.dc_warnmsg = EXIT_MSG;
	strcpy(dcu.dc_name, "SERVERS");
	if ((rcode = mnx_dc_init(&dcu)) < 0)
		error_exit("DC_INIT", rcode);
	if ((rcode = mnx_bind(dcid, PM_PROC_NR)) != PM_PROC_NR)
		error_exit("PM BIND", rcode);
	if (fork() == 0)
		fs_server();
	if (fork() == 0)
		client();
	for (i = 0; i < 2; i++) {
		if ((rcode = mnx_receive(ANY, (long)&m)) != OK)
			error_exit("PM RECEIVE", rcode);
		printf("PM: " MSG1_FORMAT, MSG1_FIELDS((&m)));
		if (m.m_type != EXIT_MSG || m.m1_i2 != -1)
			error_exit("PM type", m.m_type);
		rcode = m.m_source == FS_PROC_NR ? 3 : 4;
		if (m.m1_i1 != rcode)
			error_exit("PM exit code", m.m1_i1);
	}
	while (wait(&status) > 0)
		;
	if ((rcode = mnx_dc_end(dcid)) != OK)
		error_exit("DC_END", rcode);
	exit(0);
}
