// SPDX-License-Identifier: Apache-2.0
/* What calls say, by name, when something is wrong. Usage: errors <dcid> */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <m3ipc.h>

#define MY_NR 13
#define OTHER_NR 14
#define NOBODY_NR 15

int dcid;
message m;

void expect(const char *what, long rcode, long wanted)
{
	if (rcode == wanted)
		return;
	printf("%s rcode=%ld, not %ld\n", what, rcode, wanted);
	exit(1);
}

void await_flags(int nr, unsigned long flags)
{
	proc_usr_t proc;

	do {
		mnx_getprocinfo(dcid, nr, &proc);
	} while (proc.p_rts_flags != flags);
}

void bad_peers(void)
{
	expect("SEND to nobody", mnx_send(NOBODY_NR, (long)&m), EMOLDSTDIED);
	expect("RECEIVE from nobody", mnx_receive(NOBODY_NR, (long)&m), EMOLSRCDIED);
	expect("SENDREC to nobody", mnx_sendrec(NOBODY_NR, (long)&m), EMOLDEADSRCDST);
	expect("NOTIFY nobody", mnx_notify(NOBODY_NR), EMOLDSTDIED);
	expect("REPLY to nobody", mnx_reply(NOBODY_NR, (long)&m), EMOLDSTDIED);
	/* E<name> where errno.h has no such word, and EDVS<name>. */
	expect("SEND to nobody", mnx_send(NOBODY_NR, (long)&m), EDSTDIED);
	expect("RECEIVE from nobody", mnx_receive(NOBODY_NR, (long)&m), EDVSSRCDIED);
	expect("SEND to oneself", mnx_send(MY_NR, (long)&m), EMOLENDPOINT);
	expect("SENDREC to oneself", mnx_sendrec(SELF, (long)&m), EMOLENDPOINT);
	expect("SEND out of range", mnx_send(NR_PROCS, (long)&m), EMOLRANGE);
	expect("SEND out of range", mnx_send(-NR_TASKS - 1, (long)&m), EMOLRANGE);
	expect("WAKEUP of nobody", mnx_wakeup(dcid, NOBODY_NR), EMOLNOTBIND);
}

/* A peer that is killed while one waits for it. */
void die_in_time(void)
{
	int pid, i;

	for (i = 0; i < 3; i++) {
		static const unsigned long waits[] = {SENDING, RECEIVING, SENDING | RECEIVING};
		static const int results[] = {EMOLDSTDIED, EMOLSRCDIED, EMOLDSTDIED};
		int rcode = EMOLERRCODE, status, killer;

		pid = fork();
		if (pid == 0) {
			mnx_bind(dcid, OTHER_NR);
			for (;;)
				pause();
		}
		expect("WAIT4BINDEP", mnx_wait4bindep(OTHER_NR), OTHER_NR);
		killer = fork();
		if (killer == 0) {
			await_flags(MY_NR, waits[i]);
			kill(pid, SIGKILL);
			exit(0);
		}
		if (i == 0)
			rcode = mnx_send(OTHER_NR, (long)&m);
		else if (i == 1)
			rcode = mnx_receive(OTHER_NR, (long)&m);
		else
			rcode = mnx_sendrec(OTHER_NR, (long)&m);
		expect("peer killed", rcode, results[i]);
		waitpid(pid, &status, 0);
		waitpid(killer, &status, 0);
		expect("slot", mnx_wait4unbind_T(OTHER_NR, TIMEOUT_NOWAIT), OK);
	}
	/* After the request was taken. */
	pid = fork();
	if (pid == 0) {
		mnx_bind(dcid, OTHER_NR);
		mnx_receive(ANY, (long)&m);
		exit(0);
	}
	expect("WAIT4BINDEP", mnx_wait4bindep(OTHER_NR), OTHER_NR);
	expect("SENDREC", mnx_sendrec(OTHER_NR, (long)&m), EMOLSRCDIED);
	wait(NULL);
}

void no_restart(int sig)
{
	(void)sig;
}

void interrupted(void)
{
	struct sigaction action;
	int killer;

	memset(&action, 0, sizeof(action));
	action.sa_handler = no_restart;
	action.sa_flags = SA_RESTART;
	sigaction(SIGUSR1, &action, NULL);
	killer = fork();
	if (killer == 0) {
		await_flags(MY_NR, RECEIVING);
		kill(getppid(), SIGUSR1);
		exit(0);
	}
	expect("RECEIVE with a signal", mnx_receive(ANY, (long)&m), EMOLINTR);
	wait(NULL);
	killer = fork();
	if (killer == 0) {
		await_flags(MY_NR, RECEIVING);
		exit(mnx_wakeup(dcid, MY_NR) != OK);
	}
	expect("RECEIVE with a wakeup", mnx_receive(ANY, (long)&m), EMOLWOKENUP);
	wait(NULL);
	expect("WAKEUP of one that runs", mnx_wakeup(dcid, MY_NR), EMOLPROCRUN);
	expect("RECEIVE after it", mnx_receive(ANY, (long)&m), EMOLWOKENUP);
}

/* Two that send to each other: one of them hears of it. */
void deadlock(void)
{
	int status;

	if (fork() == 0) {
		mnx_bind(dcid, OTHER_NR);
		expect("OTHER SEND", mnx_send(MY_NR, (long)&m), OK);
		exit(0);
	}
	expect("WAIT4BINDEP", mnx_wait4bindep(OTHER_NR), OTHER_NR);
	await_flags(OTHER_NR, SENDING);
	expect("SEND", mnx_send(OTHER_NR, (long)&m), EMOLLOCKED);
	expect("RECEIVE", mnx_receive(OTHER_NR, (long)&m), OK);
	wait(&status);
	expect("OTHER status", status, 0);
}

void not_here(void)
{
	proc_usr_t sproc, rproc;
	char payload[64];

	expect("RMTBIND", mnx_rmtbind(dcid, (long)"far", 80, 2), EMOLNOSYS);
	expect("BKUPBIND", mnx_bkupbind(dcid, getpid(), 80, 2), EMOLNOSYS);
	expect("REPLBIND", mnx_replbind(dcid, getpid(), 80), EMOLNOSYS);
	expect("PROXIES_BIND", mnx_proxies_bind("p", 1, 100, 101, MAXCOPYBUF), EMOLNOSYS);
	expect("PROXIES_UNBIND", mnx_proxies_unbind(1), EMOLNOSYS);
	expect("PROXY_CONN", mnx_proxy_conn(1, CONNECT_SPROXY), EMOLNOSYS);
	expect("NODE_UP", mnx_node_up("node2", 2, 1), EMOLNOSYS);
	expect("NODE_DOWN", mnx_node_down(2), EMOLNOSYS);
	expect("GET2RMT_T", mnx_get2rmt_T((long)payload, (long)payload, 10), EMOLNOSYS);
	expect("GET2RMT", mnx_get2rmt(payload, payload), EMOLNOSYS);
	expect("PUT2LCL", mnx_put2lcl(payload, payload), EMOLNOSYS);
	expect("GETPROXYINFO", mnx_getproxyinfo(1, (long)&sproc, (long)&rproc), EMOLNOSYS);
	expect("MIGR_START", mnx_migr_start(dcid, 80), EMOLNOSYS);
	expect("MIGR_ROLLBACK", mnx_migr_rollback(dcid, 80), EMOLNOSYS);
	expect("MIGR_COMMIT", mnx_migr_commit(PROC_NO_PID, dcid, 80, 2), EMOLNOSYS);
	expect("VOID", mnx_void(80, (long)&m), EMOLNOSYS);
}

int main(int argc, char *argv[])
{
	if (argc != 2)
		exit(1);
	alarm(60);
	dcid = atoi(argv[1]);
	expect("SEND unbound", mnx_send(1, (long)&m), EMOLNOTBIND);
	expect("RECEIVE unbound", mnx_receive(ANY, (long)&m), EMOLNOTBIND);
	expect("VCOPY unbound", mnx_vcopy(1, &m, 2, &m, 1), EMOLNOTBIND);
	expect("BIND", mnx_bind(dcid, MY_NR), MY_NR);
	bad_peers();
	die_in_time();
	interrupted();
	deadlock();
	not_here();
	exit(0);
}
