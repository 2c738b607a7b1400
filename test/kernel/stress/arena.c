// SPDX-License-Identifier: Apache-2.0
#include "arena.h"

#include <fcntl.h>
#include <limits.h>
#include <linux/futex.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "self.h"

#define ARENA_FILE "/dev/shm/m3ipc-stress"

struct arena *arena;

const char *const op_names[OPS] = {"none",
#define X(name, text) text,
				   OPERATIONS(X)
#undef X
};

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

void arena_attach(bool create)
{
	int fd = open(ARENA_FILE, O_RDWR | O_CLOEXEC | (create ? O_CREAT | O_TRUNC : 0), 0600);

	if (fd < 0)
		fail(ARENA_FILE);
	if (create && ftruncate(fd, sizeof(*arena)))
		fail(ARENA_FILE);
	arena = mmap(NULL, sizeof(*arena), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (arena == MAP_FAILED)
		fail(ARENA_FILE);
	close(fd);
}

void word_wait(unsigned int word)
{
	syscall(SYS_futex, &arena->word, FUTEX_WAIT, word, NULL, NULL, 0);
}

void word_set(enum phase phase)
{
	unsigned int step = arena->word / 8 + 1;

	arena->word = step * 8 + phase;
	syscall(SYS_futex, &arena->word, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
}

long clock_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void violation(const char *invariant, const char *format, ...)
{
	char line[400];
	va_list arguments;
	int length;

	length = snprintf(line, sizeof(line), "# violation of %s: pid %d: ", invariant, getpid());
	va_start(arguments, format);
	length += vsnprintf(line + length, sizeof(line) - length - 1, format, arguments);
	va_end(arguments);
	if (length > (int)sizeof(line) - 2)
		length = sizeof(line) - 2;
	line[length++] = '\n';
	if (me)
		me->accuses = true;
	/* One write, so that lines of several processes do not mix. The first few tell enough. */
	if (arena->violations++ < 10 && write(STDOUT_FILENO, line, length) != length)
		abort();
}

/* SplitMix64: one word of state, any seed. */
uint64_t next_random(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}
