// SPDX-License-Identifier: Apache-2.0
#include "chaos.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "watch.h"
#include "worker.h"

enum { MOST_RESERVED = 12, OTHER_UID = 1000, TORN = 8, WORKER_NICE = 10 };

static uint64_t random_state;
static bool reserved[NUMBERS];
static int reservations;
static bool fleeting_there[FLEETING_VMS];

static unsigned int roll(unsigned int sides)
{
	return below(&random_state, sides);
}

static struct worker *any_worker(void)
{
	struct worker *worker = &arena->workers[roll(WORKERS)];

	return worker->pid ? worker : NULL;
}

/*
 * Whether the worker may be disturbed: not if the kernel has ended its wait. It must then go on
 * by itself, and if it does not, nothing may hide that. Nor what is wrong in another way.
 */
static bool may_disturb(const struct worker *worker)
{
	int vmid = worker->vmid, nr = worker->nr;
	proc_usr_t proc;

	if (watch_suspects(worker))
		return false;
	if (worker->op == OP_NONE || worker->op == OP_WAIT_SELF || nr == NOWHERE)
		return true;
	if (mnx_getprocinfo(vmid, nr, &proc) != OK || proc.p_lpid != worker->pid)
		return false;
	return proc.p_rts_flags != PROC_RUNNING;
}

/* ---- workers ---- */

static void spawn(struct worker *worker)
{
	int number = worker - arena->workers;
	pid_t pid;

	worker->births++;
	worker->random = arena->seed * 1000003 + number * 1009 + worker->births;
	worker->life = 0;
	worker->nr = worker->endpoint = NOWHERE;
	worker->vmid = -1;
	worker->op = OP_NONE;
	worker->pendings = 0;
	worker->acked = 0;
	worker->torn = number % TORN == 0;
	pid = fork();
	if (pid < 0) {
		perror("fork");
		exit(1);
	}
	if (pid == 0) {
		/* A hundred of them would leave their supervisor one part in a hundred. */
		if (nice(WORKER_NICE) < 0)
			_exit(1);
		worker_run(number, false);
	}
	worker->pid = pid;
}

/* When waitpid has returned its binding is over. */
static void check_unbound(const struct worker *worker, pid_t pid)
{
	proc_usr_t proc;

	if (worker->nr != NOWHERE && mnx_getprocinfo(worker->vmid, worker->nr, &proc) == OK &&
	    proc.p_rts_flags != SLOT_FREE && proc.p_tgid == pid)
		violation("bindings", "endpoint %d is bound after waitpid(%d)", worker->endpoint,
			  pid);
}

static void bury(struct worker *worker, pid_t pid, int status)
{
	worker->pid = 0;
	check_unbound(worker, pid);
	worker->life = 0;
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)
		count(OP_KILL);
	else if (phase_of(arena->word) != STOP || status)
		violation("workers", "worker %d ended with status %x in %s",
			  (int)(worker - arena->workers), status, op_names[worker->op]);
	if (phase_of(arena->word) != STOP && !arena->violations)
		spawn(worker);
}

void chaos_reap(void)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		for (int i = 0; i < WORKERS; i++)
			if (arena->workers[i].pid == pid)
				bury(&arena->workers[i], pid, status);
	}
}

int chaos_living(void)
{
	int living = 0;

	for (int i = 0; i < WORKERS; i++)
		living += arena->workers[i].pid != 0;
	return living;
}

void chaos_nudge(unsigned int word)
{
	for (int i = 0; i < WORKERS; i++) {
		struct worker *worker = &arena->workers[i];

		if (worker->pid && worker->acked != word && worker->op != OP_NONE &&
		    may_disturb(worker))
			kill(worker->pid, SIGUSR1);
	}
}

/* ---- VMs ---- */

static void must(int result, const char *what)
{
	if (result < 0)
		violation("results", "%s tells %s", what, mnx_errname(result));
}

static unsigned long make_vm(int vmid, const char *name, int procs, int servers, int warn)
{
	vm_usr_t vm = {
		.dc_dcid = vmid,
		.dc_nr_procs = procs,
		.dc_nr_tasks = TASKS,
		.dc_nr_sysprocs = TASKS + servers,
		.dc_warn2proc = warn,
		.dc_warnmsg = WARNING,
	};

	snprintf(vm.dc_name, sizeof(vm.dc_name), "%s", name);
	must(mnx_vm_init(&vm), "vm_init");
	count(OP_VM_INIT);
	must(mnx_getvminfo(vmid, &vm), "getvminfo");
	return vm.dc_incarnation;
}

static void end_vm(int vmid, const char *name)
{
	char path[64];
	vm_usr_t vm;

	must(mnx_vm_end(vmid), "vm_end");
	count(OP_VM_END);
	snprintf(path, sizeof(path), "/proc/drvs/vms/%s", name);
	if (mnx_getvminfo(vmid, &vm) != EMOLDCNOTRUN || access(path, F_OK) == 0)
		violation("ends of VMs", "VM %d is there after vm_end", vmid);
}

static void fleeting_name(int which, char *name, size_t size)
{
	snprintf(name, size, "fleeting%d", which);
}

static void make_fleeting(int which)
{
	char name[MAXVMNAME];

	fleeting_name(which, name, sizeof(name));
	arena->fleeting[which] = make_vm(FLEETING_VM + which, name, 20, 16, NONE);
	fleeting_there[which] = true;
}

static void end_fleeting(int which)
{
	char name[MAXVMNAME];

	fleeting_name(which, name, sizeof(name));
	end_vm(FLEETING_VM + which, name);
	arena->fleeting[which] = 0;
	fleeting_there[which] = false;
}

void chaos_end_fleeting(void)
{
	for (int i = 0; i < FLEETING_VMS; i++)
		if (fleeting_there[i])
			end_fleeting(i);
}

static void make_all(void)
{
	arena->incarnation = make_vm(MAIN_VM, "main", PROCS, SERVERS, UNDERTAKER);
	for (int i = 0; i < FLEETING_VMS; i++)
		make_fleeting(i);
}

void chaos_renew(void)
{
	drvs_usr_t drvs;

	end_vm(MAIN_VM, "main");
	must(mnx_getdrvsinfo(&drvs), "getdrvsinfo");
	if (drvs.d_vms || drvs.d_bound)
		violation("ends of VMs", "%d VMs and %d bindings are left", drvs.d_vms,
			  drvs.d_bound);
	memset(reserved, 0, sizeof(reserved));
	reservations = 0;
	for (int i = 0; i < NUMBERS; i++) {
		arena->occupant[i] = 0;
		for (int j = 0; j < GENERATIONS; j++)
			arena->warned[i][j] = 0;
	}
	make_all();
}

void chaos_begin(void)
{
	random_state = arena->seed;
	make_all();
	for (int i = 0; i < WORKERS; i++)
		spawn(&arena->workers[i]);
}

/* ---- attacks ---- */

static void strike_dead(void)
{
	struct worker *worker = any_worker();

	if (worker && may_disturb(worker))
		kill(worker->pid, SIGKILL);
}

static void strike_signal(void)
{
	struct worker *worker = any_worker();

	if (worker && worker->op != OP_NONE && may_disturb(worker))
		kill(worker->pid, SIGUSR1);
}

/* Anybody in MAIN_VM whose call can be ended by wakeup. */
static struct worker *any_wakeable(void)
{
	unsigned int first = roll(WORKERS);

	for (unsigned int i = 0; i < WORKERS; i++) {
		struct worker *worker = &arena->workers[(first + i) % WORKERS];
		int op = worker->op;

		if (worker->life && (op == OP_RECEIVE || op == OP_REPLYREC))
			return worker;
	}
	return NULL;
}

static void strike_awake(void)
{
	struct worker *worker = any_wakeable();
	int result;

	if (!worker)
		return;
	result = mnx_wakeup(MAIN_VM, worker->endpoint);
	if (result != OK && result != EMOLPROCRUN && result != EMOLNOTBIND &&
	    result != EMOLENDPOINT)
		must(result, "wakeup");
}

static void strike_unbound(void)
{
	struct worker *worker = any_worker();
	int result;

	if (!worker || !worker->life || !may_disturb(worker))
		return;
	result = mnx_unbind(MAIN_VM, worker->endpoint);
	if (result == OK)
		count(OP_UNBIND_OTHER);
	else if (result != EMOLNOTBIND && result != EMOLENDPOINT)
		must(result, "unbind of another");
}

static void strike_bound(void)
{
	unsigned int first = roll(WORKERS);
	int result, nr = (int)roll(PROCS);

	for (unsigned int i = 0; i < WORKERS; i++) {
		struct worker *worker = &arena->workers[(first + i) % WORKERS];

		if (!worker->pid || worker->op != OP_WAIT_SELF)
			continue;
		result = mnx_lclbind(MAIN_VM, worker->pid, nr);
		if (result > EMOLERRCODE)
			count(OP_LCLBIND);
		else if (result != EMOLSLOTUSED && result != EMOLBADPID && result != EMOLBADOWNER)
			must(result, "lclbind");
		return;
	}
}

static void strike_slot(void)
{
	int nr = (int)roll(PROCS);
	slot_usr_t slot = {.slot_given = M3_SLOT_UID, .slot_uid = roll(2) ? OTHER_UID : 0};
	vm_usr_t vm;

	if (!reserved[slot_index(nr)] && reservations < MOST_RESERVED) {
		must(mnx_slot_set(MAIN_VM, nr, &slot), "slot_set");
		count(OP_SLOT_SET);
		reserved[slot_index(nr)] = true;
		reservations++;
		return;
	}
	for (int i = 0; i < NUMBERS && !reserved[slot_index(nr)]; i++)
		nr = nr + 1 < PROCS ? nr + 1 : 0;
	must(mnx_slot_clear(MAIN_VM, nr), "slot_clear");
	count(OP_SLOT_CLEAR);
	reserved[slot_index(nr)] = false;
	reservations--;
	must(mnx_getvminfo(MAIN_VM, &vm), "getvminfo");
	if ((int)vm.dc_reserved != reservations)
		violation("slots", "%u are reserved, not %d", vm.dc_reserved, reservations);
}

static void strike_vm(void)
{
	int which = (int)roll(FLEETING_VMS);

	end_fleeting(which);
	make_fleeting(which);
}

void chaos_strike(void)
{
	static void (*const strikes[])(void) = {
		strike_dead,  strike_signal, strike_signal,  strike_signal, strike_awake,
		strike_awake, strike_awake,  strike_unbound, strike_bound,  strike_bound,
		strike_slot,  strike_slot,   strike_vm,
	};

	strikes[roll(sizeof(strikes) / sizeof(strikes[0]))]();
}
