// SPDX-License-Identifier: Apache-2.0
/*
 * Which errors the tests of a program got from the module, and from which command. They are
 * printed at its end, for ./run to compare with uapi/errors.md.
 */
#include <limits.h>
#include <linux/ioctl.h>
#include <string.h>
#include <sys/mman.h>

#include "harness.h"

enum { COMMANDS = 256, ERRORS = 400 };

/* Shared by all processes of the program. */
static unsigned char (*produced)[ERRORS];
static bool counts = true;

__attribute__((constructor)) static void start(void)
{
	produced = mmap(NULL, COMMANDS * sizeof(*produced), PROT_READ | PROT_WRITE,
			MAP_SHARED | MAP_ANONYMOUS, -1, 0);
}

void note_error(unsigned long request, int error)
{
	if (counts && error > 0 && error < ERRORS)
		produced[_IOC_NR(request)][error] = 1;
}

void errors_do_not_count(void)
{
	counts = false;
}

/* Errnos of Linux by name, those of the module by number. */
static void print_error(int command, int error)
{
	const char *name = strerrorname_np(error);

	if (name)
		printf("# produced 0x%02x %s\n", command, name);
	else
		printf("# produced 0x%02x %d\n", command, error);
}

void print_errors(void)
{
	for (int command = 0; command < COMMANDS; command++)
		for (int error = 0; error < ERRORS; error++)
			if (produced[command][error])
				print_error(command, error);
	fflush(stdout);
}
