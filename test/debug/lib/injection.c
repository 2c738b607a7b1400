// SPDX-License-Identifier: Apache-2.0
#include "injection.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "setting.h"

static int fail_nth = -1;

bool injection_open(void)
{
	/* Everything may fail, and is not told on the console. */
	static const char *const settings[][2] = {
		{"failslab/ignore-gfp-wait", "N"},
		{"failslab/verbose", "0"},
		{"fail_page_alloc/ignore-gfp-wait", "N"},
		{"fail_page_alloc/ignore-gfp-highmem", "N"},
		{"fail_page_alloc/min-order", "0"},
		{"fail_page_alloc/verbose", "0"},
		{"fail_usercopy/verbose", "0"},
	};
	char path[100];

	fail_nth = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
	if (fail_nth < 0)
		return false;
	for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++) {
		snprintf(path, sizeof(path), "/sys/kernel/debug/%s", settings[i][0]);
		if (!setting_write(path, settings[i][1]))
			return false;
	}
	return true;
}

void injection_arm(int nth)
{
	char text[16];
	int length = snprintf(text, sizeof(text), "%d", nth);

	if (pwrite(fail_nth, text, length, 0) != length)
		abort();
}

bool injection_disarm(void)
{
	char text[16] = "";
	int error = errno;
	bool injected = false;

	/* Reading and writing have fault points themselves: then the call had none left. */
	if (pread(fail_nth, text, sizeof(text) - 1, 0) >= 0) {
		injected = atoi(text) == 0;
		if (!injected && pwrite(fail_nth, "0", 1, 0) < 0 && errno != EFAULT &&
		    errno != ENOMEM)
			abort();
	}
	errno = error;
	return injected;
}
