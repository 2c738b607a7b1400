/* SPDX-License-Identifier: Apache-2.0 */
/* Random numbers that a seed gives again. */
#ifndef DICE_H
#define DICE_H

#include <stdint.h>

struct dice {
	uint64_t state;
};

static inline uint64_t dice_next(struct dice *dice)
{
	uint64_t z = dice->state += 0x9e3779b97f4a7c15ULL;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return z ^ z >> 31;
}

/* 0..limit-1. */
static inline uint32_t dice_below(struct dice *dice, uint32_t limit)
{
	return dice_next(dice) % limit;
}

static inline int dice_percent(struct dice *dice, uint32_t percent)
{
	return dice_below(dice, 100) < percent;
}

#define DICE_PICK(dice, array) ((array)[dice_below(dice, sizeof(array) / sizeof((array)[0]))])

#endif
