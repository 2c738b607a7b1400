/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The books of one binding: what it sent to whom, what it had from whom. A sender numbers what
 * it sends to an endpoint and uses a number again until it was taken, so the receiver sees each
 * number once and in order, or something is wrong.
 */
#ifndef LEDGER_H
#define LEDGER_H

#include "letter.h"

/* A message for an endpoint: numbered if it is a send or a request. */
void ledger_write(struct letter *letter, enum kind kind, int to);
/* The endpoint has taken the numbered message. */
void ledger_sent(const struct letter *letter);

/* Brackets a notification. The number of this try. */
unsigned int ledger_try(int to);
void ledger_told(int to, unsigned int number);

/*
 * Checks and books what a receive by op returned. Keeps requests as pending. torn: the buffer was
 * unmapped meanwhile, so that it need not be whole.
 */
void ledger_receive(const struct letter *letter, enum op op, bool torn);
/* The same for what a sendrec to server, with this nonce, returned. True: it is the reply. */
bool ledger_reply(const struct letter *letter, int server, unsigned int nonce);
/* A receive may have lost a message to a buffer that was not there. */
void ledger_lost(void);

/* Nothing of this endpoint has ever been taken. */
bool ledger_never_heard(const struct worker *worker, int endpoint);

/* Compares the books of all pairs while everything is at rest and drained. */
void ledger_compare_all(void);

#endif
