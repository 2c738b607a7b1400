// SPDX-License-Identifier: Apache-2.0
/* Privileges: a user process may not do what a server may. Usage: priv <dcid> */
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <m3ipc.h>

#define SVR_NR 12
#define USR_NR 70

int dcid;

void expect(const char *what, long rcode, long wanted)
{
	if (rcode == wanted)
		return;
	printf("%s rcode=%ld, not %ld\n", what, rcode, wanted);
	exit(1);
}

void user(void)
{
	priv_usr_t priv;
	int ep;
	message m;

	ep = mnx_bind(dcid, USR_NR);
	if (ep < EMOLERRCODE)
		exit(1);
	m.m_type = 1;
	expect("USER SENDREC", mnx_sendrec(SVR_NR, (long)&m), OK); /* a user now */
	expect("USER SEND", mnx_send(SVR_NR, (long)&m), EMOLTRAPDENIED);
	expect("USER NOTIFY", mnx_notify(SVR_NR), EMOLTRAPDENIED);
	expect("USER SRC_NOTIFY", mnx_src_notify(SVR_NR, SVR_NR), EMOLTRAPDENIED);
	m.m_type = 2;
	expect("USER SENDREC", mnx_sendrec(SVR_NR, (long)&m), OK); /* a server now */
	expect("USER NOTIFY", mnx_notify(SVR_NR), OK);
	expect("USER SEND", mnx_send(SVR_NR, (long)&m), OK);
	expect("USER GETPRIV", mnx_getpriv(dcid, ep, &priv), OK);
	expect("USER s_level", priv.s_level, SERVER_PRIV);
	exit(0);
}

int main(int argc, char *argv[])
{
	priv_usr_t priv, *p_ptr = &priv;
	message m;
	int status;

	if (argc != 2)
		exit(1);
	alarm(60);
	dcid = atoi(argv[1]);
	expect("BIND", mnx_bind(dcid, SVR_NR), SVR_NR);
	if (fork() == 0)
		user();

	expect("RECEIVE", mnx_receive(ANY, (long)&m), OK);
	expect("GETPRIV", mnx_getpriv(dcid, m.m_source, &priv), OK);
	printf("OLD PRIV " PRIV_USR_FORMAT, PRIV_USR_FIELDS(p_ptr));
	expect("s_id", p_ptr->s_id, USR_NR);
	p_ptr->s_level = USER_PRIV;
	expect("SETPRIV", mnx_setpriv(dcid, m.m_source, p_ptr), OK);
	expect("SEND", mnx_send(m.m_source, (long)&m), OK);

	expect("RECEIVE", mnx_receive(ANY, (long)&m), OK);
	expect("m_type", m.m_type, 2);
	expect("GETPRIV", mnx_getpriv(dcid, m.m_source, &priv), OK);
	printf("NEW PRIV " PRIV_USR_FORMAT, PRIV_USR_FIELDS(p_ptr));
	expect("s_level", p_ptr->s_level, USER_PRIV);
	p_ptr->s_level = SERVER_PRIV;
	expect("SETPRIV", mnx_setpriv(dcid, m.m_source, (long)p_ptr), OK);
	expect("SEND", mnx_send(m.m_source, (long)&m), OK);

	expect("RECEIVE", mnx_receive(ANY, (long)&m), OK);
	expect("m_type", m.m_type, NOTIFY_FROM(USR_NR));
	expect("RECEIVE", mnx_receive(ANY, (long)&m), OK);
	p_ptr->s_level = PROXY_PRIV;
	expect("SETPRIV of no level", mnx_setpriv(dcid, SVR_NR, p_ptr), EMOLBADVALUE);
	expect("GETPRIV of nobody", mnx_getpriv(dcid, 80, p_ptr), EMOLNOTBIND);
	wait(&status);
	exit(status != 0);
}
