// SPDX-License-Identifier: Apache-2.0
/*
 * Threads: some with slots of their own, one that speaks for its leader.
 * Usage: mthread <dcid> <threads> <loops>
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <m3ipc.h>

#define DST_NR 1
#define SRC_NR 35
#define MAXTHREADS 20

int dcid, loops;
int t_nr[MAXTHREADS];

void error_exit(const char *what, int rcode)
{
	printf("%s rcode=%d\n", what, rcode);
	exit(1);
}

void ask(int own_ep)
{
	int ret, i;
	message m;

	for (i = 0; i < loops; i++) {
		m.m_type = own_ep;
		m.m1_i1 = i;
		ret = mnx_sendrec(DST_NR, (long)&m);
		if (ret != 0)
			error_exit("THREAD SENDREC", ret);
		if (m.m_source != DST_NR || m.m_type != own_ep || m.m1_i1 != i + 1)
			error_exit("THREAD SENDREC msg", m.m1_i1);
	}
}

void *thread_function(void *arg)
{
	int thread_nr, thread_ep;
	pid_t tid;

	thread_nr = *(int *)arg;
	thread_ep = mnx_tbind(dcid, thread_nr);
	tid = (pid_t)syscall(SYS_gettid);
	if (thread_ep < EMOLERRCODE)
		error_exit("THREAD TBIND", thread_ep);
	if (mnx_getep(tid) != thread_ep)
		error_exit("THREAD GETEP", mnx_getep(tid));
	ask(thread_ep);
	if (mnx_unbind(dcid, thread_ep) != OK)
		exit(1);
	return NULL;
}

/* Bound to nothing itself. */
void *for_leader(void *arg)
{
	ask(*(int *)arg);
	return NULL;
}

void client(int threads)
{
	pthread_t mythread[MAXTHREADS], other;
	int i, src_ep;

	src_ep = mnx_bind(dcid, SRC_NR);
	if (src_ep < EMOLERRCODE)
		error_exit("BIND SOURCE", src_ep);
	for (i = 0; i < threads; i++) {
		t_nr[i] = SRC_NR + 1 + i;
		if (pthread_create(&mythread[i], NULL, thread_function, (void *)&t_nr[i]))
			abort();
	}
	if (pthread_create(&other, NULL, for_leader, (void *)&src_ep))
		abort();
	for (i = 0; i < threads; i++)
		pthread_join(mythread[i], NULL);
	pthread_join(other, NULL);
	ask(src_ep);
	exit(0);
}

int main(int argc, char *argv[])
{
	int threads, ret, i, status;
	message m;

	if (argc != 4)
		exit(1);
	alarm(60);
	dcid = atoi(argv[1]);
	threads = atoi(argv[2]);
	loops = atoi(argv[3]);
	if (loops <= 0 || threads <= 0 || threads > MAXTHREADS) {
		printf("loops > 0 and 0 < threads <= %d\n", MAXTHREADS);
		exit(1);
	}
	ret = mnx_bind(dcid, DST_NR);
	if (ret != DST_NR)
		error_exit("BIND DESTINATION", ret);
	if (fork() == 0)
		client(threads);
	/* Of each thread, of the one that speaks for the leader, and of the leader. */
	for (i = 0; i < loops * (threads + 2); i++) {
		ret = mnx_receive(ANY, (long)&m);
		if (ret != OK)
			error_exit("RECEIVE", ret);
		if (m.m_source != m.m_type)
			error_exit("RECEIVE source", m.m_source);
		m.m1_i1++;
		ret = mnx_send(m.m_source, (long)&m);
		if (ret != OK)
			error_exit("SEND", ret);
	}
	wait(&status);
	exit(status != 0);
}
