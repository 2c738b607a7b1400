// SPDX-License-Identifier: Apache-2.0
#include "faults.h"

#include <errno.h>
#include <sys/ioctl.h>

#include "injection.h"
#include "lib/harness.h"
#include "snapshot.h"

enum { MOST_FAULTS = 2000 };

void need_faults(void)
{
	if (!injection_open())
		skip("the kernel injects no faults; run it with --kernel debug");
}

struct outcome {
	long result;
	int error;
	bool injected;
};

static struct outcome try_once(const struct trial *trial, void *arguments, int nth)
{
	struct outcome outcome;

	injection_arm(nth);
	if (trial->call)
		outcome.result = trial->call(arguments);
	else
		outcome.result = ioctl(door(), trial->request, arguments);
	outcome.error = outcome.result < 0 ? errno : 0;
	outcome.injected = injection_disarm();
	return outcome;
}

static bool documented(const struct trial *trial, int error)
{
	return error == EFAULT || (error && error == trial->no_memory);
}

static void check_failure(const char *name, const struct trial *trial, int nth,
			  const struct outcome *outcome, const struct snapshot *before)
{
	struct snapshot after;

	take_snapshot(&after);
	if (!documented(trial, outcome->error)) {
		printf("# %s, fault %d: errno %d\n", name, nth, outcome->error);
		fflush(stdout);
		EXPECT(documented(trial, outcome->error));
	}
	if (!same_snapshot(before, &after)) {
		printf("# %s, fault %d, errno %d: the state is another\n", name, nth,
		       outcome->error);
		fflush(stdout);
		EXPECT(same_snapshot(before, &after));
	}
}

void try_all(const char *name, const struct trial *trial)
{
	int failures = 0, survived = 0;
	struct outcome outcome;
	struct snapshot before;
	/* Aligned like any struct. */
	long arguments[MOST_ARGUMENTS / sizeof(long)];

	for (int nth = 1;; nth++) {
		REQUIRE(nth < MOST_FAULTS);
		memcpy(arguments, trial->arguments, trial->size);
		if (trial->prepare)
			trial->prepare(arguments);
		take_snapshot(&before);
		outcome = try_once(trial, arguments, nth);
		if (outcome.error == trial->expected) {
			if (trial->undo)
				trial->undo(arguments, outcome.result);
			if (!outcome.injected)
				break;
			survived++;
			continue;
		}
		failures++;
		check_failure(name, trial, nth, &outcome, &before);
		/* Without a fault it has to succeed. */
		REQUIRE(outcome.injected);
	}
	printf("# %s: %d faults made it fail, %d did not\n", name, failures, survived);
	fflush(stdout);
}
