/* SPDX-License-Identifier: Apache-2.0 */
/* Messages: what a worker does to others in the VM where it is bound. */
#ifndef TALK_H
#define TALK_H

#include "self.h"

void talk_send(int to, long ms);
/* op: RECEIVE, RCVRQST or RECEIVE_FROM, of an endpoint. The call's result. */
int talk_receive(enum op op, int from, long ms);
void talk_sendrec(int to, long ms);
void talk_notify(int to);
/* Does something about a pending request, if there is one. */
void talk_serve(void);

/* What must be refused: a stale endpoint, a reply to no request, a message that is not mapped. */
void talk_stale(void);
void talk_wild_reply(void);
void talk_unmapped(void);
/* Turns to one who waits for us: takes what it sends, or closes a deadlock. */
void talk_embrace(void);

#endif
