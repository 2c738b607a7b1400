// SPDX-License-Identifier: Apache-2.0
/*
 * Random calls of every command of /dev/m3ipc, by threads of several processes, root and not,
 * while memory comes and goes under them and processes are killed. It fails if an error comes
 * back that is not documented, a command never succeeds, or nothing moves any more; the rest is
 * for the kernel's own checkers to say.
 */
#include <fcntl.h>
#include <getopt.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/actor.h"
#include "lib/arguments.h"
#include "lib/ground.h"
#include "lib/tally.h"
#include "uapi/m3ipc.h"

enum { THREADS = 3, MOST_PROCESSES = 16, CALLS_OF_A_LIFE = 8000, STUCK_SECONDS = 120 };

static long wanted = 100000;
static int processes = 4;
static uint64_t seed;

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

/* Interrupts those that have made no call since @seen, and now and then another. */
static void interrupt_waiting(struct dice *dice, const pthread_t *threads, struct actor *actors,
			      long *seen)
{
	for (int i = 0; i < THREADS; i++) {
		long calls = actors[i].calls;

		if (calls == seen[i] || dice_percent(dice, 10))
			pthread_kill(threads[i], SIGALRM);
		seen[i] = calls;
	}
}

static void live(uint64_t life)
{
	struct dice dice = {.state = seed ^ life * 0x9e3779b97f4a7c15ULL};
	struct timespec moment = {.tv_nsec = 10000000};
	struct actor actors[THREADS] = {0};
	long seen[THREADS] = {0}, left = 1 + dice_below(&dice, CALLS_OF_A_LIFE);
	pthread_t threads[THREADS];

	ground_renew();
	take_signals();
	become_user(&dice);
	for (int i = 0; i < THREADS; i++) {
		actors[i].dice.state = dice_next(&dice);
		if (pthread_create(&threads[i], NULL, actor_live, &actors[i]))
			abort();
	}
	while (seen[0] + seen[1] + seen[2] < left) {
		nanosleep(&moment, NULL);
		interrupt_waiting(&dice, threads, actors, seen);
	}
	/* With its threads in the middle of calls. */
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

	if (tally_calls() != last_calls || !last_time) {
		last_calls = tally_calls();
		last_time = now();
	}
	return now() - last_time < STUCK_SECONDS;
}

/* Every twentieth part of the way. */
static void say_progress(long started)
{
	static long said;
	long calls = tally_calls(), seconds = now() - started;

	if (calls < said + wanted / 20)
		return;
	said = calls;
	printf("# %ld calls in %ld s\n", calls, seconds);
	fflush(stdout);
}

/* One of them, each few thousand calls. */
static void kill_some(struct dice *dice, const pid_t *pids)
{
	static long next;

	if (tally_calls() < next)
		return;
	next = tally_calls() + 1 + dice_below(dice, 2 * CALLS_OF_A_LIFE);
	kill(pids[dice_below(dice, processes)], SIGKILL);
}

static void keep_alive(pid_t *pids, uint64_t *lives)
{
	for (int i = 0; i < processes; i++) {
		if (!pids[i] || waitpid(pids[i], NULL, WNOHANG) != 0)
			pids[i] = start(++*lives);
	}
}

/* Keeps the processes going until all calls are made. False: nothing moves. */
static bool supervise(void)
{
	struct timespec moment = {.tv_nsec = 20000000};
	struct dice dice = {.state = seed};
	pid_t pids[MOST_PROCESSES] = {0};
	uint64_t lives = 0;
	long started = now();
	bool moving;

	while ((moving = moves()) && tally_calls() < wanted) {
		keep_alive(pids, &lives);
		kill_some(&dice, pids);
		say_progress(started);
		nanosleep(&moment, NULL);
	}
	for (int i = 0; i < processes; i++) {
		kill(pids[i], SIGKILL);
		if (moving)
			waitpid(pids[i], NULL, 0);
	}
	printf("# %ld calls in %ld s by %lu processes\n", tally_calls(), now() - started,
	       (unsigned long)lives);
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

/*
 * Lives on as the init of a pid namespace: what has a number is the fuzzer's own, nothing else of
 * the machine is bound and killed by SIGPIPE when a VM ends, and all dies with it.
 */
static void withdraw_to_namespace(void)
{
	int status = 0;
	pid_t init;

	if (unshare(CLONE_NEWPID)) {
		perror("fuzz: no pid namespace; it runs as root only");
		exit(2);
	}
	init = fork();
	if (init == 0)
		return;
	if (init < 0 || waitpid(init, &status, 0) != init || !WIFEXITED(status))
		abort();
	exit(WEXITSTATUS(status));
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
	withdraw_to_namespace();
	printf("KTAP version 1\n1..4\n# fuzz --seed %llu --calls %ld --processes %d\n",
	       (unsigned long long)seed, wanted, processes);
	fflush(stdout);
	tally_open();
	arguments_open();
	ground_lay();
	good = verdict(supervise(), "calls_never_hang");
	good &= verdict(tally_only_documented(), "every_error_is_documented");
	tally_print();
	/* One that is refused at its first check proves nothing. */
	good &= verdict(tally_each_succeeded(1 + wanted / 50000),
			"every_command_succeeds_sometimes");
	good &= verdict(still_works(), "the_module_works_after_all_that");
	return !good;
}
