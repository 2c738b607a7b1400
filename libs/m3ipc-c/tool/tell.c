// SPDX-License-Identifier: Apache-2.0
#include "tell.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "command.h"
#include "names.h"

/* What to add to CLOCK_MONOTONIC to get the time of day: as it is now. */
static uint64_t to_real(uint64_t mono_ns)
{
	struct timespec mono, real;

	clock_gettime(CLOCK_MONOTONIC, &mono);
	clock_gettime(CLOCK_REALTIME, &real);
	return mono_ns + (uint64_t)(real.tv_sec - mono.tv_sec) * 1000000000 + real.tv_nsec -
	       mono.tv_nsec;
}

static void print_time(uint64_t mono_ns, const char *format, const char *zone)
{
	uint64_t ns = to_real(mono_ns);
	time_t seconds = ns / 1000000000;
	char text[32];
	struct tm tm;

	strftime(text, sizeof(text), format, gmtime_r(&seconds, &tm));
	printf("%s.%06llu%s", text, (unsigned long long)(ns / 1000 % 1000000), zone);
}

/* "10 serve", "65565 (nr 29) ping", "ANY", "-" */
static const char *describe(int vmid, int endpoint, char text[64])
{
	char number[12];
	const char *name;

	if (endpoint == ANY || endpoint == NONE || vmid < 0)
		return endpoint == SELF ? "SELF" : strcpy(text, endpoint_name(endpoint, number));
	if (endpoint == SELF)
		return "SELF";
	name = names_process(vmid, endpoint);
	if (_ENDPOINT_G(endpoint))
		snprintf(text, 64, "%d (nr %d) %s", endpoint, _ENDPOINT_P(endpoint), name);
	else
		snprintf(text, 64, "%d%s%s", endpoint, *name ? " " : "", name);
	return text;
}

/* ---- for people ---- */

void tell_head(void)
{
	printf("%-15s %-12s %-22s   %-10s %-22s %s\n", "TIME (UTC)", "VM", "PROCESS", "CALL",
	       "PEER", "WHAT");
}

/* Whether the call carries a message to its peer. */
static bool sends(const struct said *said)
{
	return strcmp(said->call, "receive") != 0 && strcmp(said->call, "rcvrqst") != 0 &&
	       strcmp(said->call, "wakeup") != 0 && !strstr(said->call, "notify");
}

static void print_result(const struct said *said)
{
	char source[64];

	if (said->result < 0)
		printf("%s: %s", mnx_errname(said->result), mnx_strerror(said->result));
	else if (said->source != NONE)
		printf("type %d from %s", said->source_type,
		       describe(said->vmid, said->source, source));
	else
		printf("done");
}

static void print_what(const struct said *said)
{
	switch (said->kind) {
	case SAID_ENTER:
		if (sends(said))
			printf("type %d ", said->type);
		if (said->timeout_ms >= 0)
			printf("within %d ms", said->timeout_ms);
		break;
	case SAID_EXIT:
		print_result(said);
		/* Calls that never block have no line of their beginning. */
		if (said->result == OK && said->source == NONE && sends(said))
			printf(", type %d", said->type);
		break;
	case SAID_VCOPY:
		printf("%lld of %lld bytes", said->copied, said->bytes);
		if (said->result < 0)
			printf(", %s: %s", mnx_errname(said->result), mnx_strerror(said->result));
		break;
	case SAID_LOST:
		break;
	}
}

void tell_text(const struct said *said)
{
	char caller[64], peer[64], other[64], whom[140];

	if (said->kind == SAID_LOST) {
		if (said->lost)
			printf("--- %lu events lost here: they came faster than they were read\n",
			       said->lost);
		else
			puts("--- some events lost here: they came faster than they were read");
		return;
	}
	print_time(said->mono_ns, "%H:%M:%S", "");
	snprintf(whom, sizeof(whom), "%s%s%s", describe(said->vmid, said->peer, peer),
		 said->kind == SAID_VCOPY ? " to " : "",
		 said->kind == SAID_VCOPY ? describe(said->vmid, said->source, other) : "");
	printf(" %-12s %-22s %c %-10s %-22s ", said->vmid < 0 ? "-" : names_vm(said->vmid),
	       said->vmid < 0 ? said->name : describe(said->vmid, said->caller, caller),
	       said->kind == SAID_ENTER ? '>' : '<', said->call, whom);
	print_what(said);
	putchar('\n');
}

/* ---- for programs ---- */

static void print_process(const char *key, int vmid, int endpoint)
{
	printf(",\"%s\":", key);
	if (endpoint == NONE) {
		printf("null");
		return;
	}
	printf("{\"endpoint\":%d", endpoint);
	if (endpoint != ANY && endpoint != SELF) {
		printf(",\"nr\":%d,\"name\":", _ENDPOINT_P(endpoint));
		print_json_string(vmid < 0 ? "" : names_process(vmid, endpoint));
	}
	putchar('}');
}

static void print_outcome(const struct said *said)
{
	printf(",\"result\":%d,\"error\":", said->result);
	if (said->result < 0)
		printf("\"%s\"", mnx_errname(said->result));
	else
		printf("null");
}

void tell_json(const struct said *said)
{
	static const char *const kinds[] = {"enter", "exit", "vcopy", "lost"};

	printf("{\"event\":\"%s\"", kinds[said->kind]);
	if (said->kind == SAID_LOST) {
		printf(",\"lost\":%lu}\n", said->lost);
		return;
	}
	printf(",\"time\":\"");
	print_time(said->mono_ns, "%Y-%m-%dT%H:%M:%S", "Z\"");
	printf(",\"vmId\":%d,\"vm\":", said->vmid);
	print_json_string(said->vmid < 0 ? "" : names_vm(said->vmid));
	printf(",\"pid\":%d,\"call\":\"%s\"", said->pid, said->call);
	print_process("process", said->vmid, said->caller);
	if (said->kind == SAID_VCOPY) {
		print_process("from", said->vmid, said->peer);
		print_process("to", said->vmid, said->source);
		printf(",\"bytes\":%lld,\"copied\":%lld", said->bytes, said->copied);
		print_outcome(said);
	} else {
		print_process("peer", said->vmid, said->peer);
		printf(",\"type\":%d", said->type);
	}
	if (said->kind == SAID_ENTER)
		printf(",\"timeoutMs\":%d", said->timeout_ms);
	if (said->kind == SAID_EXIT) {
		print_process("source", said->vmid, said->source);
		printf(",\"sourceType\":%d", said->source_type);
		print_outcome(said);
	}
	puts("}");
}
