// SPDX-License-Identifier: Apache-2.0
/*
 * What should happen, said as simply as possible: arrays, no pointers, no care for speed. Written
 * from the rules of the calls, not from the module.
 */
#include <errno.h>

#include "step.h"
#include "uapi/m3ipc.h"

enum wait { NOTHING, SENDING, ASKING, AWAITING, RECEIVING };
enum { HARDWARE_BIT = PROCS, NOBODY = -1 };

/* Results of a call that waits; the second: for one who waits for a third by name. */
enum { BLOCKS = 1, BLOCKS_IN_A_CHAIN = 2 };

static struct proc {
	bool alive, dying;
	int life;
	enum wait wait;
	int peer; /* of the wait; ANYBODY */
	bool requests_only;
	int ticket;	 /* place in the queue of the peer */
	int id;		 /* of the message on its way; once received, its type */
	int source;	 /* as shown with it */
	bool over, gets; /* the call is resolved, and with a message */
	int result;
	bool woken, abandoned, relayed;
	int answerer;		 /* who took its last message and may reply */
	int notified[PROCS + 1]; /* life of the source that notified; 0: it did not */
} procs[PROCS];

/* Messages of the dead, queued for the heir. */
static struct ghost {
	int ticket, endpoint, id;
} ghosts[QUEUE_MOST];
static int ghost_count, tickets;

static int endpoint_of(int nr)
{
	return nr + (procs[nr].life << 16);
}

static void resolve(struct proc *p, int result)
{
	if (p->wait == AWAITING)
		p->answerer = NOBODY;
	p->wait = NOTHING;
	p->requests_only = false;
	p->over = true;
	p->gets = false;
	p->result = result;
}

/* Hands a message to one who waits for it. */
static void give(struct proc *to, int id, int source)
{
	resolve(to, 0);
	to->gets = true;
	to->id = id;
	to->source = source;
}

static int may_begin(const struct proc *me)
{
	if (me->dying)
		return -M3IPC_ENOTBIND;
	return me->over || me->wait ? -EBUSY : 0;
}

static int block(int me, enum wait wait, int peer)
{
	struct proc *p = &procs[me];
	bool chain = peer != ANYBODY && procs[peer].wait && procs[peer].peer != ANYBODY;

	p->wait = wait;
	p->peer = peer;
	p->ticket = ++tickets;
	p->relayed = false;
	return chain ? BLOCKS_IN_A_CHAIN : BLOCKS;
}

static bool takes_request(int dst, int src)
{
	const struct proc *p = &procs[dst];

	/* Who awaits an answer takes whatever its server sends. */
	return (p->wait == RECEIVING || p->wait == AWAITING) &&
	       (p->peer == ANYBODY || p->peer == src);
}

/* ---- queues: the living and the ghosts, by ticket ---- */

static bool queued_at(int src, int dst)
{
	return procs[src].alive && (procs[src].wait == SENDING || procs[src].wait == ASKING) &&
	       procs[src].peer == dst;
}

/* The ticket of the next one after another in the queue of dst; 0: no more. Its number, or that of its ghost. */
static int next_ticket(int dst, int after, int *src, int *ghost)
{
	int best = 0;

	*src = *ghost = NOBODY;
	for (int nr = 0; nr < PROCS; nr++) {
		if (queued_at(nr, dst) && procs[nr].ticket > after &&
		    (!best || procs[nr].ticket < best)) {
			best = procs[nr].ticket;
			*src = nr;
		}
	}
	for (int i = 0; dst == HEIR && i < ghost_count; i++) {
		if (ghosts[i].ticket > after && (!best || ghosts[i].ticket < best)) {
			best = ghosts[i].ticket;
			*src = NOBODY;
			*ghost = i;
		}
	}
	return best;
}

static struct outcome take_ghost(int i)
{
	struct outcome outcome = {.type = ghosts[i].id, .source = ghosts[i].endpoint};

	ghosts[i] = ghosts[--ghost_count];
	return outcome;
}

static struct outcome take(int me, int src)
{
	struct outcome outcome = {.type = procs[src].id, .source = endpoint_of(src)};

	procs[src].answerer = me;
	if (procs[src].wait == ASKING)
		procs[src].wait = AWAITING;
	else
		resolve(&procs[src], 0);
	return outcome;
}

/* ---- calls ---- */

static int send(int me, int dst, const struct step *step)
{
	int rc = may_begin(&procs[me]);

	if (rc)
		return rc;
	if (procs[dst].dying)
		return -M3IPC_EDSTDIED;
	if (takes_request(dst, me) && !procs[dst].requests_only) {
		procs[me].answerer = dst;
		give(&procs[dst], step->id, endpoint_of(me));
		return 0;
	}
	if (!step->may_block)
		return -EAGAIN;
	procs[me].id = step->id;
	return block(me, SENDING, dst);
}

static int sendrec(int me, int dst, const struct step *step)
{
	int rc = may_begin(&procs[me]);

	if (rc)
		return rc;
	if (procs[dst].dying)
		return -M3IPC_EDEADSRCDST;
	if (!step->may_block)
		return -EAGAIN;
	procs[me].abandoned = false;
	if (takes_request(dst, me)) {
		procs[me].answerer = dst;
		give(&procs[dst], step->id, endpoint_of(me));
		/* It runs now: no chain. */
		return block(me, AWAITING, dst);
	}
	procs[me].id = step->id;
	return block(me, ASKING, dst);
}

static int reply(int me, int dst, const struct step *step)
{
	const struct proc *p = &procs[dst];

	if (procs[me].dying || p->dying)
		return procs[me].dying ? -M3IPC_ENOTBIND : -M3IPC_EDSTDIED;
	if ((p->wait != AWAITING && p->wait != RECEIVING) || p->peer != me || p->answerer != me)
		return -M3IPC_EPROCSTS;
	give(&procs[dst], step->id, endpoint_of(me));
	procs[dst].answerer = NOBODY;
	return 0;
}

static int relay(int me, int client, int dst, const struct step *step)
{
	struct proc *p = &procs[client];
	bool chain;

	if (procs[me].dying || procs[dst].dying)
		return procs[me].dying ? -M3IPC_ENOTBIND : -M3IPC_EDSTDIED;
	if (p->wait != AWAITING || p->peer != me)
		return -M3IPC_EPROCSTS;
	p->relayed = true;
	p->peer = dst;
	procs[me].dying = step->op == RELAY_UNDONE && !step->may_block;
	if (takes_request(dst, client)) {
		p->answerer = dst;
		give(&procs[dst], step->id, endpoint_of(client));
		return 0;
	}
	chain = procs[dst].wait && procs[dst].peer != ANYBODY;
	if (procs[me].dying) {
		resolve(p, -M3IPC_ESRCDIED);
		return -M3IPC_ELOCKED;
	}
	if (step->op == RELAY_UNDONE) {
		p->peer = me;
		p->answerer = me;
		return -M3IPC_ELOCKED;
	}
	p->answerer = NOBODY;
	p->wait = ASKING;
	p->id = step->id;
	p->ticket = ++tickets;
	return chain ? BLOCKS_IN_A_CHAIN : 0;
}

static bool notified(const struct proc *p, int src)
{
	if (src == HARDWARE_BIT)
		return p->notified[src];
	return procs[src].alive && p->notified[src] == procs[src].life;
}

static struct outcome notification(int src)
{
	int nr = src == HARDWARE_BIT ? M3IPC_HARDWARE : src;

	return (struct outcome){
		.type = M3IPC_NOTIFY_FROM(nr),
		.source = src == HARDWARE_BIT ? M3IPC_HARDWARE : endpoint_of(src),
	};
}

/* The source of the notification to take: the hardware's number is the lowest. */
static int next_notification(const struct proc *p, int src)
{
	if (src != ANYBODY)
		return notified(p, src) ? src : NOBODY;
	if (notified(p, HARDWARE_BIT))
		return HARDWARE_BIT;
	for (int nr = 0; nr < PROCS; nr++)
		if (notified(p, nr))
			return nr;
	return NOBODY;
}

static struct outcome receive(int me, int src, const struct step *step)
{
	struct proc *p = &procs[me];
	bool requests = step->op == RCVRQST;
	int ticket = 0, from, ghost, rc = may_begin(p);

	if (rc)
		return (struct outcome){.rc = rc};
	if (src != ANYBODY && procs[src].dying)
		return (struct outcome){.rc = -M3IPC_ESRCDIED};
	if (p->woken && src == ANYBODY && !requests) {
		p->woken = false;
		return (struct outcome){.rc = -M3IPC_EWOKENUP};
	}
	from = requests ? NOBODY : next_notification(p, src);
	if (from != NOBODY) {
		p->notified[from] = 0;
		return notification(from);
	}
	while ((ticket = next_ticket(me, ticket, &from, &ghost))) {
		if (ghost != NOBODY && src == ANYBODY && !requests)
			return take_ghost(ghost);
		if (ghost == NOBODY && (src == ANYBODY || src == from) &&
		    (!requests || procs[from].wait == ASKING))
			return take(me, from);
	}
	if (!step->may_block)
		return (struct outcome){.rc = -EAGAIN};
	p->requests_only = requests;
	return (struct outcome){.rc = block(me, RECEIVING, src)};
}

static int notify(int me, int dst)
{
	struct proc *p = &procs[dst];
	int src = me == dst ? HARDWARE_BIT : me;
	bool now = p->wait == RECEIVING && !p->requests_only &&
		   (p->peer == ANYBODY || p->peer == src);
	struct outcome message = notification(src);

	if (now)
		give(p, message.type, message.source);
	/* What was pending from this source is the same notification. */
	p->notified[src] = now ? 0 : src == HARDWARE_BIT ? 1 : procs[src].life;
	return 0;
}

static int wakeup(int dst)
{
	struct proc *p = &procs[dst];

	if (p->wait == RECEIVING && p->peer == ANYBODY && !p->requests_only) {
		resolve(p, -M3IPC_EWOKENUP);
		return 0;
	}
	p->woken = true;
	return -M3IPC_EPROCRUN;
}

static int give_up(int me)
{
	struct proc *p = &procs[me];

	if (!p->wait)
		return 0;
	if (p->wait == AWAITING || (p->wait == ASKING && p->relayed))
		p->abandoned = true;
	resolve(p, 0);
	p->over = false;
	return -EINTR;
}

static struct outcome come_back(int me)
{
	struct proc *p = &procs[me];

	if (!p->over)
		return (struct outcome){.rc = 1};
	p->over = false;
	if (p->result || !p->gets)
		return (struct outcome){.rc = p->result};
	return (struct outcome){.type = p->id, .source = p->source};
}

/* ---- coming and going ---- */

static void bind_one(int nr)
{
	int life = procs[nr].life;

	procs[nr] = (struct proc){.alive = true, .life = life + 1, .answerer = NOBODY};
}

static void tell(int dead)
{
	for (int nr = 0; nr < PROCS; nr++) {
		struct proc *p = &procs[nr];

		if (p->answerer == dead)
			p->answerer = NOBODY;
		if (!p->alive || !p->wait || p->peer != dead)
			continue;
		if (p->wait == SENDING || (p->wait == ASKING && !p->relayed))
			resolve(p, -M3IPC_EDSTDIED);
		else
			resolve(p, -M3IPC_ESRCDIED);
	}
}

static void end(int dead, const struct step *step)
{
	struct proc *heir = &procs[HEIR];

	procs[dead].alive = procs[dead].dying = false;
	procs[dead].wait = NOTHING;
	procs[dead].over = false;
	tell(dead);
	if (dead == HEIR) {
		ghost_count = 0;
		return;
	}
	if (!heir->alive || heir->dying)
		return;
	if (heir->wait == RECEIVING && heir->peer == ANYBODY && !heir->requests_only)
		give(heir, step->id, endpoint_of(dead));
	else
		ghosts[ghost_count++] = (struct ghost){++tickets, endpoint_of(dead), step->id};
}

struct outcome oracle_do(const struct step *step)
{
	struct outcome outcome = {.rc = 0};

	switch (step->op) {
	case BIND:
		bind_one(step->me);
		break;
	case EXIT:
		end(step->me, step);
		break;
	case DIE:
		procs[step->me].dying = true;
		break;
	case SEND:
		outcome.rc = send(step->me, step->peer, step);
		break;
	case SENDREC:
		outcome.rc = sendrec(step->me, step->peer, step);
		break;
	case REPLY:
		outcome.rc = reply(step->me, step->peer, step);
		break;
	case RELAY:
	case RELAY_UNDONE:
		outcome.rc = relay(step->me, step->third, step->peer, step);
		break;
	case RECEIVE:
	case RCVRQST:
		outcome = receive(step->me, step->peer, step);
		break;
	case NOTIFY:
		outcome.rc = notify(step->me, step->peer);
		break;
	case WAKEUP:
		outcome.rc = wakeup(step->peer);
		break;
	case GIVE_UP:
		outcome.rc = give_up(step->me);
		break;
	default:
		outcome = come_back(step->me);
	}
	return outcome;
}

void oracle_view(int nr, struct view *view)
{
	static const int state_of[] = {0, M3IPC_RTS_SENDING,
				       M3IPC_RTS_SENDING | M3IPC_RTS_RECEIVING, M3IPC_RTS_RECEIVING,
				       M3IPC_RTS_RECEIVING};
	const struct proc *p = &procs[nr];
	int ticket = 0, src, ghost;

	*view = (struct view){.peer = ANYBODY};
	if (!p->alive)
		return;
	view->alive = true;
	view->dying = p->dying;
	view->abandoned = p->abandoned;
	view->state = state_of[p->wait];
	view->resolved = p->over;
	if (p->wait)
		view->peer = p->peer;
	while ((ticket = next_ticket(nr, ticket, &src, &ghost)))
		view->queue[view->queued++] = ghost == NOBODY ? endpoint_of(src)
							      : ghosts[ghost].endpoint;
}

void oracle_reset(void)
{
	for (int nr = 0; nr < PROCS; nr++)
		procs[nr] = (struct proc){.answerer = NOBODY};
	ghost_count = tickets = 0;
}
