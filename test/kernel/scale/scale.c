// SPDX-License-Identifier: Apache-2.0
/*
 * The sizes that the module promises: 16,000 processes in one VM, 4,096 VMs on a node, and what
 * kernel memory each of them takes. The threads are there before memory is measured, so that of
 * a bound process only what binding adds is counted.
 */
#include <fcntl.h>
#include <limits.h>
#include <linux/futex.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "m3ipc.h"
#include "memory.h"
#include "uapi/m3ipc.h"

enum {
	BIG_VM = 10,
	FIRST_IDLE = 20,
	IDLE_VMS = 4000,
	MOST_VMS = 4096,
	PROCESSES = 16000, /* as many as a VM may have, and all of them bound */
	STACK_BYTES = 16384,
	MOST_PER_VM = 4096,	 /* bytes */
	MOST_PER_PROCESS = 1024, /* bytes */
	MOST_TIMES = 50,	 /* a search through all nodes may cost what asking for one does */
	LEFT_PER_PROCESS = 32,	 /* bytes that fragments of slabs may keep after the end */
};

static int number, failures;
static atomic_int tids[PROCESSES], started, leave;
static struct memory before, after;

static bool check(bool passed, const char *name)
{
	printf("%sok %d %s\n", passed ? "" : "not ", ++number, name);
	failures += !passed;
	return passed;
}

static long now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void set(const char *path, long value)
{
	FILE *file = fopen(path, "w");

	if (!file || fprintf(file, "%ld\n", value) < 0 || fclose(file)) {
		perror(path);
		exit(1);
	}
}

static int make_vm(int vmid, int procs)
{
	vm_usr_t vm = {.dc_dcid = vmid, .dc_warn2proc = NONE};

	snprintf(vm.dc_name, sizeof(vm.dc_name), "vm%d", vmid);
	if (procs) {
		vm.dc_nr_procs = procs;
		vm.dc_nr_tasks = 0;
		vm.dc_nr_sysprocs = 1;
	}
	return mnx_vm_init(&vm);
}

/* ---- VMs ---- */

static void test_idle_vms(void)
{
	bool all = true;
	long each;

	memory_measure(&before);
	for (int i = 0; i < IDLE_VMS; i++)
		all &= make_vm(FIRST_IDLE + i, 0) == 1;
	check(all, "4,000 VMs can be created");
	memory_measure(&after);
	each = (after.bytes - before.bytes) / IDLE_VMS;
	printf("# an idle VM takes %ld bytes of kernel memory (at most %d wanted)\n", each,
	       MOST_PER_VM);
	memory_print_growth(&before, &after);
	check(each > 0 && each <= MOST_PER_VM, "an idle VM takes at most 4 KiB");
}

/* The quickest of some: what else the machine does is not counted. */
static long ns_of_asking(int device, struct m3ipc_node_info question)
{
	long best = LONG_MAX;

	for (int i = 0; i < 20; i++) {
		struct m3ipc_node_info info = question;
		struct timespec begin, end;
		long ns;

		clock_gettime(CLOCK_MONOTONIC, &begin);
		ioctl(device, M3IPC_IOC_GET_NODE, &info);
		clock_gettime(CLOCK_MONOTONIC, &end);
		ns = (end.tv_sec - begin.tv_sec) * 1000000000 + end.tv_nsec - begin.tv_nsec;
		best = ns < best ? ns : best;
	}
	return best;
}

/* Among as many VMs and nodes as there may be: nobody can hold up the DRVS by asking. */
static void test_asking_for_nodes(void)
{
	struct m3ipc_node_info next = {.nodeid = 2, .flags = M3IPC_GET_NEXT};
	int device = open("/dev/m3ipc", O_RDWR | O_CLOEXEC);
	long one, search;

	one = ns_of_asking(device, (struct m3ipc_node_info){.nodeid = 1});
	search = ns_of_asking(device, next);
	close(device);
	printf("# asking for one node of 1,024 takes %ld us, for the next that has VMs %ld us\n",
	       one / 1000, search / 1000);
	check(search < MOST_TIMES * one, "asking for the next node looks once at each VM");
}

static void test_last_vm(void)
{
	bool all = true;

	for (int i = IDLE_VMS; i < MOST_VMS; i++)
		all &= make_vm(FIRST_IDLE + i, 0) == 1;
	check(all, "the 4,096th VM can be created");
	check(make_vm(FIRST_IDLE + MOST_VMS, 0) == EMOLRSCBUSY, "the 4,097th is refused");
	test_asking_for_nodes();
	check(mnx_vm_end(FIRST_IDLE + 1) == OK && make_vm(FIRST_IDLE + MOST_VMS, 0) == 1 &&
		      mnx_vm_end(FIRST_IDLE + MOST_VMS) == OK,
	      "but not once another has ended");
	all = true;
	for (int i = 0; i < MOST_VMS; i++)
		all &= i == 1 || mnx_vm_end(FIRST_IDLE + i) == OK;
	check(all, "all VMs end");
	memory_measure(&after);
	printf("# %ld bytes are left of %d VMs\n", after.bytes - before.bytes, MOST_VMS);
	check(after.bytes - before.bytes < MOST_VMS * LEFT_PER_PROCESS,
	      "and their memory is given back");
}

/* ---- processes ---- */

static void *stand(void *place)
{
	tids[(long)place] = (int)syscall(SYS_gettid);
	started++;
	while (!leave)
		syscall(SYS_futex, &leave, FUTEX_WAIT, 0, NULL, NULL, 0);
	return NULL;
}

static void start_threads(pthread_t *threads)
{
	pthread_attr_t attributes;
	int error;

	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, STACK_BYTES);
	for (long i = 0; i < PROCESSES; i++) {
		error = pthread_create(&threads[i], &attributes, stand, (void *)i);
		if (error) {
			printf("# thread %ld: %s\n", i, strerror(error));
			exit(1);
		}
	}
	while (started < PROCESSES)
		usleep(10000);
}

static void end_threads(const pthread_t *threads)
{
	leave = 1;
	syscall(SYS_futex, &leave, FUTEX_WAKE, PROCESSES, NULL, NULL, 0);
	for (int i = 0; i < PROCESSES; i++)
		pthread_join(threads[i], NULL);
}

static int lines_of(const char *path)
{
	FILE *file = fopen(path, "r");
	char line[256];
	int lines = 0;

	while (file && fgets(line, sizeof(line), file))
		lines++;
	if (file)
		fclose(file);
	return lines;
}

static void test_bound_processes(void)
{
	bool all = true;
	long each, began;

	memory_measure(&before);
	began = now_ms();
	for (int i = 0; i < PROCESSES; i++)
		all &= mnx_lclbind(BIG_VM, tids[i], i) == i;
	check(all, "16,000 processes are bound in one VM, the last number included");
	printf("# in %ld ms\n", now_ms() - began);
	memory_measure(&after);
	each = (after.bytes - before.bytes) / PROCESSES;
	printf("# a bound process takes %ld bytes of kernel memory (at most %d wanted)\n", each,
	       MOST_PER_PROCESS);
	memory_print_growth(&before, &after);
	check(each > 0 && each <= MOST_PER_PROCESS, "a bound process takes at most 1 KiB");
	check(mnx_lclbind(BIG_VM, getpid(), PROCESSES) == EMOLBADPROC,
	      "there is no number beyond the last");
	check(lines_of("/proc/drvs/vms/vm10/procs") == PROCESSES + 1, "/proc shows them all");
}

static void test_end_of_all(void)
{
	long began = now_ms();
	proc_usr_t proc;
	vm_usr_t vm;

	check(mnx_getprocinfo(BIG_VM, PROCESSES - 1, &proc) == OK &&
		      proc.p_lpid == tids[PROCESSES - 1],
	      "the last of them is who it should be");
	check(mnx_vm_end(BIG_VM) == OK && mnx_getvminfo(BIG_VM, &vm) == EMOLDCNOTRUN,
	      "the VM ends with all of them bound");
	printf("# in %ld ms\n", now_ms() - began);
	check(mnx_getep(tids[PROCESSES - 1]) == EMOLNOTBIND, "none of them is bound any more");
	memory_measure(&after);
	printf("# %ld bytes are left of %d processes\n", after.bytes - before.bytes, PROCESSES);
	check(after.bytes - before.bytes < PROCESSES * LEFT_PER_PROCESS,
	      "and their memory is given back");
}

int main(void)
{
	static pthread_t threads[PROCESSES];
	long began = now_ms();

	setvbuf(stdout, NULL, _IOLBF, 0);
	signal(SIGPIPE, SIG_IGN); /* which vm_end sends to each of them */
	set("/proc/sys/kernel/threads-max", 3 * PROCESSES);
	set("/proc/sys/kernel/pid_max", 4 * PROCESSES);
	set("/proc/sys/vm/max_map_count", 4 * PROCESSES);
	if (!check(mnx_drvs_init(1, NULL) == 1, "the DRVS begins"))
		return 1;
	test_idle_vms();
	test_last_vm();
	start_threads(threads);
	printf("# %d threads are there after %ld ms\n", PROCESSES, now_ms() - began);
	if (check(make_vm(BIG_VM, PROCESSES) == 1, "a VM of 16,000 processes is created")) {
		test_bound_processes();
		test_end_of_all();
	}
	end_threads(threads);
	check(mnx_drvs_end() == OK, "the DRVS ends");
	printf("1..%d\n", number);
	return failures > 0;
}
