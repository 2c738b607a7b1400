/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The addresses that a fuzzer hands to the kernel: good ones, which it may overwrite as it likes,
 * and every kind of bad ones. Nothing else of the program is ever named.
 */
#ifndef GROUND_H
#define GROUND_H

#include <stdbool.h>

#include "dice.h"

enum { GROUND_PAGE = 4096, GROUND_PAGES = 64 };

/* Maps it; before the first fork, so that it lies at the same place in all processes. */
void ground_lay(void);
/* Gives this process, after a fork, private memory of its own there. */
void ground_renew(void);
/* An address for @size bytes, most often a good one. */
uint64_t ground_address(struct dice *dice, uint32_t size);
/* One where @size bytes can be read and written, but for what ground_shake() does. */
void *ground_good(struct dice *dice, uint32_t size);
/* Whether all @size bytes there can be read and written, at any time. */
bool ground_is_firm(uint64_t address, uint32_t size);
/* Unmaps, protects or maps again some pages of it. */
void ground_shake(struct dice *dice);

#endif
