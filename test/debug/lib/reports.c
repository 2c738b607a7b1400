// SPDX-License-Identifier: Apache-2.0
#include "reports.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/klog.h>
#include <unistd.h>

#include "setting.h"

/* syslog(2) */
enum { CONSOLE_LEVEL = 8, NOTHING_BUT_EMERGENCIES = 1, AS_BOOTED = 5, RECORD = 8192 };

static int log_file = -1;

static bool set_panic_on_warn(bool on)
{
	return setting_write("/proc/sys/kernel/panic_on_warn", on ? "1" : "0");
}

bool reports_take(void)
{
	log_file = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	return log_file >= 0 && lseek(log_file, 0, SEEK_END) == 0 &&
	       klogctl(CONSOLE_LEVEL, NULL, NOTHING_BUT_EMERGENCIES) == 0 &&
	       set_panic_on_warn(false);
}

void reports_give_back(void)
{
	set_panic_on_warn(true);
	klogctl(CONSOLE_LEVEL, NULL, AS_BOOTED);
	close(log_file);
}

/* The words by which deploy/lab/guest knows a report. */
static bool is_report(const char *line)
{
	static const char *const words[] = {
		"BUG:",
		"WARNING:",
		"KASAN",
		"UBSAN",
		"possible circular",
		"unreferenced object",
		"Oops:",
		"blocked for more than",
		"detected stall",
		"trying to register non-static key",
	};

	for (unsigned int i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strstr(line, words[i]))
			return true;
	return false;
}

/* Whether a record of the log, ended by NUL, is none, or expected. */
static bool judge(const char *record, const char *source)
{
	const char *line = strchr(record, ';');

	line = line ? line + 1 : record;
	if (!is_report(line) || (strstr(line, "WARNING:") && strstr(line, source)))
		return true;
	printf("# %.*s\n", (int)strcspn(line, "\n"), line);
	return false;
}

bool reports_none_but(const char *source)
{
	char record[RECORD];
	bool good = true;
	ssize_t size;

	/* EPIPE: the log has overrun what was not read yet. */
	while ((size = read(log_file, record, sizeof(record) - 1)) > 0 || errno == EPIPE) {
		if (size < 0) {
			printf("# the log has lost records\n");
			good = false;
			continue;
		}
		record[size] = '\0';
		good = judge(record, source) && good;
	}
	return good;
}
