// SPDX-License-Identifier: Apache-2.0
/* m3ipc serve: an echo server. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "uapi/m3ipc.h"

/* Enters the VM if one is named, else counts on an inherited binding. */
static int enter(const char *name, const char *number, int *status)
{
	vm_usr_t vm;
	long nr;
	int endpoint;

	if (name && number) {
		*status = EXIT_USAGE;
		if (!parse_number("--nr", number, -250, 15999, &nr))
			return EMOLERRCODE;
		if (find_vm(name, &vm, status) != OK)
			return EMOLERRCODE;
		return bind_self(&vm, nr, status);
	}
	if (name || number) {
		*status = misused("--vm and --nr go together");
		return EMOLERRCODE;
	}
	endpoint = mnx_getep(0);
	if (endpoint <= EMOLERRCODE)
		*status = refused(endpoint, "this process");
	return endpoint;
}

/*
 * Answers without ever blocking: a client that sent and does not wait for the
 * answer must not hold up the others.
 */
static int answer(message *m, bool has_reply)
{
	int client = m->m_source;

	if (has_reply)
		return mnx_reply(client, m);
	return mnx_send_T(client, m, TIMEOUT_NOWAIT);
}

static int serve(long count, unsigned long *answered, unsigned long *dropped)
{
	m3_version_t version;
	bool has_reply;
	message m;

	has_reply = mnx_getversion(&version) == OK && (version.features & M3IPC_FEATURE_REQUESTS);
	while (!stop_requested && (count < 0 || (long)*answered < count)) {
		int result = mnx_receive(ANY, &m);

		if (result == EMOLINTR || result == EMOLWOKENUP)
			continue;
		if (result < 0)
			return result;
		/* A notification wants no answer. */
		if (m.m_type == NOTIFY_FROM(_ENDPOINT_P(m.m_source)))
			continue;
		if (answer(&m, has_reply) == OK)
			++*answered;
		else
			++*dropped;
	}
	return OK;
}

static int run_serve(int argc, char **argv)
{
	static const struct option options[] = {
		{"vm", required_argument, NULL, 'v'},
		{"nr", required_argument, NULL, 'n'},
		{"count", required_argument, NULL, 'c'},
		{"help", no_argument, NULL, 'h'},
		{0},
	};
	const char *name = NULL, *number = NULL;
	unsigned long answered = 0, dropped = 0;
	int option, endpoint, result, status;
	long count = -1;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'v') {
			name = optarg;
		} else if (option == 'n') {
			number = optarg;
		} else if (option == 'c') {
			if (!parse_number("--count", optarg, 1, 1000000000, &count))
				return EXIT_USAGE;
		} else {
			return usage_exit(option);
		}
	}
	if (optind < argc)
		return misused("no argument is expected, got '%s'", argv[optind]);
	catch_signals();
	endpoint = enter(name, number, &status);
	if (endpoint <= EMOLERRCODE)
		return status;
	printf("serving as endpoint %d\n", endpoint);
	fflush(stdout);
	result = serve(count, &answered, &dropped);
	printf("answered %lu, dropped %lu\n", answered, dropped);
	return result < 0 ? refused(result, "receiving") : EXIT_OK;
}

const struct command command_serve = {
	.name = "serve",
	.summary = "answer every request with the same message",
	.help = "[--vm VM --nr N] [--count N]\n\n"
		"Answers every request with the message itself; the other side of 'm3ipc ping'.\n"
		"Uses the binding it inherits from 'm3ipc exec', or binds itself:\n\n"
		"  --vm VM --nr N  as process number N in this VM\n"
		"  --count N       stop after N answers\n\n"
		"Ends with status 0 at SIGINT and SIGTERM, 1 when its VM ends.\n",
	.run = run_serve,
};
