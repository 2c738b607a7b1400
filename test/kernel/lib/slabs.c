// SPDX-License-Identifier: Apache-2.0
#include "slabs.h"

#include <glob.h>
#include <stdio.h>

static bool write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	if (!file)
		return false;
	fputs(text, file);
	return fclose(file) == 0;
}

bool slabs_shrink(void)
{
	bool done = write_file("/proc/sys/vm/drop_caches", "3");
	glob_t caches;

	if (glob("/sys/kernel/slab/*/shrink", 0, NULL, &caches))
		return false;
	for (size_t i = 0; i < caches.gl_pathc; i++)
		done = write_file(caches.gl_pathv[i], "1") && done;
	globfree(&caches);
	return done;
}
