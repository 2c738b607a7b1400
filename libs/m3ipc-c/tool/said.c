// SPDX-License-Identifier: Apache-2.0
#include "said.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../src/error.h"

/*
 * Where the event begins. Threads' names stand before and after it, of any text but too short for
 * this much of one: the first is the right one.
 */
static const char *find_event(const char *line)
{
	static const char *const begins[] = {
		": m3ipc_enter: vm=", ": m3ipc_exit: vm=", ": m3ipc_vcopy: vm="};
	const char *found = NULL;

	for (size_t i = 0; !found && i < sizeof(begins) / sizeof(begins[0]); i++)
		found = strstr(line, begins[i]);
	return found;
}

/* "   NAME-PID     [001] ..... 12.345678"; that name is not always known, the event's own is. */
static bool parse_head(const char *line, const char *end, struct said *said)
{
	const char *time = end, *flags, *dash;
	unsigned long long seconds, fraction;

	while (time > line && time[-1] != ' ')
		time--;
	if (sscanf(time, "%llu.%6llu", &seconds, &fraction) != 2)
		return false;
	said->mono_ns = seconds * 1000000000 + fraction * 1000;
	for (flags = time; flags > line && *flags != '['; flags--)
		;
	for (dash = flags; dash > line && *dash != '-'; dash--)
		;
	said->pid = atoi(dash + 1);
	return *dash == '-';
}

/* "... comm=NAME"; nothing of a name may reach a terminal as a control. */
static bool parse_name(const char *event, struct said *said)
{
	const char *name = strstr(event, " comm=");

	if (!name)
		return false;
	snprintf(said->name, sizeof(said->name), "%s", name + strlen(" comm="));
	for (char *c = said->name; *c; c++)
		if (!isprint((unsigned char)*c))
			*c = '?';
	return true;
}

static int result_of(int errno_or_0)
{
	return errno_or_0 < 0 ? m3_error(-errno_or_0) : errno_or_0;
}

static bool parse_fields(const char *event, struct said *said)
{
	int result = 0;

	if (sscanf(event, "m3ipc_enter: vm=%d caller=%d call=%15s peer=%d m_type=%d timeout_ms=%d",
		   &said->vmid, &said->caller, said->call, &said->peer, &said->type,
		   &said->timeout_ms) == 6) {
		said->kind = SAID_ENTER;
		return true;
	}
	if (sscanf(event,
		   "m3ipc_exit: vm=%d caller=%d call=%15s peer=%d m_type=%d source=%d "
		   "source_type=%d result=%d",
		   &said->vmid, &said->caller, said->call, &said->peer, &said->type, &said->source,
		   &said->source_type, &result) == 8) {
		said->kind = SAID_EXIT;
		said->result = result_of(result);
		return true;
	}
	if (sscanf(event,
		   "m3ipc_vcopy: vm=%d caller=%d src=%d dst=%d bytes=%lld copied=%lld result=%d",
		   &said->vmid, &said->caller, &said->peer, &said->source, &said->bytes,
		   &said->copied, &result) == 7) {
		said->kind = SAID_VCOPY;
		strcpy(said->call, "vcopy");
		said->result = result_of(result);
		return true;
	}
	return false;
}

bool said_parse(const char *line, struct said *said)
{
	const char *event = find_event(line);

	*said = (struct said){.source = NONE, .timeout_ms = TIMEOUT_FOREVER};
	if (!event) {
		said->kind = SAID_LOST;
		/* Sometimes the kernel does not know how many. */
		return sscanf(line, "CPU:%*d [LOST %lu EVENTS]", &said->lost) == 1 ||
		       strstr(line, "[LOST EVENTS]");
	}
	return parse_head(line, event, said) && parse_fields(event + 2, said) &&
	       parse_name(event, said);
}
