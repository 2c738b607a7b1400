// SPDX-License-Identifier: Apache-2.0
/*
 * Binding oneself and one's children, as a process manager does: a fork is unbound,
 * and waits until its parent has bound it. Usage: bind <dcid>
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <m3ipc.h>

#define PARENT_NR 32
#define CHILD_NR 33

int dcid;

void expect(const char *what, long rcode, long wanted)
{
	if (rcode == wanted)
		return;
	printf("%s rcode=%ld, not %ld\n", what, rcode, wanted);
	exit(1);
}

void child(int parent_ep)
{
	int ep;
	message m;

	expect("CHILD GETEP", mnx_getep(getpid()), EMOLNOTBIND);
	expect("CHILD SEND", mnx_send(parent_ep, (long)&m), EMOLNOTBIND);
	kill(getpid(), SIGSTOP);
	ep = mnx_wait4bind();
	if (_ENDPOINT_P(ep) != CHILD_NR)
		exit(1);
	expect("CHILD GETEP", mnx_getep(getpid()), ep);
	m.m_type = 3;
	m.m3_i1 = ep;
	expect("CHILD SENDREC", mnx_sendrec(parent_ep, (long)&m), OK);
	exit(0);
}

void parent(void)
{
	int parent_ep, child_pid, child_ep, status;
	message m;

	parent_ep = mnx_bind(dcid, PARENT_NR);
	if (_ENDPOINT_P(parent_ep) != PARENT_NR)
		expect("BIND", parent_ep, PARENT_NR);
	expect("BIND again", mnx_bind(dcid, PARENT_NR + 5), EMOLSLOTUSED);
	if ((child_pid = fork()) == 0)
		child(parent_ep);
	waitpid(child_pid, &status, WUNTRACED);
	if (!WIFSTOPPED(status))
		exit(1);
	expect("LCLBIND in use", mnx_lclbind(dcid, child_pid, PARENT_NR), EMOLSLOTUSED);
	child_ep = mnx_lclbind(dcid, child_pid, CHILD_NR);
	if (_ENDPOINT_P(child_ep) != CHILD_NR)
		expect("LCLBIND", child_ep, CHILD_NR);
	expect("GETEP", mnx_getep(child_pid), child_ep);
	kill(child_pid, SIGCONT);
	expect("RECEIVE", mnx_receive(child_ep, (long)&m), OK);
	expect("m3_i1", m.m3_i1, child_ep);
	expect("SEND", mnx_send(child_ep, (long)&m), OK);
	waitpid(child_pid, &status, 0);
	expect("CHILD status", status, 0);
	expect("GETEP of a dead", mnx_getep(child_pid), EMOLBADPID);
	expect("LCLBIND of a dead", mnx_lclbind(dcid, child_pid, CHILD_NR), EMOLBADPID);
	expect("UNBIND", mnx_unbind(dcid, parent_ep), OK);
	expect("UNBIND again", mnx_unbind(dcid, parent_ep), EMOLNOTBIND);
	expect("GETEP", mnx_getep(getpid()), EMOLNOTBIND);
}

/* The endpoint of a slot's next tenant is another, so that a letter to the old one is not his. */
void generations(void)
{
	int old_ep, new_ep;
	message m;

	old_ep = mnx_bind(dcid, 50);
	expect("UNBIND", mnx_unbind_T(dcid, old_ep, TIMEOUT_FOREVER), OK);
	new_ep = mnx_bind(dcid, 50);
	if (old_ep == new_ep || _ENDPOINT_P(old_ep) != 50 || _ENDPOINT_P(new_ep) != 50)
		expect("endpoints", new_ep, old_ep);
	expect("generation", _ENDPOINT_G(new_ep), _ENDPOINT_G(old_ep) + 1);
	expect("SEND to the old", mnx_send_T(old_ep, (long)&m, 1000), EMOLDSTDIED);
	mnx_unbind(dcid, new_ep);
	/* Servers are known by their numbers, in every life. */
	expect("BIND", mnx_bind(dcid, DS_PROC_NR), DS_PROC_NR);
	mnx_unbind(dcid, DS_PROC_NR);
	expect("BIND", mnx_bind(dcid, DS_PROC_NR), DS_PROC_NR);
	mnx_unbind(dcid, DS_PROC_NR);
}

int main(int argc, char *argv[])
{
	if (argc != 2) {
		printf("usage: %s <dcid>\n", argv[0]);
		exit(1);
	}
	alarm(60);
	dcid = atoi(argv[1]);
	expect("BIND too high", mnx_bind(dcid, NR_PROCS), EMOLBADPROC);
	expect("BIND too low", mnx_bind(dcid, -NR_TASKS - 1), EMOLBADPROC);
	expect("BIND nowhere", mnx_bind(dcid + 1, 1), EMOLDCNOTRUN);
	expect("BIND nowhere", mnx_bind(1 << 20, 1), EMOLBADDCID);
	parent();
	generations();
	exit(0);
}
