// SPDX-License-Identifier: Apache-2.0
/*
 * A torn worker has a second thread, which unmaps its message buffer and part of its scratch
 * region while the worker is in a call, and sends notifications in the worker's name.
 */
#include "buffers.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "ledger.h"
#include "self.h"

enum { PAGE = 4096, CANARY = 64 };
#define CANARY_PATTERN 0x5c

#define PLACE(n) ((unsigned char *)(0x100000000000 + (n)*0x10000000l))
static unsigned char *const areas = PLACE(0);
static unsigned char *const own = PLACE(1);
static unsigned char *const page = PLACE(2);
static unsigned char *const hole = PLACE(3); /* never mapped */
unsigned char *const buffers_constant = PLACE(4);
unsigned char *const buffers_scratch = PLACE(5);

static atomic_bool window; /* the worker is in a call that uses page */
static atomic_bool tearing;
static atomic_uint tears;
static unsigned int tears_before;

static void map(void *at, size_t bytes)
{
	if (mmap(at, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1,
		 0) != at) {
		perror("mmap");
		exit(1);
	}
}

static void unmap_for_a_moment(void *what)
{
	munmap(what, PAGE);
	sched_yield();
	map(what, PAGE);
}

/* Only whom the worker has told or sent something: it is in a call, and its books lie still. */
static void notify_somebody(uint64_t *random)
{
	struct outgoing *out = &me->out[below(random, NUMBERS)];
	int to = out->endpoint;
	unsigned int number;

	if (!to || !in_main())
		return;
	number = ++out->tried;
	if (mnx_notify(to) == OK && out->endpoint == to) {
		out->told = number;
		count(OP_NOTIFY);
	}
}

static void *tear(void *unused)
{
	uint64_t random = me->random + 1;

	(void)unused;
	for (;;) {
		usleep(2000 + below(&random, 30000));
		if (phase_of(arena->word) != FIRE)
			continue;
		/* Not alone: the worker waits for the end of this once it is out of its call. */
		tearing = true;
		if (window) {
			tears++;
			notify_somebody(&random);
			unmap_for_a_moment(page);
			if (below(&random, 4) == 0)
				unmap_for_a_moment(buffers_scratch + PAGE);
			count(OP_MUNMAP);
		}
		tearing = false;
	}
	return NULL;
}

static void start_tearing(void)
{
	sigset_t all, before;
	pthread_t thread;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before); /* signals are the worker's */
	if (pthread_create(&thread, NULL, tear, NULL)) {
		perror("pthread_create");
		exit(1);
	}
	pthread_sigmask(SIG_SETMASK, &before, NULL);
}

void buffers_make(void)
{
	map(areas, AREAS * AREA_BYTES);
	map(own, AREA_BYTES + PAGE);
	map(page, PAGE);
	map(buffers_constant, REGION_BYTES);
	map(buffers_scratch - PAGE, REGION_BYTES + 2 * PAGE);
	pattern_fill(buffers_scratch - CANARY, CANARY, CANARY_PATTERN);
	pattern_fill(buffers_scratch + REGION_BYTES, CANARY, CANARY_PATTERN);
	buffers_renew();
	if (me->torn)
		start_tearing();
}

void buffers_renew(void)
{
	pattern_fill(buffers_constant, REGION_BYTES, me->life);
}

void buffers_check(void)
{
	if (pattern_differs(buffers_scratch - CANARY, CANARY, CANARY_PATTERN) >= 0 ||
	    pattern_differs(buffers_scratch + REGION_BYTES, CANARY, CANARY_PATTERN) >= 0)
		violation("copies", "memory of %d beside what was copied to is changed",
			  me->endpoint);
}

message *buffers_open(void)
{
	/* Any place in the page; across its end is the end of the mapping. */
	message *m = (message *)(page + 8 * dice((PAGE - sizeof(message)) / 8));

	memset(m, 0, sizeof(*m));
	tears_before = tears;
	window = me->torn;
	return m;
}

bool buffers_close(void)
{
	window = false;
	while (tearing)
		sched_yield();
	return tears != tears_before;
}

unsigned char *buffers_area(unsigned int nonce)
{
	return areas + nonce % AREAS * AREA_BYTES;
}

unsigned char *buffers_own(void)
{
	return own;
}

message *buffers_hole(void)
{
	return (message *)hole;
}
