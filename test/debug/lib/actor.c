// SPDX-License-Identifier: Apache-2.0
#include "actor.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "arguments.h"
#include "commands.h"
#include "ground.h"
#include "tally.h"

/* ---- which call ---- */

/* Sometimes a number that is nobody's, or of another size. */
static unsigned long twist(struct dice *dice, unsigned long request)
{
	switch (dice_below(dice, 4)) {
	case 0:
		return _IOC(_IOC_DIR(request), M3IPC_IOC_MAGIC, dice_below(dice, 256),
			    _IOC_SIZE(request));
	case 1:
		return request ^ (1UL << dice_below(dice, 32));
	default:
		return request;
	}
}

static int command_of(unsigned long request)
{
	int command = 0;

	while (commands[command].request != request)
		command++;
	return command;
}

/* What the bound do most of the time. */
static unsigned long message_call(struct dice *dice)
{
	static const unsigned long calls[] = {M3IPC_IOC_RCVRQST, M3IPC_IOC_RECEIVE,
					      M3IPC_IOC_SENDREC, M3IPC_IOC_SENDREC, M3IPC_IOC_SEND};

	return DICE_PICK(dice, calls);
}

/* Any, but seldom what ends all that the others live in. */
static unsigned long any_call(struct dice *dice)
{
	unsigned long request;

	if (dice_percent(dice, 30))
		return message_call(dice);
	do {
		request = commands[dice_below(dice, COMMANDS)].request;
	} while ((request == M3IPC_IOC_DRVS_END && !dice_percent(dice, 2)) ||
		 (request == M3IPC_IOC_VM_END && !dice_percent(dice, 5)));
	return request;
}

/* With a message: what to do with it. */
static unsigned long answer(struct dice *dice)
{
	static const unsigned long calls[] = {M3IPC_IOC_REPLY, M3IPC_IOC_REPLY, M3IPC_IOC_REPLYREC,
					      M3IPC_IOC_RELAY, M3IPC_IOC_VCOPY};

	return DICE_PICK(dice, calls);
}

/* What a program would call next; 0: no idea. */
static unsigned long sequel(struct dice *dice, unsigned long request, int error)
{
	switch (error) {
	case M3IPC_EDRVSINIT:
		return M3IPC_IOC_DRVS_INIT;
	case M3IPC_EVMNOTRUN:
		return M3IPC_IOC_VM_INIT;
	case M3IPC_ENOTBIND:
		return M3IPC_IOC_BIND;
	case 0:
		break;
	default:
		return 0;
	}
	switch (request) {
	case M3IPC_IOC_RECEIVE:
	case M3IPC_IOC_RCVRQST:
	case M3IPC_IOC_REPLYREC:
		return answer(dice);
	case M3IPC_IOC_VCOPY:
		return M3IPC_IOC_REPLY;
	case M3IPC_IOC_BIND:
	case M3IPC_IOC_SEND:
	case M3IPC_IOC_SENDREC:
	case M3IPC_IOC_REPLY:
	case M3IPC_IOC_RELAY:
		return message_call(dice);
	default:
		return 0;
	}
}

/* ---- one call ---- */

/* A descriptor of the module: used a little. */
static void use_and_close(struct dice *dice, int fd)
{
	struct pollfd poller = {.fd = fd, .events = POLLIN};
	ssize_t got;

	poll(&poller, 1, dice_below(dice, 2));
	/* It may block, and is interrupted like any call. */
	if (dice_percent(dice, 20)) {
		got = read(fd, (void *)(uintptr_t)ground_address(dice, 256), 256);
		(void)got;
	}
	close(fd);
}

/* Returns what to call next, or 0. */
static unsigned long call_once(struct dice *dice, int fd, unsigned long request)
{
	uint32_t size = _IOC_SIZE(request) ? _IOC_SIZE(request) : 8;
	void *good = ground_good(dice, size), *arguments = good;
	unsigned long twisted;
	int result, error;

	arguments_fill(dice, request, good);
	if (dice_percent(dice, 4))
		arguments = (void *)(uintptr_t)ground_address(dice, size);
	twisted = dice_percent(dice, 2) ? twist(dice, request) : request;
	result = ioctl(fd, twisted, arguments);
	error = result < 0 ? errno : 0;
	if (result > 0)
		use_and_close(dice, result);
	if (twisted != request)
		return 0;
	tally_note(command_of(request), error);
	if (arguments == good)
		arguments_learn(request, good, error);
	return sequel(dice, request, error);
}

void *actor_live(void *argument)
{
	struct actor *actor = argument;
	struct dice *dice = &actor->dice;
	int fd = open("/dev/m3ipc", O_RDWR | O_CLOEXEC);
	unsigned long next = 0;

	if (fd < 0)
		abort();
	fuzz_company->pids[dice_below(dice, FUZZ_PIDS)] = syscall(SYS_gettid);
	for (;;) {
		if (!next || dice_percent(dice, 20))
			next = any_call(dice);
		next = call_once(dice, fd, next);
		/* All CPUs of the process must hear of it: that costs as much as many calls. */
		if (dice_below(dice, 400) == 0)
			ground_shake(dice);
		actor->calls++;
	}
}
