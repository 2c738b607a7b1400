/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The memory that a worker receives into, and that is copied from and to. At the same addresses
 * in every worker, so that who copies late from or to one that has gone on does no damage.
 */
#ifndef BUFFERS_H
#define BUFFERS_H

#include "letter.h"

/* Maps them, and starts the thread that unmaps some under a torn worker. */
void buffers_make(void);
/* Fills what others copy from: its pattern is the binding's life. */
void buffers_renew(void);
/* Nothing was written beside what others copy to. */
void buffers_check(void);

/* What others may copy from, and to, while a worker receives: REGION_BYTES each. */
extern unsigned char *const buffers_constant, *const buffers_scratch;

/* Where the next message is received. */
message *buffers_open(void);
/* After the call, the message may be read. True: the buffer was unmapped meanwhile. */
bool buffers_close(void);

/* Of the request with this nonce. */
unsigned char *buffers_area(unsigned int nonce);
/* For copies of one's own: AREA_BYTES and a page. */
unsigned char *buffers_own(void);
/* A message that is not there. */
message *buffers_hole(void);

#endif
