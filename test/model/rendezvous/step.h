/* SPDX-License-Identifier: Apache-2.0 */
/* One thing that happens, and what can be seen after it: of the machine and of the oracle alike. */
#ifndef STEP_H
#define STEP_H

#include <stdbool.h>

enum { PROCS = 5, HEIR = 0, QUEUE_MOST = 64, ANYBODY = -1 };

enum op {
	BIND, /* me comes to life */
	EXIT, /* me dies; the heir is told by a message from the dead */
	SEND,
	SENDREC,
	RECEIVE, /* from peer, or ANYBODY */
	RCVRQST,
	REPLY,
	RELAY,	      /* the request of third, to peer */
	RELAY_UNDONE, /* likewise, and taken back if it queued; not may_block: by one who died meanwhile */
	NOTIFY,	 /* peer; oneself is the hardware */
	WAKEUP,	 /* peer */
	GIVE_UP, /* me: its time is over, or a signal came */
	RETURN,	 /* me: the blocked call that was resolved comes back */
	DIE,	 /* me has begun to exit: whoever found it before sees that now */
	OPS
};

struct step {
	enum op op;
	int me, peer, third;
	bool may_block;
	int id; /* type of the message, if there is one: unique */
};

/* What the caller gets. */
struct outcome {
	int rc;		  /* 0, a negative error, or that it blocks */
	int type, source; /* of the message received, if any; else 0 */
};

/* What can be seen of a process. */
struct view {
	bool alive, dying, abandoned;
	int state, peer;       /* M3_SENDING, M3_RECEIVING; ANYBODY: nobody by name */
	bool resolved;	       /* its call is over, and has not returned */
	int queued;	       /* its senders, in order */
	int queue[QUEUE_MOST]; /* endpoints */
};

struct outcome machine_do(const struct step *step);
void machine_view(int nr, struct view *view);
void machine_reset(void);

struct outcome oracle_do(const struct step *step);
void oracle_view(int nr, struct view *view);
void oracle_reset(void);

#endif
