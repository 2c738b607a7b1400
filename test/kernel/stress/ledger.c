// SPDX-License-Identifier: Apache-2.0
#include "ledger.h"

#include <string.h>

#include "history.h"
#include "self.h"

static struct outgoing *out_to(int to)
{
	struct outgoing *out = &me->out[slot_index(number_of(to))];

	if (out->endpoint != to) {
		out->endpoint = to;
		out->sent = 0;
		out->tried = 0;
		out->told = 0;
	}
	return out;
}

/* A number of a system slot is the endpoint of all its lives: what came before is not known. */
static struct incoming *in_of(int nr, unsigned int life)
{
	struct incoming *in = &me->in[slot_index(nr)];

	if (in->life != life) {
		if (in->life > life)
			violation("order", "endpoint %d hears life %u of number %d after %u",
				  me->endpoint, life, nr, in->life);
		memset(in, 0, sizeof(*in));
		in->life = life;
		in->known = !is_system_nr(me->nr);
	}
	return in;
}

void ledger_write(struct letter *letter, enum kind kind, int to)
{
	bool numbered = kind == KIND_SEND || kind == KIND_REQUEST;

	memset(letter, 0, sizeof(*letter));
	letter->kind = kind;
	letter->to = to;
	letter->life = me->life;
	letter->incarnation = me->incarnation;
	if (numbered && in_main())
		letter->seq = out_to(to)->sent + 1;
}

void ledger_sent(const struct letter *letter)
{
	if (in_main())
		out_to(letter->to)->sent = letter->seq;
}

unsigned int ledger_try(int to)
{
	return ++out_to(to)->tried;
}

void ledger_told(int to, unsigned int number)
{
	out_to(to)->told = number;
}

/* ---- taking ---- */

static void check_sequence(const struct letter *letter)
{
	struct incoming *in = in_of(number_of(letter->source), letter->life);
	unsigned int next = in->seq + 1;

	if (in->known && letter->seq < next)
		violation("no double delivery", "endpoint %d has number %u of %d, after %u",
			  me->endpoint, letter->seq, letter->source, in->seq);
	/* What was lost to a buffer that was not there may be of anybody. */
	if (in->known && letter->seq > next + me->faults)
		violation("no lost message", "endpoint %d has number %u of %d, after %u",
			  me->endpoint, letter->seq, letter->source, in->seq);
	in->known = true;
	in->seq = letter->seq;
}

/* Each notification that arrives was begun by that very binding of the source. */
static void take_notification(const struct letter *letter)
{
	int nr = M3_NOTIFIER(letter->kind), endpoint;
	struct incoming *in;
	struct worker *source;
	unsigned int life, tried;

	count(OP_NOTICE);
	if (!in_main() || nr == HARDWARE)
		return;
	if (!in_range(nr) || number_of(letter->source) != nr) {
		violation("notifications", "type %x, source %d", letter->kind, letter->source);
		return;
	}
	source = occupant(nr, &endpoint);
	if (!source || source == me || endpoint != letter->source)
		return; /* it has ended since */
	life = source->life;
	tried = source->out[slot_index(me->nr)].endpoint == me->endpoint
			? source->out[slot_index(me->nr)].tried
			: 0;
	if (source->life != life || source->endpoint != endpoint || !life)
		return;
	in = in_of(nr, life);
	in->heard = tried;
	/* A source in a system slot may have had a life before that looks the same. */
	if (++in->notices > tried && !is_system_nr(nr))
		violation("notifications", "endpoint %d has %u of %d, which began %u", me->endpoint,
			  in->notices, letter->source, tried);
}

/* The server of deaths hears of each binding's end once. */
static void take_warning(const struct letter *letter)
{
	int nr = number_of(letter->source);
	unsigned int generation = (unsigned int)letter->source >> 16;

	count(OP_WARNED);
	if (!in_main() || me->nr != UNDERTAKER || !in_range(nr)) {
		violation("warnings", "endpoint %d is told of the death of %d", me->endpoint,
			  letter->source);
		return;
	}
	if (is_system_nr(nr) || generation >= GENERATIONS)
		return;
	if (arena->warned[slot_index(nr)][generation]++)
		violation("no double delivery", "the death of %d is told twice", letter->source);
}

/* Another request of the same client means that it gave the one before up. */
static void keep_request(const struct letter *letter)
{
	struct request *request;
	int kept = 0;

	for (int i = 0; i < me->pendings; i++)
		if (me->pending[i].client != letter->source)
			me->pending[kept++] = me->pending[i];
	if (kept == PENDING) /* forgets the first: its client will give up */
		memmove(me->pending, me->pending + 1, --kept * sizeof(*request));
	me->pendings = kept;
	request = &me->pending[kept];
	request->client = letter->source;
	request->life = letter->life;
	request->nonce = letter->nonce;
	request->addr = letter->addr;
	request->bytes = letter->bytes;
	request->pattern = letter->pattern;
	me->pendings++;
}

/* Whether it is one of ours, for us, and of the sender that the kernel says. */
static bool check_letter(const struct letter *letter)
{
	if (!letter_is_whole(letter)) {
		violation("whole messages", "endpoint %d has a damaged one, of %d, type %x",
			  me->endpoint, letter->source, letter->kind);
		return false;
	}
	if (letter->to != me->endpoint || letter->incarnation != (unsigned int)me->incarnation) {
		violation("addresses", "endpoint %d of VM %u has one of %d for %d of VM %u",
			  me->endpoint, (unsigned int)me->incarnation, letter->source, letter->to,
			  letter->incarnation);
		return false;
	}
	return true;
}

/* A relayed request has no number of its client's, but it may be replied to. */
static void hear_relayed(const struct letter *letter)
{
	int nr = number_of(letter->source);

	if (me->in[slot_index(nr)].life < letter->life)
		in_of(nr, letter->life);
}

/* What may be answered or not, but is no reply. */
static void take_letter(const struct letter *letter)
{
	if (in_main() && letter->kind == KIND_RELAYED)
		hear_relayed(letter);
	else if (in_main())
		check_sequence(letter);
	if (letter->kind != KIND_SEND)
		keep_request(letter);
}

void ledger_lost(void)
{
	me->faults++;
	me->pendings = 0; /* what was lost may be a later request of one of these clients */
}

void ledger_receive(const struct letter *letter, enum op op, bool torn)
{
	history_took(op, letter);
	if (letter->kind >= NOTIFY_MESSAGE) {
		take_notification(letter);
		return;
	}
	if (letter->kind == WARNING) {
		take_warning(letter);
		return;
	}
	if (torn && !letter_is_whole(letter)) {
		ledger_lost();
		return;
	}
	if (!check_letter(letter))
		return;
	if (letter->kind == KIND_REPLY && op == OP_RECEIVE_FROM && letter->source == me->answerer) {
		me->answerer = NOWHERE; /* to a request before, but that server may reply to us */
		return;
	}
	if (letter->kind == KIND_WILD || letter->kind == KIND_REPLY) {
		violation("replies", "endpoint %d has one of %d by %s", me->endpoint,
			  letter->source, op_names[op]);
		return;
	}
	if (op == OP_RCVRQST && letter->kind == KIND_SEND)
		violation("requests", "rcvrqst of %d took a send of %d", me->endpoint,
			  letter->source);
	take_letter(letter);
}

bool ledger_reply(const struct letter *letter, int server, unsigned int nonce)
{
	history_took(OP_SENDREC, letter);
	if (letter->kind >= NOTIFY_MESSAGE || letter->kind == WARNING) {
		violation("replies", "a notification of %d passed for the reply of %d to %d",
			  letter->source, server, me->endpoint);
		return false;
	}
	if (!check_letter(letter))
		return false;
	/* Anything that the server sends ends the call. */
	if (letter->kind != KIND_REPLY && letter->kind != KIND_WILD) {
		take_letter(letter);
		return false;
	}
	if (letter->kind == KIND_WILD || letter->nonce != nonce) {
		violation("replies", "%d has one of %d (asked: %d) to request %u, not %u",
			  me->endpoint, letter->source, server, letter->nonce, nonce);
		return false;
	}
	return true;
}

bool ledger_never_heard(const struct worker *worker, int endpoint)
{
	const struct incoming *in = &me->in[slot_index(number_of(endpoint))];

	return !me->torn && in->life != worker->life;
}

/* ---- comparing ---- */

static void compare_pair(const struct worker *from, const struct worker *to)
{
	const struct outgoing *out = &from->out[slot_index(to->nr)];
	const struct incoming *in = &to->in[slot_index(from->nr)];
	bool met = in->life == from->life;
	unsigned int got = met ? in->seq : 0;

	if (out->endpoint != to->endpoint)
		return;
	if (is_system_nr(to->nr) && !(met && in->known))
		return; /* some of it was for a life before */
	if (out->sent < got || out->sent > got + to->faults)
		violation("no lost message", "%d sent %u to %d, which took %u", from->endpoint,
			  out->sent, to->endpoint, got);
	if (!to->faults && !is_system_nr(to->nr) && out->told > (met ? in->heard : 0))
		violation("notifications", "%d told %d for the %uth time, which heard but %u",
			  from->endpoint, to->endpoint, out->told, met ? in->heard : 0);
}

void ledger_compare_all(void)
{
	for (int i = 0; i < WORKERS; i++) {
		for (int j = 0; j < WORKERS; j++) {
			const struct worker *from = &arena->workers[i];
			const struct worker *to = &arena->workers[j];

			if (i != j && from->life && to->life && from->nr != to->nr)
				compare_pair(from, to);
		}
	}
}
