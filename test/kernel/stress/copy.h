/* SPDX-License-Identifier: Apache-2.0 */
/* vcopy in all its shapes, each copy verified where it arrives. */
#ifndef COPY_H
#define COPY_H

#include "self.h"

/* Lengths and alignments, small ones more often. Together at most AREA_BYTES. */
unsigned int copy_any_size(void);
unsigned int copy_any_offset(void);

/* With clients whose requests are unanswered. */
void copy_from_client(struct request *request);
void copy_to_client(struct request *request);
void copy_between(struct request *from, struct request *to);

/* With anybody who happens to be in a receive. */
void copy_from_receiver(void);
void copy_to_receiver(void);

#endif
