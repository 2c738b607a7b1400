// SPDX-License-Identifier: Apache-2.0
#include "names.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "m3ipc.h"

/* A process is asked for again after this, since it may have ended or become another program. */
enum { FRESH_MS = 1000, PLACES = 4096 };

struct entry {
	int vmid, endpoint;
	long asked_ms; /* 0: the place is free */
	char name[M3_NAME_SIZE];
};

static struct entry processes[PLACES], vms[256];

static long now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000 + 1;
}

/* Where the process is, or will be: one that has the place by then is forgotten. */
static struct entry *find(int vmid, int endpoint)
{
	unsigned int place =
		((unsigned int)vmid * 31 + (unsigned int)endpoint * 2654435761u) % PLACES;
	struct entry *entry = &processes[place];

	if (!entry->asked_ms || entry->vmid != vmid || entry->endpoint != endpoint)
		*entry = (struct entry){.vmid = vmid, .endpoint = endpoint};
	return entry;
}

/* Nothing of a name may reach a terminal as a control. */
static void set_name(struct entry *entry, const char *name)
{
	int i = 0;

	for (; i < M3_NAME_SIZE - 1 && name[i]; i++)
		entry->name[i] = isprint((unsigned char)name[i]) ? name[i] : '?';
	entry->name[i] = 0;
	entry->asked_ms = now_ms();
}

void names_learn(int vmid, int endpoint, const char *name)
{
	set_name(find(vmid, endpoint), name);
}

const char *names_process(int vmid, int endpoint)
{
	struct entry *entry = find(vmid, endpoint);
	proc_usr_t proc;

	if (entry->asked_ms && now_ms() - entry->asked_ms < FRESH_MS)
		return entry->name;
	if (mnx_getprocinfo(vmid, _ENDPOINT_P(endpoint), &proc) == OK &&
	    proc.p_endpoint == endpoint)
		set_name(entry, proc.p_name);
	else
		entry->asked_ms = now_ms(); /* it has ended: it keeps the name that it had */
	return entry->name;
}

const char *names_vm(int vmid)
{
	struct entry *entry = &vms[(unsigned int)vmid % (sizeof(vms) / sizeof(vms[0]))];
	vm_usr_t vm;

	if (entry->asked_ms && entry->vmid == vmid && now_ms() - entry->asked_ms < FRESH_MS)
		return entry->name;
	if (entry->vmid != vmid)
		*entry = (struct entry){.vmid = vmid};
	if (mnx_getvminfo(vmid, &vm) == OK)
		set_name(entry, vm.dc_name);
	entry->asked_ms = now_ms();
	return entry->name;
}
