// SPDX-License-Identifier: Apache-2.0
/*
 * A look is no snapshot: lines are read one after another, and a worker's record beside them. So
 * what is wrong must be so for the same call of the same worker in several looks, and longer
 * than a machine under this load takes.
 */
#include "watch.h"

#include <stdio.h>
#include <string.h>

#include "history.h"

enum { BOUND_MS = 10000, LOOKS = 10, STRANGER_LOOKS = 3 };
/*
 * Two calls that wait for each other as they must not, and are the same calls in this many looks
 * after one another, have both waited all the while between the last two.
 */
enum { PAIR_LOOKS = 2 };

#define PROCS_FILE "/proc/drvs/vms/main/procs"

/* One line of the table. */
struct line {
	bool there;
	int nr, endpoint, pid, getfrom, sendto;
	unsigned int flags;
	char state[12];
};
static struct line lines[NUMBERS];

/* What is wrong with a worker's call, or with it and that of another, since when. */
static struct suspicion {
	const char *invariant;
	unsigned int births, calls;
	const struct worker *taker; /* who should take what it has queued, or NULL */
	unsigned int taker_calls;
	long since;
	int looks;
} suspicions[WORKERS];
static int strangers[NUMBERS]; /* looks at which nobody's thread was bound there */

static bool parse(const char *text, struct line *line)
{
	int vm, tgid, node;
	unsigned int misc;

	return sscanf(text, "%d %d %d %d %d %d %x %x %d %d %11s", &vm, &line->nr, &line->endpoint,
		      &line->pid, &tgid, &node, &line->flags, &misc, &line->getfrom, &line->sendto,
		      line->state) == 11 &&
	       in_range(line->nr);
}

static bool read_table(void)
{
	FILE *file = fopen(PROCS_FILE, "r");
	struct line line = {.there = true};
	char text[256];

	memset(lines, 0, sizeof(lines));
	if (!file)
		return false;
	while (fgets(text, sizeof(text), file))
		if (parse(text, &line) && !(line.flags & SLOT_FREE))
			lines[slot_index(line.nr)] = line;
	fclose(file);
	return true;
}

static const struct line *line_of(int endpoint)
{
	const struct line *line;

	if (endpoint == ANY || endpoint == NONE || !in_range(number_of(endpoint)))
		return NULL;
	line = &lines[slot_index(number_of(endpoint))];
	return line->there && line->endpoint == endpoint ? line : NULL;
}

/* Whom a blocked process waits for by name, or NONE. */
static int waits_for(const struct line *line)
{
	if (line->flags & SENDING)
		return line->sendto;
	return line->flags & RECEIVING && line->getfrom != ANY ? line->getfrom : NONE;
}

static bool in_cycle(const struct line *line)
{
	const struct line *next = line;

	for (int i = 0; i < NUMBERS && next; i++) {
		next = line_of(waits_for(next));
		if (next == line)
			return true;
	}
	return false;
}

static bool sleeps(int pid)
{
	char path[32], state = 'R';
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	file = fopen(path, "r");
	if (!file)
		return false;
	if (fscanf(file, "%*d (%*[^)]) %c", &state) != 1)
		state = 'R';
	fclose(file);
	return state == 'S' || state == 'D';
}

/* Whether target, as it waits, should have taken what line has queued for it. */
static bool passed_over(const struct worker *worker, const struct line *line,
			const struct line *target)
{
	int taker = arena->occupant[slot_index(target->nr)];

	if (!(line->flags & SENDING) || target->flags & SENDING || !(target->flags & RECEIVING))
		return false;
	if (target->getfrom != ANY && target->getfrom != line->endpoint)
		return false;
	return worker->op == OP_SENDREC || (taker && arena->workers[taker - 1].op != OP_RCVRQST);
}

/* What is wrong with a process of the table, or NULL. */
static const char *wrong_with_line(const struct worker *worker, const struct line *line)
{
	const struct line *target;
	int name = waits_for(line);

	if (line->flags == PROC_RUNNING)
		return sleeps(worker->pid) ? "wake-ups" : NULL;
	if (worker->op == OP_WAIT_UNBIND)
		name = worker->peer;
	if (name == NONE)
		return NULL;
	target = line_of(name);
	if (!target)
		return "nobody blocked on the dead";
	if (worker->op == OP_WAIT_UNBIND)
		return NULL;
	if (in_cycle(line))
		return "no deadlock";
	return passed_over(worker, line, target) ? "queues" : NULL;
}

static const char *wrong_with(const struct worker *worker)
{
	long deadline = worker->deadline;
	int nr = worker->nr;
	const struct line *line;

	if (worker->op == OP_NONE)
		return NULL;
	/* One that runs, or would, is late for want of a CPU. */
	if (deadline && clock_ms() > deadline && sleeps(worker->pid))
		return "timeouts";
	if (worker->vmid >= FLEETING_VM)
		return worker->incarnation != arena->fleeting[worker->vmid - FLEETING_VM]
			       ? "ends of VMs"
			       : NULL;
	if (!in_range(nr))
		return NULL;
	line = &lines[slot_index(nr)];
	return line->there && line->pid == worker->pid ? wrong_with_line(worker, line) : NULL;
}

/* Whoever has the number that the worker's message is queued at. */
static const struct worker *taker_of(const struct worker *worker)
{
	const struct line *target = line_of(waits_for(&lines[slot_index(worker->nr)]));
	int taker = target ? arena->occupant[slot_index(target->nr)] : 0;

	return taker ? &arena->workers[taker - 1] : NULL;
}

/* What the table says of the worker now. */
static struct suspicion look_at(const struct worker *worker)
{
	struct suspicion now = {.births = worker->births, .calls = worker->calls};

	now.invariant = wrong_with(worker);
	now.since = clock_ms();
	if (now.invariant && !strcmp(now.invariant, "queues"))
		now.taker = taker_of(worker);
	if (now.taker)
		now.taker_calls = now.taker->calls;
	return now;
}

static bool is_same(const struct suspicion *a, const struct suspicion *b)
{
	return a->invariant == b->invariant && a->births == b->births && a->calls == b->calls &&
	       a->taker == b->taker && a->taker_calls == b->taker_calls;
}

static void suspect(struct suspicion *suspicion, const struct worker *worker)
{
	struct suspicion now = look_at(worker);
	bool certain;

	if (!is_same(&now, suspicion) || worker->calls != now.calls) {
		*suspicion = now;
		return;
	}
	suspicion->looks++;
	certain = now.taker ? suspicion->looks >= PAIR_LOOKS
			    : suspicion->looks >= LOOKS && now.since - suspicion->since >= BOUND_MS;
	if (!now.invariant || !certain)
		return;
	violation(now.invariant, "endpoint %d (worker %d, pid %d) in %s with %d for %ld ms",
		  worker->endpoint, (int)(worker - arena->workers), worker->pid,
		  op_names[worker->op], worker->peer, now.since - suspicion->since);
	*suspicion = (struct suspicion){0};
}

bool watch_suspects(const struct worker *worker)
{
	const struct suspicion *suspicion = &suspicions[worker - arena->workers];

	if (suspicion->invariant && suspicion->births == worker->births &&
	    suspicion->calls == worker->calls)
		return true;
	for (int i = 0; i < WORKERS; i++)
		if (suspicions[i].taker == worker && suspicions[i].taker_calls == worker->calls)
			return true;
	return false;
}

static bool is_worker(int pid)
{
	for (int i = 0; i < WORKERS; i++)
		if (arena->workers[i].pid == pid)
			return true;
	return false;
}

/* The table must not name threads that have ended. */
static void look_for_strangers(void)
{
	for (int i = 0; i < NUMBERS; i++) {
		strangers[i] = lines[i].there && !is_worker(lines[i].pid) ? strangers[i] + 1 : 0;
		if (strangers[i] == STRANGER_LOOKS)
			violation("bindings", "endpoint %d is bound to %d, which is no worker",
				  lines[i].endpoint, lines[i].pid);
	}
}

void watch_look(void)
{
	if (!read_table())
		return;
	for (int i = 0; i < WORKERS; i++)
		suspect(&suspicions[i], &arena->workers[i]);
	look_for_strangers();
}

void watch_at_rest(void)
{
	int bound = 0;
	vm_usr_t vm;

	if (!read_table()) {
		violation("queues", "%s cannot be read", PROCS_FILE);
		return;
	}
	for (int i = 0; i < NUMBERS; i++) {
		bound += lines[i].there;
		if (lines[i].there && lines[i].flags != PROC_RUNNING)
			violation("queues", "endpoint %d is %s while all are at rest",
				  lines[i].endpoint, lines[i].state);
	}
	if (mnx_getvminfo(MAIN_VM, &vm) != OK || (int)vm.dc_bound != bound)
		violation("bindings", "the VM counts %u, its table has %d", vm.dc_bound, bound);
}

void watch_print(void)
{
	char text[256];
	FILE *file = fopen(PROCS_FILE, "r");

	while (file && fgets(text, sizeof(text), file))
		printf("# %s", text);
	if (file)
		fclose(file);
	for (int i = 0; i < WORKERS; i++) {
		const struct worker *w = &arena->workers[i];

		printf("# worker %d pid %d endpoint %d op %s peer %d acked %u pending %d%s\n", i,
		       w->pid, w->endpoint, op_names[w->op], w->peer, w->acked, w->pendings,
		       w->torn ? " torn" : "");
	}
	history_print();
}
