// SPDX-License-Identifier: Apache-2.0
#include "memory.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../lib/slabs.h"

enum { SHOWN = 8 };

static FILE *open_or_die(const char *path, const char *mode)
{
	FILE *file = fopen(path, mode);

	if (!file) {
		perror(path);
		exit(1);
	}
	return file;
}

static long sum_of_meminfo(void)
{
	static const char *const counted[] = {
		"SUnreclaim:", "VmallocUsed:", "Percpu:", "PageTables:", "KernelStack:"};
	FILE *file = open_or_die("/proc/meminfo", "r");
	char line[128], name[64];
	long kib, sum = 0;

	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%63s %ld", name, &kib) != 2)
			continue;
		for (unsigned int i = 0; i < sizeof(counted) / sizeof(counted[0]); i++)
			if (!strcmp(name, counted[i]))
				sum += kib * 1024;
	}
	fclose(file);
	return sum;
}

static void read_caches(struct memory *memory)
{
	FILE *file = open_or_die("/proc/slabinfo", "r");
	char line[256];

	memory->caches = 0;
	while (fgets(line, sizeof(line), file) && memory->caches < MEMORY_CACHES) {
		struct memory_cache *cache = &memory->cache[memory->caches];

		if (sscanf(line, "%31s %*d %ld %ld", cache->name, &cache->objects,
			   &cache->object_bytes) == 3)
			memory->caches++;
	}
	fclose(file);
}

void memory_measure(struct memory *memory)
{
	long before;

	/* What waits for a grace period is given back meanwhile: until nothing changes. */
	memory->bytes = 0;
	do {
		before = memory->bytes;
		if (!slabs_shrink()) {
			perror("shrinking slabs");
			exit(1);
		}
		usleep(300000);
		memory->bytes = sum_of_meminfo();
	} while (memory->bytes != before && labs(memory->bytes - before) > 64 * 1024);
	read_caches(memory);
}

static long growth_of(const struct memory *before, const struct memory_cache *cache)
{
	long bytes = cache->objects * cache->object_bytes;

	for (int i = 0; i < before->caches; i++)
		if (!strcmp(before->cache[i].name, cache->name))
			bytes -= before->cache[i].objects * before->cache[i].object_bytes;
	return bytes;
}

void memory_print_growth(const struct memory *before, const struct memory *after)
{
	bool printed[MEMORY_CACHES] = {false};

	for (int n = 0; n < SHOWN; n++) {
		int most = -1;

		for (int i = 0; i < after->caches; i++)
			if (!printed[i] &&
			    (most < 0 || growth_of(before, &after->cache[i]) >
						 growth_of(before, &after->cache[most])))
				most = i;
		if (most < 0 || growth_of(before, &after->cache[most]) <= 0)
			return;
		printed[most] = true;
		printf("#   %9ld bytes more in %s (%ld each)\n",
		       growth_of(before, &after->cache[most]), after->cache[most].name,
		       after->cache[most].object_bytes);
	}
}
