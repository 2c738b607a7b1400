// SPDX-License-Identifier: Apache-2.0
/* m3ipc events. */
#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "command.h"

static const char *type_name(uint32_t type)
{
	static const char *const names[] = {
		"lost", "drvs-up", "drvs-down", "vm-up",      "vm-set",	 "vm-down",
		"bind", "unbind",  "slot-set",	"slot-clear", "link-up", "link-down",
	};

	return type < sizeof(names) / sizeof(names[0]) ? names[type] : "?";
}

static const char *cause_name(uint32_t cause)
{
	static const char *const names[] = {
		"none", "call", "manager", "exit", "signal", "exec", "vm-end",
	};

	return cause < sizeof(names) / sizeof(names[0]) ? names[cause] : "?";
}

static void print_time(uint64_t ns)
{
	time_t seconds = ns / 1000000000;
	char text[32];
	struct tm tm;

	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", gmtime_r(&seconds, &tm));
	printf("%s.%06lluZ", text, (unsigned long long)(ns / 1000 % 1000000));
}

static void print_text(const m3_event_t *event)
{
	print_time(event->time_ns);
	printf(" %-10s", type_name(event->type));
	if (event->vmid >= 0)
		printf(" vm %d", event->vmid);
	if (event->endpoint != NONE)
		printf(" nr %d endpoint %d", event->nr, event->endpoint);
	if (event->pid)
		printf(" pid %d", event->pid);
	if (event->type == M3_EVENT_UNBIND) {
		printf(" cause %s", cause_name(event->cause));
		if (event->cause == M3_CAUSE_EXIT || event->cause == M3_CAUSE_SIGNAL)
			printf(" %d", event->code);
	}
	if (event->lost)
		printf(" (%u events lost before)", event->lost);
	putchar('\n');
}

static void print_json(const m3_event_t *event)
{
	printf("{\"type\":\"%s\",\"seq\":%llu,\"time\":\"", type_name(event->type),
	       (unsigned long long)event->seq);
	print_time(event->time_ns);
	printf("\",\"vmId\":%d", event->vmid);
	if (event->endpoint != NONE)
		printf(",\"nr\":%d,\"endpoint\":%d", event->nr, event->endpoint);
	printf(",\"pid\":%d,\"tgid\":%d,\"nodeId\":%d,\"incarnation\":%llu", event->pid,
	       event->tgid, event->nodeid, (unsigned long long)event->incarnation);
	if (event->type == M3_EVENT_UNBIND)
		printf(",\"cause\":\"%s\",\"code\":%d", cause_name(event->cause), event->code);
	printf(",\"lost\":%u}\n", event->lost);
}

struct wanted {
	int vmid; /* -1: all */
	bool json;
	long count;	 /* -1: no limit */
	long timeout_ms; /* -1: no limit */
};

static long now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Waits for events until "end"; 1: some, 0: time is over or a signal came. */
static int wait_events(int fd, long timeout_ms, long end)
{
	struct pollfd poller = {.fd = fd, .events = POLLIN};
	long left = timeout_ms < 0 ? -1 : end - now_ms();

	if (timeout_ms >= 0 && left <= 0)
		return 0;
	return poll(&poller, 1, left) > 0 && !stop_requested;
}

static int follow(int fd, const struct wanted *wanted)
{
	long end = now_ms() + wanted->timeout_ms, shown = 0;
	m3_event_t events[64];

	while (shown != wanted->count && wait_events(fd, wanted->timeout_ms, end)) {
		int count = mnx_events_read(fd, events, 64);

		if (count == EMOLINTR || count == EMOLAGAIN)
			continue;
		if (count < 0)
			return count;
		for (int i = 0; i < count && shown != wanted->count; i++) {
			if (wanted->vmid >= 0 && events[i].vmid != wanted->vmid &&
			    events[i].type != M3_EVENT_LOST)
				continue;
			if (wanted->json)
				print_json(&events[i]);
			else
				print_text(&events[i]);
			shown++;
		}
		fflush(stdout);
	}
	return OK;
}

static int run_events(int argc, char **argv)
{
	static const struct option options[] = {
		{"follow", no_argument, NULL, 'f'},
		{"json", no_argument, NULL, 'j'},
		{"vm", required_argument, NULL, 'v'},
		{"count", required_argument, NULL, 'c'},
		{"timeout", required_argument, NULL, 't'},
		{"help", no_argument, NULL, 'h'},
		{0},
	};
	struct wanted wanted = {.vmid = -1, .count = -1, .timeout_ms = -1};
	int option, fd, result, status;
	vm_usr_t vm;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'j') {
			wanted.json = true;
		} else if (option == 'v') {
			if (find_vm(optarg, &vm, &status) != OK)
				return status;
			wanted.vmid = vm.dc_dcid;
		} else if (option == 'c') {
			if (!parse_number("--count", optarg, 1, 1000000000, &wanted.count))
				return EXIT_USAGE;
		} else if (option == 't') {
			if (!parse_seconds("--timeout", optarg, &wanted.timeout_ms))
				return EXIT_USAGE;
		} else if (option != 'f') { /* following is what it does anyway */
			return usage_exit(option);
		}
	}
	if (optind < argc)
		return misused("no argument is expected, got '%s'", argv[optind]);
	catch_signals();
	fd = mnx_events_open(M3_EVENTS_NONBLOCK);
	if (fd < 0)
		return refused(fd, "events");
	result = follow(fd, &wanted);
	close(fd);
	return result < 0 ? refused(result, "reading events") : EXIT_OK;
}

const struct command command_events = {
	.name = "events",
	.summary = "print what happens on this node, as it happens",
	.help = "[--follow] [--json] [--vm VM] [--count N] [--timeout S]\n\n"
		"Prints events from now on: DRVS and VMs up and down, bindings and their end with\n"
		"its cause, reservations. Stops at SIGINT or SIGTERM.\n\n"
		"  --follow     go on without end (the default)\n"
		"  --json       one object per line\n"
		"  --vm VM      only those of this VM\n"
		"  --count N    stop after N events\n"
		"  --timeout S  stop after S seconds\n",
	.run = run_events,
};
