/* SPDX-License-Identifier: Apache-2.0 */
/* What the model's messages say, so that each one tells whether it is where it belongs. */
#ifndef LETTER_H
#define LETTER_H

#include "arena.h"

enum kind { KIND_SEND = 1, KIND_REQUEST, KIND_RELAYED, KIND_REPLY, KIND_WILD };

/* The layout of a message in a 64-bit program. */
struct letter {
	int source;	   /* m_source */
	int kind;	   /* m_type */
	unsigned int life; /* of the sender; of a relayed request of its client */
	unsigned int seq;  /* from this life to this endpoint; sends and requests */
	int to;
	unsigned int nonce; /* of a request, and of its reply */
	uint64_t addr;	    /* of the client's buffer */
	unsigned int bytes; /* in it, of the pattern */
	unsigned int pattern;
	unsigned int incarnation; /* of the VM */
	unsigned int check;
};

/* Fills the sum, and what the kernel must leave alone. source is whom it will come from. */
void letter_seal(struct letter *letter, int source);
/* Whether it is as it was sealed, with the source by the kernel. */
bool letter_is_whole(const struct letter *letter);

/* The bytes of a buffer with a pattern. */
void pattern_fill(void *buffer, unsigned int bytes, unsigned int pattern);
/* Where it is not of the pattern (within eight bytes), or -1. */
long pattern_differs(const void *buffer, unsigned int bytes, unsigned int pattern);

#endif
