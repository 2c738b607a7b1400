// SPDX-License-Identifier: Apache-2.0
#include "tally.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "commands.h"

enum { MOST_ERRORS = 512 };

/* Shared by all processes. */
static struct {
	atomic_long calls;
	atomic_long of_command[COMMANDS][MOST_ERRORS]; /* by errno */
} * tally;

void tally_open(void)
{
	tally = mmap(NULL, sizeof(*tally), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		     0);
	if (tally == MAP_FAILED)
		abort();
}

void tally_note(int command, int error)
{
	tally->of_command[command][error < MOST_ERRORS ? error : MOST_ERRORS - 1]++;
	tally->calls++;
}

long tally_calls(void)
{
	return tally->calls;
}

static void print_command(int command)
{
	long successes = tally->of_command[command][0], calls = successes;

	for (int error = 1; error < MOST_ERRORS; error++)
		calls += tally->of_command[command][error];
	printf("# %-12s %8ld calls, %7ld succeeded; errors", commands[command].name, calls,
	       successes);
	for (int error = 1; error < MOST_ERRORS; error++) {
		if (tally->of_command[command][error])
			printf(" %d:%ld", error, (long)tally->of_command[command][error]);
	}
	printf("\n");
}

void tally_print(void)
{
	for (int i = 0; i < COMMANDS; i++)
		print_command(i);
}

static bool is_documented(int error)
{
	static const int known[] = {EPERM,  EINTR,  EAGAIN, ENOMEM, EFAULT,   EBUSY,
				    EINVAL, ENFILE, EMFILE, ERANGE, ETIMEDOUT};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (error == known[i])
			return true;
	}
	return error > 300 && error <= M3IPC_ETRAPDENIED;
}

bool tally_only_documented(void)
{
	bool good = true;

	for (int i = 0; i < COMMANDS; i++) {
		for (int error = 1; error < MOST_ERRORS; error++) {
			if (!tally->of_command[i][error] || is_documented(error))
				continue;
			printf("# %s: errno %d\n", commands[i].name, error);
			good = false;
		}
	}
	return good;
}

bool tally_each_succeeded(long times)
{
	bool good = true;

	for (int i = 0; i < COMMANDS; i++) {
		if (tally->of_command[i][0] >= times || tally->of_command[i][M3IPC_EBADCALL])
			continue;
		printf("# %s succeeded only %ld times, not %ld\n", commands[i].name,
		       (long)tally->of_command[i][0], times);
		good = false;
	}
	return good;
}
