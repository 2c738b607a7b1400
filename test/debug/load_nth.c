// SPDX-License-Identifier: Apache-2.0
/*
 * Loading the module with every failure of an allocation or of a copy from user memory: it is
 * refused and nothing of it is left, or it is there and works.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "lib/injection.h"
#include "lib/leaks.h"
#include "lib/reports.h"

enum { MOST_FAULTS = 20000 };

/*
 * Where the kernel itself warns if an allocation fails while it registers a module's tracepoints:
 * event_define_fields(), since 5.15 at least. The module can neither prevent nor see that.
 */
#define KNOWN_WARNING "at kernel/trace/trace_events.c:"

/* And what it leaks if one fails while it registers a slab cache: the name in sysfs. */
#define KNOWN_LEAK "sysfs_slab_add"

static int open_module(void)
{
	struct utsname name;
	char path[256];

	uname(&name);
	snprintf(path, sizeof(path), "/lib/modules/%s/extra/m3ipc.ko", name.release);
	return open(path, O_RDONLY | O_CLOEXEC);
}

static bool is_there(const char *path)
{
	return access(path, F_OK) == 0;
}

/* Prints a line if something is as it must not be. */
static bool nothing_left(int nth)
{
	static const char *const traces[] = {"/dev/m3ipc", "/proc/drvs", "/sys/module/m3ipc"};

	for (int i = 0; i < 3; i++) {
		if (!is_there(traces[i]))
			continue;
		printf("# fault %d: %s is left\n", nth, traces[i]);
		return false;
	}
	return true;
}

static bool unload(int nth)
{
	if (is_there("/dev/m3ipc") && is_there("/proc/drvs") &&
	    syscall(SYS_delete_module, "m3ipc", O_NONBLOCK) == 0)
		return true;
	printf("# fault %d: loaded, but not as it should be\n", nth);
	return false;
}

/* All faults in turn, until a load meets none. */
static bool try_all(void)
{
	int failures = 0, survived = 0, file = open_module();
	bool injected = true, good = file >= 0;

	for (int nth = 1; good && injected; nth++) {
		long result;
		int error;

		injection_arm(nth);
		result = syscall(SYS_finit_module, file, "", 0);
		error = errno;
		injected = injection_disarm();
		good = reports_none_but(KNOWN_WARNING) && nth < MOST_FAULTS;
		if (result == 0) {
			survived += injected;
			good = good && unload(nth);
			continue;
		}
		failures++;
		if (!injected || (error != ENOMEM && error != EFAULT)) {
			printf("# fault %d: errno %d (%s)\n", nth, error, strerror(error));
			good = false;
		}
		good = good && nothing_left(nth);
	}
	printf("# loading: %d faults made it fail, %d did not\n", failures, survived);
	return good && failures > 0;
}

int main(void)
{
	bool good;

	printf("KTAP version 1\n1..1\n");
	if (!injection_open()) {
		printf("ok 1 faults_in_loading # SKIP the kernel injects no faults\n");
		return 0;
	}
	if (syscall(SYS_delete_module, "m3ipc", O_NONBLOCK) && errno != ENOENT) {
		printf("# the module is in use\nnot ok 1 faults_in_loading\n");
		return 1;
	}
	if (!reports_take()) {
		printf("# the kernel's reports cannot be taken\nnot ok 1 faults_in_loading\n");
		return 1;
	}
	good = try_all();
	reports_give_back();
	good = leaks_none_but(KNOWN_LEAK) && good;
	printf("%s 1 faults_in_loading\n", good ? "ok" : "not ok");
	return good ? 0 : 1;
}
