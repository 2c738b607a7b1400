// SPDX-License-Identifier: Apache-2.0
/* m3ipc trace. */
#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "command.h"
#include "names.h"
#include "said.h"
#include "tell.h"
#include "tracefs.h"

static const char *const calls[] = {
	"send",	    "receive",	  "sendrec",	"notify",     "rcvrqst", "reply", "relay",
	"replyrec", "src_notify", "ntfy_value", "hdw_notify", "wakeup",	 "vcopy",
};

enum { CALLS = sizeof(calls) / sizeof(calls[0]), READ_MS = 200 };

struct wanted {
	int vmid;     /* -1: all */
	long process; /* number or endpoint */
	bool has_process;
	unsigned int calls; /* bits of calls; 0: all */
	bool json;
	long count;	 /* -1: no limit */
	long timeout_ms; /* -1: no limit */
};

struct progress {
	const struct wanted *wanted;
	long shown;
	unsigned long lost; /* told so far */
};

/* ---- what is wanted ---- */

/* A number means every life of it, an endpoint of a later generation that one. */
static bool is_process(const struct wanted *wanted, int endpoint)
{
	if (endpoint == ANY || endpoint == NONE || endpoint == SELF)
		return false;
	return endpoint == wanted->process || _ENDPOINT_P(endpoint) == wanted->process;
}

static bool is_wanted(const struct wanted *wanted, const struct said *said)
{
	if (said->kind == SAID_LOST)
		return true;
	if (wanted->vmid >= 0 && said->vmid != wanted->vmid)
		return false;
	if (wanted->has_process && !is_process(wanted, said->caller) &&
	    !is_process(wanted, said->peer) && !is_process(wanted, said->source))
		return false;
	for (int i = 0; wanted->calls && i < CALLS; i++)
		if (!strcmp(said->call, calls[i]))
			return wanted->calls >> i & 1;
	return !wanted->calls;
}

/* ---- reading ---- */

static bool is_enough(const struct progress *progress)
{
	return progress->shown == progress->wanted->count || ferror(stdout);
}

static void take_line(struct progress *progress, const char *line)
{
	struct said said;

	if (!said_parse(line, &said))
		return;
	if (said.kind == SAID_LOST)
		progress->lost += said.lost;
	else if (said.caller != NONE)
		names_learn(said.vmid, said.caller, said.name);
	if (!is_wanted(progress->wanted, &said))
		return;
	if (progress->wanted->json)
		tell_json(&said);
	else
		tell_text(&said);
	/* That something is missing is no event to count. */
	progress->shown += said.kind != SAID_LOST;
}

/* Reads what there is; false: there was nothing. */
static bool take_text(struct progress *progress, int pipe)
{
	/* trace_pipe gives whole lines. */
	static char text[65536];
	ssize_t size = read(pipe, text, sizeof(text) - 1);
	char *line = text, *end;

	if (size <= 0)
		return false;
	text[size] = 0;
	for (; (end = strchr(line, '\n')) && !is_enough(progress); line = end + 1) {
		*end = 0;
		take_line(progress, line);
	}
	return true;
}

static long now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void follow(struct tracefs *trace, struct progress *progress)
{
	long end = now_ms() + progress->wanted->timeout_ms;

	while (!stop_requested && !is_enough(progress)) {
		struct pollfd pollers[] = {{.fd = trace->pipe, .events = POLLIN},
					   {.fd = STDOUT_FILENO}};
		long left = READ_MS;

		if (progress->wanted->timeout_ms >= 0) {
			long until_end = end - now_ms();

			if (until_end <= 0)
				break;
			left = until_end < left ? until_end : left;
		}
		/* Old kernels forget to wake a reader now and then: it looks by itself, too. */
		poll(pollers, 2, left);
		/* The reader of a pipe has left, and nothing may be there to write that would tell. */
		if (pollers[1].revents & (POLLERR | POLLHUP))
			break;
		while (!is_enough(progress) && take_text(progress, trace->pipe))
			fflush(stdout);
	}
	/* What was recorded by now belongs to it. */
	tracefs_stop(trace);
	while (!is_enough(progress) && take_text(progress, trace->pipe))
		;
}

/* Events may be lost after the last one that was read. */
static void tell_rest(const struct tracefs *trace, struct progress *progress)
{
	struct said said = {.kind = SAID_LOST, .lost = tracefs_lost(trace)};

	if (said.lost <= progress->lost)
		return;
	said.lost -= progress->lost;
	if (progress->wanted->json)
		tell_json(&said);
	else
		tell_text(&said);
}

/* ---- the command ---- */

/* "send,notify" */
static bool parse_calls(char *text, unsigned int *bits)
{
	for (char *name = strtok(text, ","); name; name = strtok(NULL, ",")) {
		int i = 0;

		while (i < CALLS && strcmp(name, calls[i]) != 0)
			i++;
		if (i == CALLS) {
			misused("--call knows no call '%s'", name);
			return false;
		}
		*bits |= 1u << i;
	}
	return true;
}

static bool take_option(int option, struct wanted *wanted)
{
	switch (option) {
	case 'j':
		wanted->json = true;
		return true;
	case 'p':
		wanted->has_process = true;
		return parse_number("--process", optarg, -250, 2147483647, &wanted->process);
	case 'c':
		return parse_calls(optarg, &wanted->calls);
	case 'n':
		return parse_number("--count", optarg, 1, 1000000000, &wanted->count);
	default:
		return parse_seconds("--duration", optarg, &wanted->timeout_ms);
	}
}

static void catch_end(void)
{
	struct sigaction ignore = {.sa_handler = SIG_IGN}, end;

	catch_signals();
	/* Whatever ends us, the instance goes, too. */
	sigaction(SIGTERM, NULL, &end);
	sigaction(SIGHUP, &end, NULL);
	sigaction(SIGQUIT, &end, NULL);
	sigaction(SIGPIPE, &ignore, NULL);
}

static int trace_vm(const struct wanted *wanted)
{
	struct progress progress = {.wanted = wanted};
	struct tracefs trace;

	catch_end();
	if (!tracefs_open(&trace, wanted->vmid))
		return EXIT_REFUSED;
	if (!wanted->json)
		tell_head();
	fflush(stdout);
	follow(&trace, &progress);
	tell_rest(&trace, &progress);
	tracefs_close(&trace);
	return EXIT_OK;
}

static int run_trace(int argc, char **argv)
{
	static const struct option options[] = {
		{"json", no_argument, NULL, 'j'},
		{"process", required_argument, NULL, 'p'},
		{"call", required_argument, NULL, 'c'},
		{"count", required_argument, NULL, 'n'},
		{"duration", required_argument, NULL, 'd'},
		{"help", no_argument, NULL, 'h'},
		{0},
	};
	struct wanted wanted = {.vmid = -1, .count = -1, .timeout_ms = -1};
	int option, status, result;
	drvs_usr_t drvs;
	vm_usr_t vm;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'h' || option == '?')
			return usage_exit(option);
		if (!take_option(option, &wanted))
			return EXIT_USAGE;
	}
	if (optind + 1 < argc)
		return misused("at most one VM is expected");
	result = mnx_getdrvsinfo(&drvs);
	if (result < 0)
		return refused(result, "tracing");
	if (optind < argc) {
		if (find_vm(argv[optind], &vm, &status) != OK)
			return status;
		wanted.vmid = vm.dc_dcid;
	}
	return trace_vm(&wanted);
}

const struct command command_trace = {
	.name = "trace",
	.summary = "print who says what to whom, as it happens",
	.help = "[--process N] [--call NAMES] [--json] [--count N] [--duration S] [VM]\n\n"
		"Prints a line when a call that may block begins (>) and when a call returns (<):\n"
		"time, VM, process, call, peer, types of messages, result. From now on, in a VM or\n"
		"in all, until SIGINT or SIGTERM. For root, by the kernel's tracefs.\n\n"
		"  --process N    only what a process (number or endpoint) says or is told\n"
		"  --call NAMES   only these calls: send receive sendrec notify rcvrqst reply relay\n"
		"                 replyrec src_notify ntfy_value hdw_notify wakeup vcopy; with commas\n"
		"  --json         one object per line\n"
		"  --count N      stop after N lines\n"
		"  --duration S   stop after S seconds\n\n"
		"Events that come faster than they are read are lost; how many is printed.\n",
	.run = run_trace,
};
