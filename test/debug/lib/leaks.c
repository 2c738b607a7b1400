// SPDX-License-Identifier: Apache-2.0
#include "leaks.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "setting.h"

#define KMEMLEAK "/sys/kernel/debug/kmemleak"

/* MSECS_MIN_AGE of mm/kmemleak.c, and a second: what is younger is not looked at. */
enum { YOUNG_SECONDS = 6, SCANS = 2, LINE = 256, REPORT = 8192 };

static bool scan(void)
{
	sleep(YOUNG_SECONDS);
	for (int i = 0; i < SCANS; i++)
		if (!setting_write(KMEMLEAK, "scan"))
			return false;
	return true;
}

/* Whether a report, which may be none, is expected; prints it if not. */
static bool judge(const char *report, const char *function)
{
	if (!*report || strstr(report, function))
		return true;
	printf("# %s\n", report);
	return false;
}

/* Reports are listed one after another, each with its first line at the margin. */
static bool judge_all(FILE *list, const char *function)
{
	char line[LINE], report[REPORT] = "";
	bool good = true;

	while (fgets(line, sizeof(line), list)) {
		if (!strncmp(line, "unreferenced object", 19)) {
			good = judge(report, function) && good;
			report[0] = '\0';
		}
		strncat(report, line, sizeof(report) - strlen(report) - 1);
	}
	return judge(report, function) && good;
}

bool leaks_none_but(const char *function)
{
	FILE *list = scan() ? fopen(KMEMLEAK, "r") : NULL;
	bool good;

	if (!list) {
		printf("# kmemleak cannot be asked\n");
		return false;
	}
	good = judge_all(list, function);
	fclose(list);
	return setting_write(KMEMLEAK, "clear") && good;
}
