/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory that the kernel holds for itself and does not give back by itself: Slab without what is
 * reclaimed on demand, vmalloc, per-CPU memory, page tables and kernel stacks, of /proc/meminfo.
 * Caches are dropped first. Memory of slabs is counted by whole pages, the free objects of partly
 * filled ones included.
 */
#ifndef MEMORY_H
#define MEMORY_H

enum { MEMORY_CACHES = 256 };

struct memory {
	long bytes;
	/* of these, by slab cache: /proc/slabinfo */
	int caches;
	struct memory_cache {
		char name[32];
		long objects;
		long object_bytes;
	} cache[MEMORY_CACHES];
};

void memory_measure(struct memory *memory);
/* Prints the caches that grew most between the two, by bytes. */
void memory_print_growth(const struct memory *before, const struct memory *after);

#endif
