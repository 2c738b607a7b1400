// SPDX-License-Identifier: Apache-2.0
/* m3ipc ping: a client that measures round trips. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "command.h"

#define PING_TYPE 1

struct ping {
	const char *vm, *own_number, *target_text;
	long target;	  /* process number, or endpoint of a later generation */
	int endpoint;	  /* of the target, while it is there */
	long count;	  /* round trips, -1: no limit */
	long burst;	  /* round trips between two lines */
	long interval_ms; /* between two lines */
	long timeout_ms;  /* for an answer */
	bool wait;	  /* for a target that is not there */
	unsigned long done, failed;
};

static double now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1e6 + now.tv_nsec / 1e3;
}

/* Takes the highest process number that is neither in use nor reserved. */
static int bind_any(const vm_usr_t *vm, int *status)
{
	int result = EMOLSLOTUSED;

	for (int nr = vm->dc_nr_procs - 1; nr >= 0; nr--) {
		proc_usr_t proc;

		result = mnx_getprocinfo(vm->dc_dcid, nr, &proc);
		if (result < 0)
			break;
		if (!(proc.p_rts_flags & SLOT_FREE) || (proc.p_misc_flags & MIS_RESERVED))
			continue;
		result = mnx_bind(vm->dc_dcid, nr);
		if (result > EMOLERRCODE)
			return result;
		if (result != EMOLSLOTUSED && result != EMOLBADOWNER)
			break;
	}
	*status = refused(result, "a free process number in VM %s", vm->dc_name);
	return EMOLERRCODE;
}

/* The lowest process number >= 0 that somebody else is bound to. */
static bool find_server(int vmid, int own, long *target)
{
	proc_usr_t proc;
	int nr = 0;

	while (mnx_proc_next(vmid, nr, &proc) == OK) {
		if (!(proc.p_rts_flags & SLOT_FREE) && proc.p_nr != own) {
			*target = proc.p_nr;
			return true;
		}
		nr = proc.p_nr + 1;
	}
	return false;
}

static bool is_taken(int vmid, int nr)
{
	proc_usr_t proc;

	return mnx_getprocinfo(vmid, nr, &proc) == OK && !(proc.p_rts_flags & SLOT_FREE);
}

/* Enters the VM and settles the target; the exit status, or -1 to go on. */
static int enter(struct ping *ping)
{
	int endpoint, status;
	long nr = -1;
	vm_usr_t vm;

	if (ping->target_text &&
	    !parse_number("the target", ping->target_text, -250, 0x7fffffff, &ping->target))
		return EXIT_USAGE;
	if (!ping->vm) {
		if (ping->own_number)
			return misused("--nr goes with --vm");
		endpoint = mnx_getep(0);
		if (endpoint <= EMOLERRCODE)
			return refused(endpoint, "this process");
		vm.dc_dcid = M3_OWN_VM;
	} else {
		if (ping->own_number && !parse_number("--nr", ping->own_number, -250, 15999, &nr))
			return EXIT_USAGE;
		if (find_vm(ping->vm, &vm, &status) != OK)
			return status;
		/* Without a target, a number that is in use can only be the target. */
		if (ping->own_number && !ping->target_text && is_taken(vm.dc_dcid, nr)) {
			ping->target = nr;
			ping->target_text = ping->own_number;
			ping->own_number = NULL;
		}
		endpoint = ping->own_number ? bind_self(&vm, nr, &status) : bind_any(&vm, &status);
		if (endpoint <= EMOLERRCODE)
			return status;
	}
	if (!ping->target_text && !find_server(vm.dc_dcid, _ENDPOINT_P(endpoint), &ping->target)) {
		fprintf(stderr, "m3ipc ping: nobody else is bound in this VM on this node; "
				"give the process number to wait for\n");
		return EXIT_REFUSED;
	}
	return -1;
}

/* Looks up, or waits for, the target; the exit status, or -1 to go on. */
static int find_target(struct ping *ping)
{
	int result = mnx_wait4bindep_T(ping->target, &ping->endpoint, TIMEOUT_NOWAIT);

	if (result == EMOLAGAIN && !ping->wait) {
		fprintf(stderr, "m3ipc ping: %ld is not there; start it, or leave out --no-wait\n",
			ping->target);
		return EXIT_REFUSED;
	}
	if (result == EMOLAGAIN) {
		printf("%ld is not there; waiting for it\n", ping->target);
		fflush(stdout);
		do
			result = mnx_wait4bindep_T(ping->target, &ping->endpoint, TIMEOUT_FOREVER);
		while (result == EMOLINTR && !stop_requested);
		if (result == OK) {
			printf("%ld is there (endpoint %d)\n", ping->target, ping->endpoint);
			fflush(stdout);
		}
	}
	if (result < 0 && !stop_requested)
		return refused(result, "%ld", ping->target);
	return -1;
}

static bool died(int result)
{
	return result == EMOLDSTDIED || result == EMOLSRCDIED || result == EMOLDEADSRCDST;
}

static int round_trip(struct ping *ping, double *us)
{
	message m = {.m_type = PING_TYPE};
	double start = now_us();
	int result;

	m.m1_i1 = ping->done;
	result = mnx_sendrec_T(ping->endpoint, &m, ping->timeout_ms);
	*us = now_us() - start;
	if (result == OK && (m.m_source != ping->endpoint || m.m1_i1 != (int)ping->done))
		return EMOLBADREQUEST;
	return result;
}

/* Some round trips and a line about them. The last result. */
static int burst(struct ping *ping)
{
	double start = now_us(), least = 1e18, most = 0, us;
	long made = 0;
	int result = OK;

	while (made < ping->burst && (ping->count < 0 || (long)ping->done < ping->count) &&
	       !stop_requested) {
		result = round_trip(ping, &us);
		if (result < 0)
			break;
		if (us < least)
			least = us;
		if (us > most)
			most = us;
		ping->done++;
		made++;
	}
	if (made) {
		double total = now_us() - start;

		printf("%ld round trips with %ld: %.0f/s, %.1f/%.1f/%.1f us (min/avg/max)\n", made,
		       ping->target, made / total * 1e6, least, total / made, most);
		fflush(stdout);
	}
	return result;
}

static void pause_ms(long ms)
{
	struct timespec time = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};

	/* A signal ends it: the caller looks at stop_requested. */
	if (!stop_requested)
		nanosleep(&time, NULL);
}

static int run(struct ping *ping)
{
	int status = enter(ping);

	if (status < 0)
		status = find_target(ping);
	while (status < 0 && !stop_requested) {
		int result = burst(ping);

		if (ping->count >= 0 && (long)ping->done >= ping->count)
			break;
		if (died(result)) {
			ping->failed++;
			printf("%ld died (%s)\n", ping->target, mnx_errname(result));
			status = find_target(ping);
		} else if (result == EMOLTIMEDOUT) {
			ping->failed++;
			printf("no answer of %ld within %.1f s\n", ping->target,
			       ping->timeout_ms / 1e3);
		} else if (result == EMOLBADREQUEST) {
			ping->failed++;
			printf("%ld answers with something else than it was sent\n", ping->target);
		} else if (result < 0 && result != EMOLINTR) {
			return refused(result, "request to %ld", ping->target);
		}
		fflush(stdout);
		if (status < 0)
			pause_ms(ping->interval_ms);
	}
	printf("%lu round trips, %lu failed\n", ping->done, ping->failed);
	if (status >= 0)
		return status;
	return ping->done ? EXIT_OK : EXIT_REFUSED;
}

static int run_ping(int argc, char **argv)
{
	static const struct option options[] = {
		{"vm", required_argument, NULL, 'v'},
		{"nr", required_argument, NULL, 'n'},
		{"count", required_argument, NULL, 'c'},
		{"burst", required_argument, NULL, 'b'},
		{"interval", required_argument, NULL, 'i'},
		{"timeout", required_argument, NULL, 't'},
		{"no-wait", no_argument, NULL, 'w'},
		{"help", no_argument, NULL, 'h'},
		{0},
	};
	struct ping ping = {
		.count = -1, .burst = 100, .interval_ms = 1000, .timeout_ms = 10000, .wait = true};
	int option;

	/* "+": a target may be negative. */
	while ((option = getopt_long(argc, argv, "+", options, NULL)) != -1) {
		if (option == 'v')
			ping.vm = optarg;
		else if (option == 'n')
			ping.own_number = optarg;
		else if (option == 'w')
			ping.wait = false;
		else if (option == 'c' &&
			 !parse_number("--count", optarg, 1, 1000000000, &ping.count))
			return EXIT_USAGE;
		else if (option == 'b' &&
			 !parse_number("--burst", optarg, 1, 1000000000, &ping.burst))
			return EXIT_USAGE;
		else if (option == 'i' && !parse_seconds("--interval", optarg, &ping.interval_ms))
			return EXIT_USAGE;
		else if (option == 't' && !parse_seconds("--timeout", optarg, &ping.timeout_ms))
			return EXIT_USAGE;
		else if (option == 'h' || option == '?')
			return usage_exit(option);
	}
	if (optind + 1 < argc)
		return misused("at most one target is expected");
	ping.target_text = argv[optind];
	catch_signals();
	return run(&ping);
}

const struct command command_ping = {
	.name = "ping",
	.summary = "measure round trips with a server of the VM",
	.help = "[OPTION]... [--] [TARGET]\n\n"
		"Sends requests to TARGET (a process number or endpoint of the VM) and prints how\n"
		"many round trips per second were made, and how long they took. While TARGET is not\n"
		"there, says so once and waits for it. Without TARGET: the lowest bound process\n"
		"number of this node.\n"
		"Uses the binding it inherits from 'm3ipc exec', or binds itself:\n\n"
		"  --vm VM         in this VM,\n"
		"  --nr N          as this number (default: a free one). If there is no TARGET and N\n"
		"                  is in use by another process, N is the target\n\n"
		"  --count N       stop after N round trips (default: go on)\n"
		"  --burst N       round trips per line (default 100)\n"
		"  --interval S    seconds between lines (default 1)\n"
		"  --timeout S     for an answer (default 10)\n"
		"  --no-wait       fail if TARGET is not there\n\n"
		"Exit status: 0 some round trip was made, 1 none.\n",
	.run = run_ping,
};
