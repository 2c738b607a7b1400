// SPDX-License-Identifier: Apache-2.0
/* Writing things so that people, or programs, can read them. */
#include <signal.h>
#include <stdio.h>

#include "command.h"

void print_json_string(const char *text)
{
	putchar('"');
	for (const unsigned char *c = (const unsigned char *)text; *c; c++) {
		if (*c == '"' || *c == '\\')
			printf("\\%c", *c);
		else if (*c < 0x20 || *c >= 0x7f)
			/* Names are bytes to the kernel: shown as Latin-1, always valid. */
			printf("\\u%04x", *c);
		else
			putchar(*c);
	}
	putchar('"');
}

static bool has_node(const uint64_t map[NR_NODES / 64], int node)
{
	return node < NR_NODES && (map[node / 64] >> (node % 64) & 1);
}

void print_nodes(const uint64_t map[NR_NODES / 64])
{
	const char *separator = "";

	for (int node = 0; node < NR_NODES; node++) {
		int first = node;

		if (!has_node(map, node))
			continue;
		while (has_node(map, node + 1))
			node++;
		if (node > first)
			printf("%s%d-%d", separator, first, node);
		else
			printf("%s%d", separator, node);
		separator = ",";
	}
	if (!*separator)
		putchar('-');
}

const char *state_name(const proc_usr_t *proc)
{
	unsigned long flags = proc->p_rts_flags;

	if (flags & SLOT_FREE)
		return "reserved";
	if ((flags & SENDING) && (flags & RECEIVING))
		return "sendrec";
	if (flags & SENDING)
		return "sending";
	if (flags & RECEIVING)
		return proc->p_misc_flags & MIS_ATOMIC ? "sendrec" : "receiving";
	if (flags & ONCOPY)
		return "copying";
	if (flags & WAITBIND)
		return "waitbind";
	if (flags & WAITUNBIND)
		return "waitunbind";
	return "running";
}

const char *endpoint_name(int endpoint, char buffer[12])
{
	if (endpoint == ANY)
		return "ANY";
	if (endpoint == NONE)
		return "-";
	snprintf(buffer, 12, "%d", endpoint);
	return buffer;
}

volatile int stop_requested;

static void on_signal(int number)
{
	(void)number;
	stop_requested = 1;
}

void catch_signals(void)
{
	/* Without SA_RESTART: a blocked call ends with EINTR. */
	struct sigaction action = {.sa_handler = on_signal};

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}
