// SPDX-License-Identifier: Apache-2.0
#include "copy.h"

#include "buffers.h"
#include "letter.h"

enum { PAGE = 4096 };

unsigned int copy_any_size(void)
{
	switch (dice(16)) {
	case 0:
		return 0;
	case 1:
		return dice(AREA_BYTES - PAGE);
	case 2:
	case 3:
		return PAGE * (1 + dice(4));
	case 4:
	case 5:
	case 6:
		return dice(2 * PAGE);
	default:
		return 1 + dice(512);
	}
}

unsigned int copy_any_offset(void)
{
	return dice(3) ? dice(PAGE) : 0;
}

/* Counts by alignment, besides by who. */
static void count_shape(uint64_t from, uint64_t to, unsigned int bytes)
{
	if ((from - to) % PAGE)
		count(OP_COPY_SKEWED);
	else if (!(from % PAGE) && bytes >= PAGE)
		count(OP_COPY_PAGES);
}

/* One call, between others and us (SELF). The result as judged. */
static bool copy(enum op op, int from, uint64_t source, int to, uint64_t target, unsigned int bytes,
		 unsigned int may)
{
	long ms = dice(2) ? TIMEOUT_FOREVER : 1000;
	int result;

	call_begin(op, from == SELF ? to : from, 0);
	result = mnx_vcopy_T(from, (void *)source, to, (void *)target, (int)bytes, ms);
	call_end();
	may |= MAY_STATE | MAY_BE_BUSY | MAY_SRC_DIE | MAY_DST_DIE | MAY_INTR | MAY_TIME_OUT;
	if (!judge(op, result, may))
		return false;
	count_shape(source, target, bytes);
	return true;
}

/* Whether the client still waits with that request: else its buffer is not the request's. */
static bool still_waits(const struct request *request)
{
	int endpoint;
	struct worker *client;

	if (!in_main())
		return false;
	client = occupant(number_of(request->client), &endpoint);
	return client && endpoint == request->client && client->life == request->life &&
	       client->nonce == request->nonce;
}

void copy_from_client(struct request *request)
{
	unsigned char *own = buffers_own() + copy_any_offset();
	long at;

	if (!still_waits(request))
		return;
	if (!copy(OP_COPY_IN, request->client, request->addr, SELF, (uintptr_t)own, request->bytes,
		  0))
		return;
	at = pattern_differs(own, request->bytes, request->pattern);
	if (at >= 0 && still_waits(request))
		violation("copies", "%d has wrong bytes from %ld of %u on from client %d: %x",
			  me->endpoint, at, request->bytes, request->client, own[at]);
}

void copy_to_client(struct request *request)
{
	unsigned char *own = buffers_own() + copy_any_offset();
	unsigned int bytes = request->bytes, pattern = dice(256);

	if (!still_waits(request))
		return;
	pattern_fill(own, bytes, pattern);
	request->bytes = 0; /* what is there after a part was copied is not known */
	if (!copy(OP_COPY_OUT, SELF, (uintptr_t)own, request->client, request->addr, bytes, 0))
		return;
	request->bytes = bytes;
	request->pattern = pattern;
}

void copy_between(struct request *from, struct request *to)
{
	unsigned int bytes = from->bytes < to->bytes ? from->bytes : to->bytes;

	if (!still_waits(from) || !still_waits(to))
		return;
	to->bytes = 0;
	if (!copy(OP_COPY_BETWEEN, from->client, from->addr, to->client, to->addr, bytes, 0))
		return;
	/* From a client that has gone on since, anything may have come. */
	if (!still_waits(from))
		return;
	to->bytes = bytes;
	to->pattern = from->pattern;
}

/* Somebody in MAIN_VM who is, or was a moment ago, in a receive from anybody. */
static struct worker *any_receiver(int *endpoint)
{
	for (int tries = 0; tries < 8; tries++) {
		struct worker *worker = anybody_else(endpoint);
		int op = worker ? worker->op : OP_NONE;

		if (op == OP_RECEIVE || op == OP_RECEIVE_FROM || op == OP_RCVRQST ||
		    op == OP_REPLYREC)
			return worker;
	}
	return NULL;
}

void copy_from_receiver(void)
{
	unsigned char *own = buffers_own() + copy_any_offset();
	unsigned int bytes = dice(4) ? 1 + dice(REGION_BYTES) : PAGE * (1 + dice(7));
	struct worker *worker;
	unsigned int life;
	int endpoint;
	long at;

	worker = any_receiver(&endpoint);
	if (!worker)
		return;
	life = worker->life;
	if (!copy(OP_COPY_FROM, endpoint, (uintptr_t)buffers_constant, SELF, (uintptr_t)own, bytes,
		  0))
		return;
	at = pattern_differs(own, bytes, life);
	if (life && worker->life == life && worker->endpoint == endpoint && at >= 0)
		violation("copies", "%d has wrong bytes from %ld of %u on from receiver %d",
			  me->endpoint, at, bytes, endpoint);
}

void copy_to_receiver(void)
{
	unsigned char *own = buffers_own() + copy_any_offset();
	unsigned int bytes = dice(4) ? 1 + dice(REGION_BYTES) : REGION_BYTES;
	struct worker *worker;
	int endpoint;

	worker = any_receiver(&endpoint);
	if (!worker)
		return;
	pattern_fill(own, bytes, me->life);
	copy(OP_COPY_TO, SELF, (uintptr_t)own, endpoint,
	     (uintptr_t)buffers_scratch + REGION_BYTES - bytes, bytes, MAY_FAULT);
}
