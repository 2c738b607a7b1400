// SPDX-License-Identifier: Apache-2.0
#include "letter.h"

#include <string.h>

_Static_assert(sizeof(struct letter) == sizeof(message), "a letter is a message");

static unsigned int sum_of(const struct letter *letter)
{
	struct letter copy = *letter;
	const unsigned char *byte = (const unsigned char *)&copy;
	unsigned int sum = 2166136261;

	copy.check = 0;
	for (unsigned int i = 0; i < sizeof(copy); i++)
		sum = (sum ^ byte[i]) * 16777619;
	return sum;
}

void letter_seal(struct letter *letter, int source)
{
	letter->source = source;
	letter->check = sum_of(letter);
}

bool letter_is_whole(const struct letter *letter)
{
	return letter->check == sum_of(letter);
}

/* Eight bytes of a pattern, of the eight at i. */
static uint64_t word_at(unsigned int i, unsigned int pattern)
{
	return (i + pattern * 0x10001ul + 1) * 0x9e3779b97f4a7c15;
}

void pattern_fill(void *buffer, unsigned int bytes, unsigned int pattern)
{
	unsigned char *byte = buffer;
	unsigned int i;
	uint64_t word;

	for (i = 0; i + 8 <= bytes; i += 8) {
		word = word_at(i, pattern);
		memcpy(byte + i, &word, 8);
	}
	word = word_at(i, pattern);
	memcpy(byte + i, &word, bytes - i);
}

long pattern_differs(const void *buffer, unsigned int bytes, unsigned int pattern)
{
	const unsigned char *byte = buffer;
	unsigned int i;
	uint64_t word;

	for (i = 0; i + 8 <= bytes; i += 8) {
		word = word_at(i, pattern);
		if (memcmp(byte + i, &word, 8))
			return i;
	}
	word = word_at(i, pattern);
	return memcmp(byte + i, &word, bytes - i) ? (long)i : -1;
}
