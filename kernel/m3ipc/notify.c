// SPDX-License-Identifier: GPL-2.0-only
/* Pending notifications. */

#include <linux/bitmap.h>
#include <linux/ktime.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>

#include "notify.h"

#define M3_NR_SYSTEM (-2)
#define M3_NR_SLOTS (-34)

struct m3_notify_payload_64 {
	__s32 i1;
	__s32 arg;
	__s64 sec;
	__s64 nsec;
};

struct m3_notify_payload_32 {
	__s32 i1;
	__s32 arg;
	__s32 sec;
	__s32 nsec;
};

int m3_notify_spare_alloc(struct m3_notify_spare *spare)
{
	if (!spare->map)
		spare->map = kzalloc(sizeof(*spare->map), GFP_KERNEL_ACCOUNT);
	if (!spare->leaf)
		spare->leaf = kzalloc(sizeof(*spare->leaf), GFP_KERNEL_ACCOUNT);
	return spare->map && spare->leaf ? 0 : -ENOMEM;
}

void m3_notify_spare_free(struct m3_notify_spare *spare)
{
	kfree(spare->map);
	kfree(spare->leaf);
}

void m3_notify_map_free(struct m3_notify_map *map)
{
	int i;

	if (!map)
		return;
	for (i = 0; i < M3_NOTIFY_LEAVES; i++)
		kfree(map->leaf[i]);
	kfree(map);
}

static u32 *arg_of(struct m3_notify_map *map, s32 nr)
{
	switch (nr) {
	case M3IPC_HARDWARE:
		return &map->arg[M3_ARG_HARDWARE];
	case M3_NR_SYSTEM:
		return &map->arg[M3_ARG_SYSTEM];
	case M3_NR_SLOTS:
		return &map->arg[M3_ARG_SLOTS];
	default:
		return NULL;
	}
}

bool m3_notify_mark(struct m3_party *dst, s32 nr, u32 life, struct m3_notify_spare *spare)
{
	unsigned int index = m3_notify_index(nr);
	unsigned int which = index / M3_NOTIFY_LEAF_BITS;
	unsigned int bit = index % M3_NOTIFY_LEAF_BITS;
	struct m3_notify_leaf **leaf;

	lockdep_assert_held(&dst->lock);

	if (!dst->notify) {
		dst->notify = spare->map;
		spare->map = NULL;
	}
	if (!dst->notify)
		return false;
	leaf = &dst->notify->leaf[which];
	if (!*leaf) {
		*leaf = spare->leaf;
		spare->leaf = NULL;
	}
	if (!*leaf)
		return false;
	__set_bit(bit, (*leaf)->bits);
	(*leaf)->life[bit] = life;
	dst->notify->pending |= BIT(which);
	return true;
}

void m3_notify_add_arg(struct m3_party *dst, s32 nr, u32 bits)
{
	u32 *arg = dst->notify ? arg_of(dst->notify, nr) : NULL;

	if (arg)
		*arg |= bits;
}

static void clear_bit_of(struct m3_notify_map *map, unsigned int which, unsigned int bit)
{
	__clear_bit(bit, map->leaf[which]->bits);
	if (bitmap_empty(map->leaf[which]->bits, M3_NOTIFY_LEAF_BITS))
		map->pending &= ~BIT(which);
}

/* Whether the source of a bit set in @life is still there, and its endpoint. */
static bool source_holds(const struct m3_party *dst, u32 life, struct m3_notification *n)
{
	n->source = n->nr;
	return life == M3_NOTIFY_LIFE_KERNEL || life == m3_rdv_env_life(dst, n->nr, &n->source);
}

/* The lowest valid bit of one leaf; void ones are cleared on the way. */
static bool next_in_leaf(struct m3_party *dst, unsigned int which, struct m3_notification *n)
{
	struct m3_notify_leaf *leaf = dst->notify->leaf[which];
	unsigned int bit;

	for_each_set_bit(bit, leaf->bits, M3_NOTIFY_LEAF_BITS) {
		n->nr = (s32)(which * M3_NOTIFY_LEAF_BITS + bit) - M3IPC_MAX_TASKS;
		if (source_holds(dst, leaf->life[bit], n))
			return true;
		clear_bit_of(dst->notify, which, bit);
	}
	return false;
}

static struct m3_notify_leaf *leaf_of(const struct m3_party *dst, s32 nr, unsigned int *bit)
{
	unsigned int index = m3_notify_index(nr);

	*bit = index % M3_NOTIFY_LEAF_BITS;
	return dst->notify ? dst->notify->leaf[index / M3_NOTIFY_LEAF_BITS] : NULL;
}

static bool pending_from(const struct m3_party *dst, const struct m3_party *src,
			 struct m3_notification *n)
{
	unsigned int bit;
	struct m3_notify_leaf *leaf = leaf_of(dst, src->nr, &bit);

	n->nr = src->nr;
	n->source = src->endpoint;
	if (!leaf || !test_bit(bit, leaf->bits))
		return false;
	return leaf->life[bit] == M3_NOTIFY_LIFE_KERNEL || leaf->life[bit] == src->life;
}

bool m3_notify_next(struct m3_party *dst, const struct m3_party *src, struct m3_notification *n)
{
	unsigned int which;

	lockdep_assert_held(&dst->lock);

	if (!dst->notify || !dst->notify->pending)
		return false;
	if (src)
		return pending_from(dst, src, n);
	for (which = 0; which < M3_NOTIFY_LEAVES; which++) {
		if (dst->notify->pending & BIT(which) && next_in_leaf(dst, which, n))
			return true;
	}
	return false;
}

void m3_notify_build(const struct m3_party *dst, const struct m3_notification *n, bool abi32,
		     struct m3ipc_message *msg)
{
	u32 *arg = dst->notify ? arg_of(dst->notify, n->nr) : NULL;
	struct timespec64 now;

	ktime_get_coarse_real_ts64(&now);
	memset(msg, 0, sizeof(*msg));
	msg->m_source = n->source;
	msg->m_type = M3IPC_NOTIFY_FROM(n->nr);
	if (abi32) {
		struct m3_notify_payload_32 *p = (void *)msg->payload;

		p->arg = arg ? *arg : 0;
		p->sec = now.tv_sec;
		p->nsec = now.tv_nsec;
	} else {
		struct m3_notify_payload_64 *p = (void *)msg->payload;

		p->arg = arg ? *arg : 0;
		p->sec = now.tv_sec;
		p->nsec = now.tv_nsec;
	}
}

void m3_notify_taken(struct m3_party *dst, s32 nr)
{
	u32 *arg = dst->notify ? arg_of(dst->notify, nr) : NULL;
	unsigned int bit;

	if (arg)
		*arg = 0;
	if (leaf_of(dst, nr, &bit))
		clear_bit_of(dst->notify, m3_notify_index(nr) / M3_NOTIFY_LEAF_BITS, bit);
}
