// SPDX-License-Identifier: Apache-2.0
/* m3ipc drvs-init, drvs-end. */
#include <ctype.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "command.h"

static bool parse_uuid(const char *text, unsigned char uuid[16])
{
	int digits = 0;

	memset(uuid, 0, 16);
	for (const char *c = text; *c; c++) {
		int digit;

		if (*c == '-')
			continue;
		if (!isxdigit((unsigned char)*c) || digits == 32)
			break;
		digit = isdigit((unsigned char)*c) ? *c - '0'
						   : tolower((unsigned char)*c) - 'a' + 10;
		uuid[digits / 2] |= digits % 2 ? digit : digit << 4;
		digits++;
		if (digits == 32 && !c[1])
			return true;
	}
	misused("--uuid is 32 hexadecimal digits, with or without dashes, not '%s'", text);
	return false;
}

static int run_init(int argc, char **argv)
{
	static const struct option options[] = {
		{"nodeid", required_argument, NULL, 'n'},
		{"name", required_argument, NULL, 'N'},
		{"uuid", required_argument, NULL, 'u'},
		{"help", no_argument, NULL, 'h'},
		{0},
	};
	drvs_usr_t drvs = {.d_given = M3_GIVEN | M3_DRVS_SOURCE, .d_source = M3_SOURCE_TOOL};
	long nodeid = -1;
	int option, result;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'n') {
			if (!parse_number("--nodeid", optarg, 0, NR_NODES - 1, &nodeid))
				return EXIT_USAGE;
		} else if (option == 'N') {
			if (strlen(optarg) >= sizeof(drvs.d_name) || !*optarg)
				return misused("--name is 1..31 characters, not '%s'", optarg);
			strcpy(drvs.d_name, optarg);
			drvs.d_given |= M3_DRVS_NAME;
		} else if (option == 'u') {
			if (!parse_uuid(optarg, drvs.d_uuid))
				return EXIT_USAGE;
			drvs.d_given |= M3_DRVS_UUID;
		} else {
			return usage_exit(option);
		}
	}
	if (optind < argc)
		return misused("no argument is expected, got '%s'", argv[optind]);
	result = mnx_drvs_init(nodeid, &drvs);
	if (result < 0 && nodeid < 0)
		return refused(result, "nodeid of the boot line");
	if (result < 0)
		return refused(result, "nodeid %ld", nodeid);
	printf("node %d\n", result);
	return EXIT_OK;
}

const struct command command_drvs_init = {
	.name = "drvs-init",
	.summary = "join this kernel to the DRVS, with a nodeid",
	.help = "[--nodeid N] [--name NAME] [--uuid UUID]\n\n"
		"Joins this kernel to the DRVS. Prints the nodeid. Needs root.\n\n"
		"  --nodeid N   0..1023; default and only choice where the boot line has\n"
		"               m3ipc.nodeid=: that\n"
		"  --name NAME  of this node (default nodeN)\n"
		"  --uuid UUID  of the DRVS\n",
	.run = run_init,
};

static int run_end(int argc, char **argv)
{
	static const struct option options[] = {{"help", no_argument, NULL, 'h'}, {0}};
	int option = getopt_long(argc, argv, "", options, NULL);
	int result;

	if (option != -1)
		return usage_exit(option);
	if (optind < argc)
		return misused("no argument is expected, got '%s'", argv[optind]);
	result = mnx_drvs_end();
	return result < 0 ? refused(result, "the DRVS on this node") : EXIT_OK;
}

const struct command command_drvs_end = {
	.name = "drvs-end",
	.summary = "end every VM on this node, and its part in the DRVS",
	.help = "\n\n"
		"Ends every VM on this node (its processes get SIGPIPE), then the DRVS; the\n"
		"module can be unloaded then. Needs root.\n",
	.run = run_end,
};
