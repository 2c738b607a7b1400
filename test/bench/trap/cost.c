// SPDX-License-Identifier: Apache-2.0
/*
 * What a trap costs: alone (a call that the library answers itself), and as part of a call and of
 * a round trip, next to the same by libm3ipc. 32-bit; run by `m3ipc exec --minix-trap`.
 */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "m3ipc.h"
#include "test/kernel/trap/vectors.h"

enum { VMID = 4000, CLIENT = 30, SERVER = 1, BAD_CALL = 15, WARM_UP = 200 };

static long rounds;

static void stop(const char *what, int result)
{
	fprintf(stderr, "cost: %s: %s\n", what, mnx_errname(result));
	exit(1);
}

static void demand(const char *what, int result, int expected)
{
	if (result != expected)
		stop(what, result);
}

static int receive_by_ioctl(void)
{
	message m;

	return mnx_receive_T(ANY, &m, TIMEOUT_NOWAIT) == EMOLAGAIN ? OK : EMOLERRCODE;
}

static int receive_by_trap(void)
{
	message m;

	return minix_trap(ANY, &m, MINIX_RECEIVE | MINIX_NON_BLOCKING) == EMOLNOTREADY
		       ? OK
		       : EMOLERRCODE;
}

static int bad_call(void)
{
	return minix_trap(0, NULL, BAD_CALL) == EMOLBADCALL ? OK : EMOLERRCODE;
}

static int ask_by_ioctl(void)
{
	message m = {.m_type = 1};

	return mnx_sendrec(SERVER, &m);
}

static int ask_by_trap(void)
{
	message m = {.m_type = 1};

	return minix_trap(SERVER, &m, MINIX_SENDREC);
}

/* Prints what one call takes, of many in a row. */
static void measure(const char *what, int (*call)(void))
{
	struct timespec start, end;

	for (int i = 0; i < WARM_UP; i++)
		demand(what, call(), OK);
	clock_gettime(CLOCK_MONOTONIC, &start);
	for (long i = 0; i < rounds; i++)
		demand(what, call(), OK);
	clock_gettime(CLOCK_MONOTONIC, &end);
	printf("%-42s %8.0f\n", what,
	       ((end.tv_sec - start.tv_sec) * 1e9 + end.tv_nsec - start.tv_nsec) / rounds);
}

static void serve(bool by_trap)
{
	message m;

	if (mnx_bind(VMID, SERVER) != SERVER)
		_exit(1);
	for (;;) {
		int result = by_trap ? minix_trap(ANY, &m, MINIX_RECEIVE) : mnx_receive(ANY, &m);

		if (result == OK)
			result = by_trap ? minix_trap(m.m_source, &m, MINIX_SEND)
					 : mnx_send(m.m_source, &m);
		if (result != OK)
			_exit(1);
	}
}

static void measure_round_trip(const char *what, int (*call)(void), bool by_trap)
{
	pid_t server = fork();
	int bound;

	if (server == 0)
		serve(by_trap);
	demand("waiting for the server", mnx_wait4bindep_T(SERVER, &bound, TIMEOUT_FOREVER), OK);
	measure(what, call);
	kill(server, SIGKILL);
	waitpid(server, NULL, 0);
}

int main(int argc, char **argv)
{
	vm_usr_t vm = {.dc_dcid = VMID, .dc_warn2proc = NONE, .dc_name = "cost"};
	cpu_set_t one;
	int result;

	rounds = argc > 1 ? atol(argv[1]) : 100000;
	setvbuf(stdout, NULL, _IOLBF, 0);
	CPU_ZERO(&one);
	CPU_SET(0, &one);
	sched_setaffinity(0, sizeof(one), &one);
	measure("a trap alone", bad_call);
	if (access("/dev/m3ipc", F_OK) != 0)
		return 0;
	result = mnx_drvs_init(1, NULL);
	if (result < 0 && result != EMOLDVSBUSY)
		stop("drvs_init", result);
	demand("vm_init", mnx_vm_init(&vm) >= 0 ? OK : EMOLERRCODE, OK);
	/* Endpoints of its first life are numbers. */
	demand("bind", mnx_bind(VMID, CLIENT), CLIENT);
	measure("a receive that would block, by libm3ipc", receive_by_ioctl);
	measure("the same by trap", receive_by_trap);
	measure_round_trip("a round trip, by libm3ipc", ask_by_ioctl, false);
	measure_round_trip("the same, both sides by trap", ask_by_trap, true);
	return 0;
}
