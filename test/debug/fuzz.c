// SPDX-License-Identifier: Apache-2.0
/*
 * Random calls of every command of /dev/m3ipc, by threads of several processes, root and not,
 * while memory comes and goes under them and processes are killed. It fails if an error comes
 * back that is not documented, a command never succeeds, or nothing moves any more; the rest is
 * for the kernel's own checkers to say.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "commands.h"
#include "lib/arguments.h"
#include "lib/dice.h"
#include "lib/ground.h"
#include "uapi/m3ipc.h"

enum {
	THREADS = 3,
	MOST_PROCESSES = 16,
	MOST_ERRORS = 512,
	CALLS_OF_A_LIFE = 3000,
	STUCK_SECONDS = 120
};

/* What all processes write. */
static struct {
	atomic_long calls;
	atomic_long of_command[COMMANDS][MOST_ERRORS]; /* by errno; 0 = success */
	int pids[FUZZ_PIDS];
} * tally;

static long wanted = 100000;
static int processes = 4;
static uint64_t seed;

/* ---- one thread ---- */

/* A descriptor of the module: used a little. */
static void use_and_close(struct dice *dice, int fd)
{
	struct pollfd poller = {.fd = fd, .events = POLLIN};

	poll(&poller, 1, dice_below(dice, 3));
	/* It may block, and is interrupted like any call. */
	if (dice_percent(dice, 50) &&
	    read(fd, (void *)(uintptr_t)ground_address(dice, 256), 256) < 0 && errno == ENOTTY)
		abort();
	close(fd);
}

static void note(int command, int error)
{
	tally->of_command[command][error < MOST_ERRORS ? error : MOST_ERRORS - 1]++;
	tally->calls++;
}

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

/* Often what makes the others possible, seldom what ends all that they live in. */
static int choose_command(struct dice *dice)
{
	static const unsigned long basic[] = {M3IPC_IOC_DRVS_INIT, M3IPC_IOC_VM_INIT,
					      M3IPC_IOC_BIND,	   M3IPC_IOC_BIND,
					      M3IPC_IOC_RECEIVE,   M3IPC_IOC_SENDREC};
	unsigned long request;
	int command;

	if (dice_percent(dice, 25))
		return command_of(DICE_PICK(dice, basic));
	do {
		command = dice_below(dice, COMMANDS);
		request = commands[command].request;
	} while ((request == M3IPC_IOC_DRVS_END && !dice_percent(dice, 1)) ||
		 (request == M3IPC_IOC_VM_END && !dice_percent(dice, 5)));
	return command;
}

static void call_once(struct dice *dice, int fd)
{
	int command = choose_command(dice);
	unsigned long request = commands[command].request, twisted;
	uint32_t size = _IOC_SIZE(request) ? _IOC_SIZE(request) : 8;
	void *arguments;
	int result;

	arguments = ground_good(dice, size);
	arguments_fill(dice, request, arguments);
	if (dice_percent(dice, 5))
		arguments = (void *)(uintptr_t)ground_address(dice, size);
	twisted = dice_percent(dice, 2) ? twist(dice, request) : request;
	result = ioctl(fd, twisted, arguments);
	if (twisted == request)
		note(command, result < 0 ? errno : 0);
	if (result > 0)
		use_and_close(dice, result);
}

static atomic_int acting;

static void *act(void *argument)
{
	struct dice dice = {.state = (uintptr_t)argument};
	int fd = open("/dev/m3ipc", O_RDWR | O_CLOEXEC);

	if (fd < 0)
		abort();
	tally->pids[dice_below(&dice, FUZZ_PIDS)] = syscall(SYS_gettid);
	for (int i = 0; i < CALLS_OF_A_LIFE && tally->calls < wanted; i++)
		call_once(&dice, fd);
	close(fd);
	acting--;
	return NULL;
}

/* ---- one process ---- */

static void interrupt(int signal)
{
	(void)signal;
}

static void take_signals(void)
{
	struct sigaction action = {.sa_handler = interrupt};

	sigaction(SIGALRM, &action, NULL);
	signal(SIGPIPE, SIG_IGN);
}

static void become_user(struct dice *dice)
{
	if (dice_percent(dice, 30) && (setgid(1000) || setuid(1000)))
		abort();
}

static void live(uint64_t life)
{
	struct dice dice = {.state = seed ^ life * 0x9e3779b97f4a7c15ULL};
	struct timespec moment = {.tv_nsec = 1000000};
	pthread_t threads[THREADS];
	int left = dice_percent(&dice, 30) ? (int)dice_below(&dice, 500) : INT_MAX;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	ground_renew();
	take_signals();
	become_user(&dice);
	acting = THREADS;
	for (int i = 0; i < THREADS; i++) {
		if (pthread_create(&threads[i], NULL, act, (void *)(uintptr_t)dice_next(&dice)))
			abort();
	}
	/* With few left, it exits with its threads in the middle of calls. */
	while (acting && left-- && tally->calls < wanted) {
		ground_shake(&dice);
		/* Ends calls that wait for ever, and races with the others. */
		pthread_kill(threads[dice_below(&dice, THREADS)], SIGALRM);
		nanosleep(&moment, NULL);
	}
	_exit(0);
}

/* ---- all ---- */

static pid_t start(uint64_t life)
{
	pid_t pid = fork();

	if (pid < 0)
		abort();
	if (pid == 0)
		live(life);
	return pid;
}

static long now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec;
}

/* Whether calls were made lately. */
static bool moves(void)
{
	static long last_calls, last_time;

	if (tally->calls != last_calls || !last_time) {
		last_calls = tally->calls;
		last_time = now();
	}
	return now() - last_time < STUCK_SECONDS;
}

static void say_progress(void)
{
	static long last;
	long calls = tally->calls;

	if (calls / 100000 == last / 100000)
		return;
	last = calls;
	printf("# %ld calls\n", calls);
	fflush(stdout);
}

/* Keeps the processes going until all calls are made. False: nothing moves. */
static bool supervise(void)
{
	struct timespec moment = {.tv_nsec = 5000000};
	struct dice dice = {.state = seed};
	pid_t pids[MOST_PROCESSES] = {0};
	uint64_t life = 0;
	bool moving;

	while ((moving = moves()) && tally->calls < wanted) {
		for (int i = 0; i < processes; i++) {
			if (pids[i] && waitpid(pids[i], NULL, WNOHANG) == 0)
				continue;
			pids[i] = start(++life);
		}
		if (dice_percent(&dice, 2))
			kill(pids[dice_below(&dice, processes)], SIGKILL);
		say_progress();
		nanosleep(&moment, NULL);
	}
	for (int i = 0; i < processes; i++) {
		kill(pids[i], SIGKILL);
		if (moving)
			waitpid(pids[i], NULL, 0);
	}
	printf("# %lu processes lived\n", (unsigned long)life);
	return moving;
}

/* ---- the verdict ---- */

static int number;

static bool verdict(bool good, const char *name)
{
	printf("%s %d %s\n", good ? "ok" : "not ok", ++number, name);
	fflush(stdout);
	return good;
}

/* Of kernel/m3ipc/uapi/errors.md. */
static bool is_documented(int error)
{
	static const int known[] = {EPERM,  EINTR,  EAGAIN, ENOMEM, EFAULT,   EBUSY,
				    EINVAL, ENFILE, EMFILE, ERANGE, ETIMEDOUT};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (error == known[i])
			return true;
	}
	return error > 300 && error <= M3IPC_ETRAPDENIED;
}

static bool only_documented(void)
{
	bool good = true;

	for (int i = 0; i < COMMANDS; i++) {
		for (int error = 1; error < MOST_ERRORS; error++) {
			if (!tally->of_command[i][error] || is_documented(error))
				continue;
			printf("# %s: errno %d\n", commands[i].name, error);
			good = false;
		}
	}
	return good;
}

/* Prints a line per command. A command that the module lacks may fail always. */
static bool all_succeed(void)
{
	bool good = true;

	for (int i = 0; i < COMMANDS; i++) {
		long successes = tally->of_command[i][0], calls = successes;
		int errors = 0;

		for (int error = 1; error < MOST_ERRORS; error++) {
			calls += tally->of_command[i][error];
			errors += tally->of_command[i][error] != 0;
		}
		printf("# %-12s %8ld calls, %7ld succeeded, %2d different errors\n",
		       commands[i].name, calls, successes, errors);
		if (!successes && !tally->of_command[i][M3IPC_EBADCALL])
			good = false;
	}
	return good;
}

/* After all that, it works: a VM, a process, the end of the DRVS. */
static bool still_works(void)
{
	struct m3ipc_drvs_params drvs = {.nodeid = 1, .source = M3IPC_NODEID_PROGRAM};
	struct m3ipc_vm_params params = {.vmid = 5, .set = M3IPC_VM_NAME, .name = "after"};
	struct m3ipc_bind bind = {.vmid = 5, .nr = 1};
	struct m3ipc_drvs_info info;
	int fd = open("/dev/m3ipc", O_RDWR | O_CLOEXEC);
	bool good = true;

	ioctl(fd, M3IPC_IOC_DRVS_END);
	good = good && ioctl(fd, M3IPC_IOC_DRVS_INIT, &drvs) == 0;
	good = good && ioctl(fd, M3IPC_IOC_VM_INIT, &params) == 0;
	good = good && ioctl(fd, M3IPC_IOC_BIND, &bind) == 0 && bind.endpoint == 1;
	good = good && ioctl(fd, M3IPC_IOC_GET_DRVS, &info) == 0 && info.vms == 1 &&
	       info.bound == 1;
	signal(SIGPIPE, SIG_IGN);
	good = good && ioctl(fd, M3IPC_IOC_DRVS_END) == 0;
	close(fd);
	return good;
}

static void read_options(int argc, char **argv)
{
	static const struct option options[] = {{"seed", required_argument, NULL, 's'},
						{"calls", required_argument, NULL, 'c'},
						{"processes", required_argument, NULL, 'p'},
						{NULL, 0, NULL, 0}};
	int option;

	seed = (uint64_t)time(NULL) << 20 ^ getpid();
	while ((option = getopt_long(argc, argv, "", options, NULL)) >= 0) {
		if (option == 's')
			seed = strtoull(optarg, NULL, 0);
		else if (option == 'c')
			wanted = atol(optarg);
		else if (option == 'p' && atoi(optarg) > 0 && atoi(optarg) <= MOST_PROCESSES)
			processes = atoi(optarg);
		else
			exit(2);
	}
}

int main(int argc, char **argv)
{
	bool good;

	read_options(argc, argv);
	printf("KTAP version 1\n1..4\n# fuzz --seed %llu --calls %ld --processes %d\n",
	       (unsigned long long)seed, wanted, processes);
	fflush(stdout);
	tally = mmap(NULL, sizeof(*tally), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		     0);
	if (tally == MAP_FAILED)
		abort();
	fuzz_pids = tally->pids;
	ground_lay();
	good = verdict(supervise(), "calls_never_hang");
	good &= verdict(only_documented(), "every_error_is_documented");
	good &= verdict(all_succeed(), "every_command_succeeds_sometimes");
	good &= verdict(still_works(), "the_module_works_after_all_that");
	return !good;
}
