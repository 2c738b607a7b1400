/* SPDX-License-Identifier: Apache-2.0 */
/* Bitmaps, with the kernel's names. */
#ifndef SHIM_BITMAP_H
#define SHIM_BITMAP_H

#include <linux/kernel.h>

enum { WORD_BITS = 8 * sizeof(unsigned long) };

#define DECLARE_BITMAP(name, bits) unsigned long name[DIV_ROUND_UP(bits, WORD_BITS)]

static inline void __set_bit(unsigned int bit, unsigned long *map)
{
	map[bit / WORD_BITS] |= BIT(bit % WORD_BITS);
}

static inline void __clear_bit(unsigned int bit, unsigned long *map)
{
	map[bit / WORD_BITS] &= ~BIT(bit % WORD_BITS);
}

static inline bool test_bit(unsigned int bit, const unsigned long *map)
{
	return map[bit / WORD_BITS] & BIT(bit % WORD_BITS);
}

static inline unsigned int next_bit(const unsigned long *map, unsigned int bits, unsigned int from)
{
	while (from < bits && !test_bit(from, map))
		from++;
	return from;
}

static inline bool bitmap_empty(const unsigned long *map, unsigned int bits)
{
	return next_bit(map, bits, 0) == bits;
}

#define for_each_set_bit(bit, map, bits) \
	for ((bit) = next_bit(map, bits, 0); (bit) < (bits); (bit) = next_bit(map, bits, (bit) + 1))

#endif
