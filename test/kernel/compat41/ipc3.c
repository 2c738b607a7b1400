// SPDX-License-Identifier: Apache-2.0
/* NOTIFY both ways, and what a notification is. Usage: ipc3 <dcid> <loops> */
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <m3ipc.h>

#define DST_NR 1
#define SRC_NR 2
#define TASK_NR SYSTASK(3)

int dcid, loops;

void expect(const char *what, long value, long wanted)
{
	if (value == wanted)
		return;
	printf("%s=%ld, not %ld\n", what, value, wanted);
	exit(1);
}

void source(int dst_ep)
{
	int src_ep, i;
	message m;

	src_ep = mnx_bind(dcid, SRC_NR);
	expect("SOURCE BIND", src_ep, SRC_NR);
	for (i = 0; i < loops; i++) {
		expect("SOURCE NOTIFY", mnx_notify(dst_ep), OK);
		expect("SOURCE RECEIVE", mnx_receive(dst_ep, (long)&m), OK);
		expect("SOURCE m_type", m.m_type, NOTIFY_FROM(DST_NR));
	}
	/* Not taken yet, so it is one. */
	expect("SOURCE NOTIFY", mnx_notify(dst_ep), OK);
	expect("SOURCE NOTIFY", mnx_notify(dst_ep), OK);
	m.m_type = 55;
	expect("SOURCE SENDREC", mnx_sendrec(dst_ep, (long)&m), OK);
	exit(0);
}

void destination(void)
{
	message m, *m_ptr = &m;
	proc_usr_t src;
	int i;

	for (i = 0; i < loops; i++) {
		expect("RECEIVE", mnx_receive(ANY, (long)&m), OK);
		expect("m_source", m.NOTIFY_SOURCE, SRC_NR);
		expect("m_type", m.NOTIFY_TYPE, NOTIFY_FROM(SRC_NR));
		expect("argument", m.NOTIFY_ARG, 0);
		if (m.NOTIFY_TIMESTAMP.tv_sec == 0)
			expect("timestamp", 0, 1);
		expect("NOTIFY", mnx_notify(SRC_NR), OK);
	}
	printf("RECEIVE msg: " MSG9_FORMAT, MSG9_FIELDS(m_ptr));
	do {
		mnx_getprocinfo(dcid, SRC_NR, &src);
	} while (!TEST_BIT(src.p_rts_flags, BIT_SENDING));
	/* Two notifications are one, and the request comes behind it. */
	expect("RECEIVE", mnx_receive(ANY, (long)&m), OK);
	expect("m_type", m.m_type, NOTIFY_FROM(SRC_NR));
	expect("RECEIVE", mnx_receive(ANY, (long)&m), OK);
	expect("m_type", m.m_type, 55);
	expect("SEND", mnx_send(m.m_source, (long)&m), OK);
}

/* For others, with arguments: what drivers and system tasks do. */
void for_others(void)
{
	priv_usr_t priv, *p_ptr = &priv;
	message m;
	int task_pid;

	expect("SELF", mnx_notify(SELF), OK);
	expect("RECEIVE", mnx_receive(ANY, (long)&m), OK);
	expect("m_source", m.m_source, HARDWARE);
	expect("m_type", m.m_type, HARD_INT);

	expect("HDW_NOTIFY", mnx_hdw_notify(dcid, DST_NR), OK);
	expect("RECEIVE", mnx_receive(ANY, (long)&m), OK);
	expect("m_source", m.m_source, HARDWARE);

	expect("GETPRIV", mnx_getpriv(dcid, DST_NR, p_ptr), OK);
	priv.s_level = SYSTEM_PRIV;
	expect("SETPRIV", mnx_setpriv(dcid, DST_NR, p_ptr), OK);
	task_pid = fork();
	if (task_pid == 0) {
		if (mnx_bind(dcid, TASK_NR) != TASK_NR || mnx_bind(dcid, SYSTEM) != EMOLSLOTUSED)
			exit(1);
		mnx_receive(ANY, (long)&m);
		exit(m.m_source == DST_NR && m.m_type == 77 ? 0 : 1);
	}
	expect("WAIT4BINDEP", mnx_wait4bindep(TASK_NR), TASK_NR);
	expect("SRC_NOTIFY", mnx_src_notify(TASK_NR, DST_NR), OK);
	expect("RECEIVE", mnx_receive(ANY, (long)&m), OK);
	expect("m_source", m.m_source, TASK_NR);
	/* 4.1 gave the bare number here: a type that reads as an error. */
	expect("m_type", m.m_type, NOTIFY_FROM(TASK_NR));
	if (m.m_type < 0)
		exit(1);
	expect("NTFY_VALUE", mnx_ntfy_value(HARDWARE, DST_NR, 4), OK);
	expect("NTFY_VALUE", mnx_ntfy_value(HARDWARE, DST_NR, 7), OK);
	expect("RECEIVE", mnx_receive(ANY, (long)&m), OK);
	expect("argument", m.m9_l1, 1 << 4 | 1 << 7);
	expect("NOTIFY", mnx_notify(SELF), OK);
	expect("RECEIVE", mnx_receive(ANY, (long)&m), OK);
	expect("argument", m.m9_l1, 0);
	m.m_type = 77;
	expect("SEND", mnx_send(TASK_NR, (long)&m), OK);
}

int main(int argc, char *argv[])
{
	int dst_ep, status, i;

	if (argc != 3) {
		printf("usage: %s <dcid> <loops>\n", argv[0]);
		exit(1);
	}
	alarm(60);
	dcid = atoi(argv[1]);
	loops = atoi(argv[2]);
	dst_ep = mnx_bind(dcid, DST_NR);
	expect("BIND", dst_ep, DST_NR);
	if (fork() == 0)
		source(dst_ep);
	destination();
	for_others();
	for (i = 0; i < 2; i++) {
		wait(&status);
		expect("CHILD status", status, 0);
	}
	exit(0);
}
