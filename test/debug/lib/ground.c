// SPDX-License-Identifier: Apache-2.0
#include "ground.h"

#include <stdlib.h>
#include <sys/mman.h>

/*
 * In this order: private pages, shared pages, read-only ones, a hole. The middle of the private
 * ones is what shakes.
 */
enum { SHARED_PAGES = 8, READ_ONLY_PAGES = 2, HOLE_PAGES = 2, SHAKY_FIRST = 24, SHAKY_PAGES = 32 };

static char *ground, *shared, *read_only, *hole;

static char *map(char *at, int pages, int protection, int kind)
{
	char *memory = mmap(at, (size_t)pages * GROUND_PAGE, protection,
			    kind | MAP_ANONYMOUS | (at ? MAP_FIXED : 0), -1, 0);

	if (memory == MAP_FAILED)
		abort();
	return memory;
}

void ground_lay(void)
{
	ground = map(NULL, GROUND_PAGES + SHARED_PAGES + READ_ONLY_PAGES + HOLE_PAGES, PROT_NONE,
		     MAP_PRIVATE);
	shared = ground + GROUND_PAGES * GROUND_PAGE;
	read_only = shared + SHARED_PAGES * GROUND_PAGE;
	hole = read_only + READ_ONLY_PAGES * GROUND_PAGE;
	map(shared, SHARED_PAGES, PROT_READ | PROT_WRITE, MAP_SHARED);
	map(read_only, READ_ONLY_PAGES, PROT_READ, MAP_PRIVATE);
	ground_renew();
}

void ground_renew(void)
{
	map(ground, GROUND_PAGES, PROT_READ | PROT_WRITE, MAP_PRIVATE);
}

void *ground_good(struct dice *dice, uint32_t size)
{
	uint32_t room = SHAKY_FIRST * GROUND_PAGE - size;
	uint32_t offset = dice_below(dice, room);

	return ground + (dice_percent(dice, 50) ? offset & ~7U : offset);
}

bool ground_is_firm(uint64_t address, uint32_t size)
{
	uint64_t first = (uintptr_t)ground;

	return address >= first && address + size <= first + SHAKY_FIRST * GROUND_PAGE;
}

static uint64_t bad_address(struct dice *dice, uint32_t size)
{
	uint64_t random = dice_next(dice);

	switch (dice_below(dice, 10)) {
	case 0:
		return 0;
	case 1:
		return (uintptr_t)hole + random % GROUND_PAGE;
	case 2: /* its end is in the hole */
		return (uintptr_t)hole - random % (size + 1);
	case 3:
		return (uintptr_t)read_only + random % GROUND_PAGE;
	case 4: /* begins writable, ends read-only */
		return (uintptr_t)read_only - random % (size + 1);
	case 5: /* the kernel's text, and its direct map */
		return random & 1 ? 0xffffffff81000000ULL + random % (1 << 24)
				  : 0xffff888000000000ULL + random % (1 << 28);
	case 6: /* not canonical */
		return 0x8000000000000000ULL | (random & 0x0000ffffffffffffULL);
	case 7: /* the end of user space, and of all */
		return random & 1 ? 0x00007ffffffff000ULL - random % GROUND_PAGE
				  : -(random % GROUND_PAGE);
	case 8: /* what a 32-bit program cannot name */
		return (uintptr_t)ground + (1ULL << 47);
	default:
		return random % GROUND_PAGE;
	}
}

uint64_t ground_address(struct dice *dice, uint32_t size)
{
	uint32_t kind = dice_below(dice, 10);

	if (size > GROUND_PAGE)
		size = GROUND_PAGE;
	if (kind < 5)
		return (uintptr_t)ground_good(dice, size);
	if (kind < 7)
		return (uintptr_t)ground + dice_below(dice, GROUND_PAGES * GROUND_PAGE - size);
	if (kind < 8)
		return (uintptr_t)shared + dice_below(dice, SHARED_PAGES * GROUND_PAGE - size);
	return bad_address(dice, size);
}

void ground_shake(struct dice *dice)
{
	static const int protections[] = {PROT_NONE, PROT_READ, PROT_READ | PROT_WRITE,
					  PROT_READ | PROT_WRITE};
	int first = SHAKY_FIRST + dice_below(dice, SHAKY_PAGES);
	char *at = ground + first * GROUND_PAGE;
	int pages = 1 + dice_below(dice, GROUND_PAGES - first);

	switch (dice_below(dice, 4)) {
	case 0:
		mprotect(at, (size_t)pages * GROUND_PAGE, DICE_PICK(dice, protections));
		break;
	case 1:
		madvise(at, (size_t)pages * GROUND_PAGE, MADV_DONTNEED);
		break;
	case 2:
		map(at, pages, DICE_PICK(dice, protections), MAP_PRIVATE);
		break;
	default:
		map(at, pages, PROT_READ | PROT_WRITE, MAP_PRIVATE);
		break;
	}
}
