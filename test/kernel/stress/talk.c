// SPDX-License-Identifier: Apache-2.0
#include "talk.h"

#include <string.h>

#include "buffers.h"
#include "copy.h"
#include "ledger.h"

void talk_send(int to, long ms)
{
	struct letter letter;
	int result;

	ledger_write(&letter, KIND_SEND, to);
	letter_seal(&letter, me->endpoint);
	call_begin(OP_SEND, to, ms);
	result = mnx_send_T(to, &letter, ms);
	call_end();
	if (judge(OP_SEND, result, may_wait(ms) | MAY_DST_DIE | (ms ? MAY_LOCK : 0)))
		ledger_sent(&letter);
	if (result >= 0)
		me->answerer = to;
}

static int receive_by(enum op op, int from, message *m, long ms)
{
	if (op == OP_RCVRQST)
		return mnx_rcvrqst_T(m, ms);
	return mnx_receive_T(from, m, ms);
}

int talk_receive(enum op op, int from, long ms)
{
	unsigned int may = may_wait(ms);
	message *m = buffers_open();
	bool torn;
	int result;

	if (from != ANY)
		may |= MAY_SRC_DIE | (ms ? MAY_LOCK : 0);
	else if (op == OP_RECEIVE)
		may |= MAY_WAKE;
	call_begin(op, from, ms);
	result = receive_by(op, from, m, ms);
	call_end();
	torn = buffers_close();
	if (torn && result == EMOLFAULT)
		ledger_lost(); /* there may have been a message */
	if (judge(op, result, may | (torn ? MAY_FAULT : 0)))
		ledger_receive((struct letter *)m, op, torn);
	buffers_check();
	return result;
}

/* Not of one that failed before it began: what is known then is about the sendrec before. */
static bool is_given_up(int result)
{
	return result == EMOLTIMEDOUT || result == EMOLINTR;
}

/* Whether the request of a sendrec that was given up had been taken. */
static bool was_taken(void)
{
	proc_usr_t proc;

	return mnx_getprocinfo(M3_OWN_VM, me->nr, &proc) == OK && proc.p_endpoint == me->endpoint &&
	       proc.p_misc_flags & MIS_ABANDONED;
}

/* A request, with a buffer that its server may copy from and to. */
static unsigned char *write_request(struct letter *letter, int to)
{
	unsigned char *area;

	ledger_write(letter, KIND_REQUEST, to);
	letter->nonce = ++me->nonce;
	area = buffers_area(letter->nonce) + copy_any_offset();
	letter->addr = (uintptr_t)area;
	letter->bytes = copy_any_size();
	letter->pattern = dice(256);
	pattern_fill(area, letter->bytes, letter->pattern);
	letter_seal(letter, me->endpoint);
	return area;
}

static void check_answered_buffer(const struct letter *reply, const unsigned char *area)
{
	long at = pattern_differs(area, reply->bytes, reply->pattern);

	if (at >= 0)
		violation("copies", "%d has wrong bytes from %ld of %u on after the reply of %d",
			  me->endpoint, at, reply->bytes, reply->source);
}

void talk_sendrec(int to, long ms)
{
	struct letter letter, request;
	unsigned char *area;
	int result;

	if (!ms)
		ms = 1;
	area = write_request(&letter, to);
	request = letter;
	call_begin(OP_SENDREC, to, ms);
	result = mnx_sendrec_T(to, &letter, ms);
	call_end();
	if (judge(OP_SENDREC, result,
		  may_wait(ms) | MAY_BE_DEAD | MAY_DST_DIE | MAY_SRC_DIE | MAY_LOCK)) {
		ledger_sent(&request);
		me->answerer = NOWHERE;
		if (ledger_reply(&letter, to, request.nonce))
			check_answered_buffer(&letter, area);
	} else if (me->endpoint != NOWHERE &&
		   (result == EMOLSRCDIED || (is_given_up(result) && was_taken()))) {
		ledger_sent(&request);
		me->answerer = NOWHERE;
	}
	buffers_check();
}

void talk_notify(int to)
{
	unsigned int number = in_main() ? ledger_try(to) : 0;

	me->peer = to;
	if (judge(OP_NOTIFY, mnx_notify(to), MAY_DST_DIE) && in_main())
		ledger_told(to, number);
}

/* ---- serving ---- */

static void forget(struct request *request)
{
	me->pendings--;
	memmove(request, request + 1, (me->pending + me->pendings - request) * sizeof(*request));
}

static void write_reply(struct letter *letter, const struct request *request)
{
	ledger_write(letter, KIND_REPLY, request->client);
	letter->nonce = request->nonce;
	letter->bytes = request->bytes;
	letter->pattern = request->pattern;
	letter_seal(letter, me->endpoint);
}

static void reply(struct request *request)
{
	struct letter letter;

	write_reply(&letter, request);
	forget(request);
	me->peer = letter.to;
	judge(OP_REPLY, mnx_reply(letter.to, &letter), MAY_DST_DIE | MAY_STATE);
}

static void reply_and_receive(struct request *request)
{
	long ms = any_patience();
	struct letter letter; /* not where it could be unmapped before it is sent */
	int result;

	write_reply(&letter, request);
	forget(request);
	call_begin(OP_REPLYREC, ANY, ms);
	result = mnx_replyrec_T(letter.to, &letter, ms);
	call_end();
	if (judge(OP_REPLYREC, result, may_wait(ms) | MAY_WAKE | MAY_DST_DIE | MAY_STATE))
		ledger_receive(&letter, OP_REPLYREC, false);
	buffers_check();
}

static void relay(struct request *request)
{
	struct letter letter;
	int to;

	if (!in_main() || !anybody_else(&to) || to == request->client)
		return;
	ledger_write(&letter, KIND_RELAYED, to);
	letter.life = request->life;
	letter.nonce = request->nonce;
	letter.addr = request->addr;
	letter.bytes = request->bytes;
	letter.pattern = request->pattern;
	letter_seal(&letter, request->client);
	me->peer = to;
	if (judge(OP_RELAY, mnx_relay(to, &letter), MAY_DST_DIE | MAY_STATE | MAY_LOCK))
		forget(request);
}

void talk_serve(void)
{
	struct request *request;

	if (!me->pendings)
		return;
	if (me->pendings > 1 && dice(2)) {
		copy_between(&me->pending[0], &me->pending[1 + dice(me->pendings - 1)]);
		return;
	}
	request = &me->pending[dice(me->pendings)];
	switch (dice(9)) {
	case 0:
		copy_from_client(request);
		break;
	case 1:
		copy_to_client(request);
		break;
	case 2: /* gathers another */
	case 3:
		talk_receive(OP_RCVRQST, ANY, any_patience());
		break;
	case 4:
		relay(request);
		break;
	case 5:
	case 6:
		reply_and_receive(request);
		break;
	default:
		reply(request);
	}
}

/* ---- what must be refused ---- */

void talk_stale(void)
{
	struct letter letter;
	int endpoint, stale, result;

	if (!anybody_else(&endpoint) || endpoint < 65536)
		return;
	stale = endpoint - 65536;
	memset(&letter, 0, sizeof(letter));
	switch (dice(4)) {
	case 0:
		result = mnx_send_T(stale, &letter, 0);
		break;
	case 1:
		result = mnx_receive_T(stale, &letter, 0);
		break;
	case 2:
		result = mnx_sendrec_T(stale, &letter, 1);
		break;
	default:
		result = mnx_notify(stale);
	}
	if (result == EMOLDSTDIED || result == EMOLSRCDIED || result == EMOLDEADSRCDST)
		count(OP_STALE);
	else if (result == EMOLNOTBIND || result == EMOLDCNOTRUN)
		self_unbound();
	else
		violation("stale endpoints", "a call to %d, which is now %d, tells %s", stale,
			  endpoint, mnx_errname(result));
}

void talk_wild_reply(void)
{
	struct letter letter;
	struct worker *worker;
	int to, result;

	worker = anybody_else(&to);
	if (!worker || !ledger_never_heard(worker, to))
		return;
	ledger_write(&letter, KIND_WILD, to);
	letter_seal(&letter, me->endpoint);
	me->peer = to;
	result = mnx_reply(to, &letter);
	if (result == EMOLPROCSTS || result == EMOLDSTDIED)
		count(OP_WILD_REPLY);
	else if (result == EMOLNOTBIND || result == EMOLDCNOTRUN)
		self_unbound();
	else
		violation("replies", "%d to %d, of which it took nothing, tells %s", me->endpoint,
			  to, mnx_errname(result));
}

void talk_unmapped(void)
{
	message *m = buffers_hole();
	int to, result;

	if (!anybody_else(&to))
		return;
	switch (dice(3)) {
	case 0:
		result = mnx_send_T(to, m, 0);
		break;
	case 1:
		result = mnx_receive_T(ANY, m, 0);
		break;
	default:
		result = mnx_sendrec_T(to, m, 1);
	}
	if (result == EMOLFAULT) {
		count(OP_UNMAPPED);
		return;
	}
	judge(OP_UNMAPPED, result, MAY_DST_DIE | MAY_BE_DEAD);
	if (result >= 0)
		violation("whole messages", "a call with a message that is not mapped succeeds");
}

void talk_embrace(void)
{
	unsigned int first = dice(WORKERS);

	for (unsigned int i = 0; i < WORKERS; i++) {
		struct worker *worker = &arena->workers[(first + i) % WORKERS];
		int endpoint = worker->endpoint, op = worker->op;

		if (worker == me || !worker->life || worker->peer != me->endpoint)
			continue;
		if ((op == OP_SEND || op == OP_SENDREC) && dice(3))
			talk_receive(OP_RECEIVE_FROM, endpoint, TIMEOUT_FOREVER);
		else if (op == OP_SEND || op == OP_SENDREC || op == OP_RECEIVE_FROM)
			talk_send(endpoint, TIMEOUT_FOREVER);
		else
			continue;
		return;
	}
}
