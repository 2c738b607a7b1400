// SPDX-License-Identifier: Apache-2.0
/* m3ipc top. */
#include <ctype.h>
#include <getopt.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "command.h"
#include "screen.h"
#include "snapshot.h"

static const struct {
	const char *name;
	char letter; /* on the keyboard */
	enum sort_key key;
} sorts[] = {
	{"messages", 'm', SORT_MESSAGES}, {"bytes", 'b', SORT_BYTES},
	{"blocked", 'w', SORT_BLOCKED},	  {"vm", 'v', SORT_VM},
	{"pid", 'p', SORT_PID},		  {"name", 'n', SORT_NAME},
};

enum { SORTS = sizeof(sorts) / sizeof(sorts[0]) };

struct view {
	int vmid; /* -1: all */
	int sort; /* in sorts */
	long interval_ms;
	long count; /* tables; -1: no limit */
	bool batch;
};

/* ---- the table ---- */

/* "1234", "56.7k", "8.9M": at most six characters. */
static const char *short_number(double value, char text[16])
{
	static const char units[] = " kMGTPE";
	int unit = 0;

	while (value >= (unit ? 999.95 : 9999.5) && units[unit + 1]) {
		value /= 1000;
		unit++;
	}
	if (unit)
		snprintf(text, 16, "%.1f%c", value, units[unit]);
	else
		snprintf(text, 16, "%.0f", value);
	return text;
}

/* Since when: "0.3s", "12.0s", "5m07s", "3h12m", "2d04h". */
static const char *short_time(uint64_t ns, char text[16])
{
	unsigned long long s = ns / 1000000000;

	if (!ns)
		return "-";
	if (s < 60)
		snprintf(text, 16, "%.1fs", ns / 1e9);
	else if (s < 3600)
		snprintf(text, 16, "%llum%02llus", s / 60, s % 60);
	else if (s < 86400)
		snprintf(text, 16, "%lluh%02llum", s / 3600, s / 60 % 60);
	else
		snprintf(text, 16, "%llud%02lluh", s / 86400 % 100000, s / 3600 % 24);
	return text;
}

/* A name is what a program made of it: nothing of it may reach the terminal as a control. */
static const char *harmless(const char name[M3_NAME_SIZE], char text[M3_NAME_SIZE])
{
	int i = 0;

	for (; i < M3_NAME_SIZE - 1 && name[i]; i++)
		text[i] = isprint((unsigned char)name[i]) ? name[i] : '?';
	text[i] = 0;
	return text;
}

static void print_row(FILE *out, const struct row *row)
{
	char endpoint[12], peer[12], since[16], messages[16], bytes[16], whom[64];
	char name[M3_NAME_SIZE];

	snprintf(whom, sizeof(whom), "%s %s", endpoint_name(row->peer, peer),
		 harmless(row->peer_name, name));
	fprintf(out, "%-12.12s %6d %10s %7d %-10s %-16.16s %7s %7s %7s  %s\n", row->vm,
		row->proc.p_nr, endpoint_name(row->proc.p_endpoint, endpoint), row->proc.p_lpid,
		state_name(&row->proc), whom, short_time(row->proc.p_blocked_ns, since),
		short_number(row->message_rate, messages), short_number(row->byte_rate, bytes),
		harmless(row->proc.p_name, name));
}

static void print_table(FILE *out, const struct snapshot *now, const struct view *view)
{
	double messages = 0, bytes = 0;
	char rate[16], byte_rate[16];

	for (size_t i = 0; i < now->count; i++) {
		/* Each message is sent by one and received by another. */
		messages += now->rows[i].message_rate / 2;
		bytes += now->rows[i].byte_rate / 2;
	}
	fprintf(out, "node %d: %zu processes, %s messages/s, %s bytes/s, by %s%s\n", now->nodeid,
		now->count, short_number(messages, rate), short_number(bytes, byte_rate),
		sorts[view->sort].name, view->batch ? "" : "   (keys: m b w v p n sort, q ends)");
	fprintf(out, "%-12s %6s %10s %7s %-10s %-16s %7s %7s %7s  %s\n", "VM", "NR", "ENDPOINT",
		"PID", "STATE", "BLOCKED ON", "SINCE", "MSG/S", "BYTES/S", "NAME");
	for (size_t i = 0; i < now->count; i++)
		print_row(out, &now->rows[i]);
}

/* ---- showing it again and again ---- */

/* Waits an interval, or until a signal wants the end. */
static void wait_interval(long ms)
{
	if (!stop_requested)
		poll(NULL, 0, ms);
}

static int show_batch(const struct view *view, struct snapshot *now, struct snapshot *before)
{
	long shown = 0;
	int result;

	result = snapshot_take(before, view->vmid);
	while (result == OK && shown != view->count) {
		struct snapshot swap;

		wait_interval(view->interval_ms);
		if (stop_requested)
			break;
		result = snapshot_take(now, view->vmid);
		if (result != OK)
			break;
		snapshot_compare(now, before);
		snapshot_sort(now, sorts[view->sort].key);
		if (shown++)
			putchar('\n');
		print_table(stdout, now, view);
		if (fflush(stdout) == EOF)
			break; /* nobody reads it any more */
		swap = *before;
		*before = *now;
		*now = swap;
	}
	return result;
}

static int draw(const struct snapshot *now, const struct view *view)
{
	size_t size;
	char *text;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return EMOLNOMEM;
	print_table(out, now, view);
	fclose(out);
	screen_draw(text);
	free(text);
	return OK;
}

/* Acts on a key; false if it wants the end. */
static bool take_key(int key, struct view *view)
{
	for (int i = 0; i < SORTS; i++)
		if (key == sorts[i].letter)
			view->sort = i;
	return key != 'q' && key >= 0;
}

static long ms_until(uint64_t ns)
{
	struct timespec now;
	int64_t left;

	clock_gettime(CLOCK_MONOTONIC, &now);
	left = (int64_t)(ns - (now.tv_sec * 1000000000ULL + now.tv_nsec)) / 1000000;
	return left > 0 ? left : 0;
}

static int show_live(struct view *view, struct snapshot *now, struct snapshot *before)
{
	long shown = 0;
	int result, key = 0;

	while (key >= 0 && shown != view->count) {
		struct snapshot swap = *before;
		uint64_t next;

		*before = *now;
		*now = swap;
		result = snapshot_take(now, view->vmid);
		if (result != OK)
			return result;
		snapshot_compare(now, before);
		next = now->taken_ns + view->interval_ms * 1000000ULL;
		do {
			snapshot_sort(now, sorts[view->sort].key);
			result = draw(now, view);
			if (result != OK)
				return result;
			key = screen_wait(ms_until(next));
			if (!take_key(key, view))
				return OK;
		} while (ms_until(next));
		shown++;
	}
	return OK;
}

/* ---- the command ---- */

static bool parse_sort(const char *text, int *sort)
{
	for (*sort = 0; *sort < SORTS; ++*sort)
		if (!strcmp(text, sorts[*sort].name))
			return true;
	misused("--sort is messages, bytes, blocked, vm, pid or name, not '%s'", text);
	return false;
}

/* Reads the options; EXIT_OK, or the exit status of a mistake. *done: --help was shown. */
static int parse(int argc, char **argv, struct view *view, bool *done)
{
	static const struct option options[] = {
		{"batch", no_argument, NULL, 'b'},
		{"once", no_argument, NULL, '1'},
		{"interval", required_argument, NULL, 'i'},
		{"count", required_argument, NULL, 'c'},
		{"sort", required_argument, NULL, 's'},
		{"help", no_argument, NULL, 'h'},
		{0},
	};
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'b' || option == '1') {
			view->batch = true;
			if (option == '1')
				view->count = 1;
		} else if (option == 'i') {
			if (!parse_seconds("--interval", optarg, &view->interval_ms))
				return EXIT_USAGE;
			if (view->interval_ms < 100)
				return misused("--interval is at least 0.1 s");
		} else if (option == 'c') {
			if (!parse_number("--count", optarg, 1, 1000000000, &view->count))
				return EXIT_USAGE;
		} else if (option == 's') {
			if (!parse_sort(optarg, &view->sort))
				return EXIT_USAGE;
		} else {
			*done = true;
			return usage_exit(option);
		}
	}
	return optind + 1 < argc ? misused("at most one VM is expected") : EXIT_OK;
}

static int run_top(int argc, char **argv)
{
	struct view view = {.vmid = -1, .interval_ms = 1000, .count = -1};
	struct snapshot now = {0}, before = {0};
	bool done = false;
	int status = parse(argc, argv, &view, &done), result;
	vm_usr_t vm;

	if (done || status != EXIT_OK)
		return status;
	if (optind < argc) {
		if (find_vm(argv[optind], &vm, &status) != OK)
			return status;
		view.vmid = vm.dc_dcid;
	}
	catch_signals();
	if (!view.batch && !screen_open())
		view.batch = true;
	result = view.batch ? show_batch(&view, &now, &before) : show_live(&view, &now, &before);
	screen_close();
	snapshot_free(&now);
	snapshot_free(&before);
	return result < 0 ? refused(result, "processes") : EXIT_OK;
}

const struct command command_top = {
	.name = "top",
	.summary = "watch the processes: who is blocked on whom, messages and bytes a second",
	.help = "[--sort KEY] [--interval S] [--count N] [--batch | --once] [VM]\n\n"
		"Shows the bound processes of a VM, or of all, again and again: what each does, whom\n"
		"it is blocked on and since when, messages (sent and received) and bytes (in\n"
		"messages and by vcopy) a second.\n\n"
		"  --sort KEY    messages (the default), bytes, blocked, vm, pid or name\n"
		"  --interval S  seconds between tables (default 1, at least 0.1)\n"
		"  --count N     end after N tables\n"
		"  --batch       print table after table; so it is where there is no terminal\n"
		"  --once        print one table, of the rates within one interval\n\n"
		"Keys: m b w v p n sort by messages, bytes, blocked, VM, pid, name; q ends.\n",
	.run = run_top,
};
