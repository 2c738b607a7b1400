/* SPDX-License-Identifier: GPL-2.0-only */
/* Taking the locks of two parties: lower process number first. */
#ifndef _M3_PARTY_LOCK_H
#define _M3_PARTY_LOCK_H

#include "rendezvous.h"

/* @b may be NULL or @a. */
static inline void m3_party_lock_pair(struct m3_party *a, struct m3_party *b)
{
	if (!b || a == b) {
		raw_spin_lock(&a->lock);
	} else if (a->nr < b->nr) {
		raw_spin_lock(&a->lock);
		raw_spin_lock_nested(&b->lock, SINGLE_DEPTH_NESTING);
	} else {
		raw_spin_lock(&b->lock);
		raw_spin_lock_nested(&a->lock, SINGLE_DEPTH_NESTING);
	}
}

static inline void m3_party_unlock_pair(struct m3_party *a, struct m3_party *b)
{
	if (b && a != b)
		raw_spin_unlock(&b->lock);
	raw_spin_unlock(&a->lock);
}

static inline void m3_party_lock_three(struct m3_party *a, struct m3_party *b, struct m3_party *c)
{
	if (b->nr < a->nr)
		swap(a, b);
	if (c->nr < a->nr)
		swap(a, c);
	if (c->nr < b->nr)
		swap(b, c);
	raw_spin_lock(&a->lock);
	raw_spin_lock_nested(&b->lock, 1);
	raw_spin_lock_nested(&c->lock, 2);
}

static inline void m3_party_unlock_three(struct m3_party *a, struct m3_party *b,
					 struct m3_party *c)
{
	raw_spin_unlock(&c->lock);
	raw_spin_unlock(&b->lock);
	raw_spin_unlock(&a->lock);
}

/* Adds @second to the held @first, without waiting where the order forbids to. */
static inline bool m3_party_lock_second(struct m3_party *first, struct m3_party *second)
{
	if (first->nr < second->nr) {
		raw_spin_lock_nested(&second->lock, SINGLE_DEPTH_NESTING);
		return true;
	}
	return raw_spin_trylock(&second->lock);
}

/*
 * Locks @party and whomever it waits for, if anybody. Returns the peer, or NULL. The caller is
 * in an RCU read section, which keeps the peer's memory.
 */
static inline struct m3_party *m3_party_lock_with_peer(struct m3_party *party)
{
	struct m3_party *peer = READ_ONCE(party->peer);

	for (;;) {
		m3_party_lock_pair(party, peer);
		if (party->peer == peer)
			return peer;
		m3_party_unlock_pair(party, peer);
		peer = READ_ONCE(party->peer);
	}
}

#endif /* _M3_PARTY_LOCK_H */
