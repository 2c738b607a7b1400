// SPDX-License-Identifier: Apache-2.0
/* m3ipc(8): chooses the command. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "command.h"

static const struct command *const commands[] = {
	&command_status, &command_drvs_init, &command_drvs_end, &command_vm_init,
	&command_vm_end, &command_exec,	     &command_ps,	&command_top,
	&command_trace,	 &command_events,    &command_ping,	&command_serve,
};

const struct command *current_command;

static void print_help(FILE *file)
{
	fputs("Usage: m3ipc COMMAND [OPTION]... [ARGUMENT]...\n\n"
	      "Looks after M3-IPC on this node.\n\n",
	      file);
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		fprintf(file, "  %-10s  %s\n", commands[i]->name, commands[i]->summary);
	fputs("\n'm3ipc COMMAND --help' tells more; so does m3ipc(8).\n"
	      "Exit status: 0 done, 1 refused, 2 wrong usage, 3 no module or no DRVS.\n",
	      file);
}

int usage_exit(int option)
{
	if (option == 'h') {
		printf("Usage: m3ipc %s %s", current_command->name, current_command->help);
		return EXIT_OK;
	}
	fprintf(stderr, "m3ipc %s: see 'm3ipc %s --help'\n", current_command->name,
		current_command->name);
	return EXIT_USAGE;
}

int main(int argc, char **argv)
{
	if (argc < 2) {
		print_help(stderr);
		return EXIT_USAGE;
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "help")) {
		print_help(stdout);
		return EXIT_OK;
	}
	if (!strcmp(argv[1], "--version")) {
		puts("m3ipc " M3_VERSION);
		return EXIT_OK;
	}
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (strcmp(argv[1], commands[i]->name))
			continue;
		current_command = commands[i];
		return commands[i]->run(argc - 1, argv + 1);
	}
	fprintf(stderr, "m3ipc: unknown command '%s'; 'm3ipc --help' lists them\n", argv[1]);
	return EXIT_USAGE;
}
