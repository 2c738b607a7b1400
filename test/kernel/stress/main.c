// SPDX-License-Identifier: Apache-2.0
/*
 * The stress model: a hundred processes that do anything to one another, a supervisor that
 * attacks them, and the invariants that must hold all the while. Runs for some seconds, and until
 * each operation has succeeded often enough. In epochs: at the end of each everything comes to
 * rest, the books are compared, and the VM is made anew.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "chaos.h"
#include "ledger.h"
#include "watch.h"
#include "worker.h"

enum { EPOCH_MS = 8000, LOOK_MS = 200, REST_MS = 120000, STRIKE_US = 1500 };

static long looked_at;

static void usage(void)
{
	fputs("Usage: stress [--seconds N] [--least N] [--seed N]\n"
	      "  --seconds  how long, at least (60)\n"
	      "  --least    how often each operation must succeed (100), and a tenth of that how\n"
	      "             often each of its ways to be refused or ended must be met; it takes as\n"
	      "             long as that needs, at most ten times --seconds\n"
	      "  --seed     of all that is random\n",
	      stderr);
	exit(2);
}

static void look_now_and_then(void)
{
	if (clock_ms() - looked_at < LOOK_MS)
		return;
	watch_look();
	looked_at = clock_ms();
}

static bool all_acked(unsigned int word)
{
	for (int i = 0; i < WORKERS; i++)
		if (arena->workers[i].acked != word)
			return false;
	return true;
}

/* Until all have done what the phase asks. */
static void come_to(enum phase phase)
{
	long now = clock_ms(), end = now + REST_MS;
	long nudge_from = phase == HUSH ? now + LISTEN_MS : now;
	unsigned int word;

	word_set(phase);
	word = arena->word;
	while (!all_acked(word) && !arena->violations) {
		chaos_reap();
		if (clock_ms() >= nudge_from)
			chaos_nudge(word);
		look_now_and_then();
		if (clock_ms() > end)
			violation("rest", "not all workers came to phase %d", phase);
		usleep(20000);
	}
}

static void fire(long until)
{
	word_set(FIRE);
	while (clock_ms() < until && !arena->violations) {
		chaos_reap();
		chaos_strike();
		look_now_and_then();
		usleep(STRIKE_US);
	}
}

static void epoch(void)
{
	long began = clock_ms();

	fire(began + EPOCH_MS);
	began = clock_ms();
	chaos_end_fleeting();
	come_to(HUSH);
	come_to(DRAIN);
	if (arena->violations)
		return;
	watch_at_rest();
	ledger_compare_all();
	come_to(PARK);
	if (arena->violations)
		return;
	chaos_renew();
	printf("# epoch %u: at rest for %ld ms\n", arena->word / 8, clock_ms() - began);
}

static bool is_enough(int op, long least)
{
	/* What depends on two or three doing the right thing at once is wanted less often. */
	return arena->done[op] >= (op_is_chance(op) ? (least + 9) / 10 : least);
}

static bool enough(long least)
{
	for (int op = OP_NONE + 1; op < OPS; op++)
		if (!is_enough(op, least))
			return false;
	return true;
}

static void stop(void)
{
	long end = clock_ms() + REST_MS;

	word_set(STOP);
	while (chaos_living() && !arena->violations) {
		chaos_reap();
		usleep(20000);
		if (clock_ms() > end)
			violation("rest", "%d workers do not end", chaos_living());
	}
	chaos_end_fleeting();
	if (mnx_vm_end(MAIN_VM) != OK || mnx_drvs_end() != OK)
		violation("ends of VMs", "the DRVS does not end");
}

/* How the CPUs have spent their time since the guest began: what a rate must be judged by. */
static void report_cpus(void)
{
	long user, nice, system, idle, all;
	FILE *file = fopen("/proc/stat", "r");

	if (!file)
		return;
	if (fscanf(file, "cpu %ld %ld %ld %ld", &user, &nice, &system, &idle) == 4) {
		all = user + nice + system + idle;
		printf("# CPUs: %ld %% in user space, %ld %% in the kernel, %ld %% idle\n",
		       100 * (user + nice) / all, 100 * system / all, 100 * idle / all);
	}
	fclose(file);
}

/* The verdicts, as KTAP. */
static int report(long least, long began)
{
	bool held = !arena->violations, often = enough(least);

	printf("# after %ld s, seed %lu, each operation succeeded (at least %ld wanted):\n",
	       (clock_ms() - began) / 1000, (unsigned long)arena->seed, least);
	for (int op = OP_NONE + 1; op < OPS; op++)
		printf("# %9ld %s%s\n", arena->done[op], op_names[op],
		       is_enough(op, least) ? "" : " (too few)");
	report_cpus();
	printf("%s 1 a hundred processes at war keep all invariants\n", held ? "ok" : "not ok");
	printf("%s 2 each operation succeeded at least %ld times\n1..2\n", often ? "ok" : "not ok",
	       least);
	return held && often ? 0 : 1;
}

static int supervise(long seconds, long least)
{
	long began = clock_ms();

	if (mnx_drvs_init(1, NULL) < 0)
		mnx_drvs_end();
	mnx_drvs_init(1, NULL);
	chaos_begin();
	while (!arena->violations && clock_ms() < began + 10 * seconds * 1000 &&
	       (clock_ms() < began + seconds * 1000 || !enough(least)))
		epoch();
	if (arena->violations)
		watch_print();
	else
		stop();
	return report(least, began);
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{"seconds", required_argument, NULL, 's'},
		{"least", required_argument, NULL, 'l'},
		{"seed", required_argument, NULL, 'r'},
		{"worker", required_argument, NULL, 'w'},
		{0},
	};
	long seconds = 60, least = 100, seed = 1;
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'w') {
			arena_attach(false);
			worker_run(atoi(optarg), true);
		}
		if (option == 's')
			seconds = atol(optarg);
		else if (option == 'l')
			least = atol(optarg);
		else if (option == 'r')
			seed = atol(optarg);
		else
			usage();
	}
	if (optind < argc || seconds <= 0)
		usage();
	setvbuf(stdout, NULL, _IOLBF, 0);
	arena_attach(true);
	arena->seed = seed;
	if (readlink("/proc/self/exe", arena->program, sizeof(arena->program) - 1) < 0)
		return 1;
	return supervise(seconds, least);
}
