/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Pending notifications of one party: one bit per source, in leaves of 512 sources that are
 * allocated at first use. Beside each bit stands the life of the source that set it: if that
 * binding is gone the bit is void, so a death need not visit the maps of others.
 */
#ifndef _M3_NOTIFY_H
#define _M3_NOTIFY_H

#include "rendezvous.h"

#define M3_NOTIFY_LEAF_BITS 512
#define M3_NOTIFY_LEAVES                                                                           \
	DIV_ROUND_UP(M3IPC_MAX_TASKS + M3IPC_MAX_PROCS, M3_NOTIFY_LEAF_BITS)

/* Life of a source that is the kernel itself (HARDWARE): never void. */
#define M3_NOTIFY_LIFE_KERNEL 0

/* Sources whose notifications carry an argument. */
enum m3_notify_arg { M3_ARG_HARDWARE, M3_ARG_SYSTEM, M3_ARG_SLOTS, M3_NOTIFY_ARGS };

struct m3_notify_leaf {
	DECLARE_BITMAP(bits, M3_NOTIFY_LEAF_BITS);
	u32 life[M3_NOTIFY_LEAF_BITS];
};

/* Protected by the party's lock. */
struct m3_notify_map {
	u32 pending; /* bit i = leaf[i] has a bit set */
	u32 arg[M3_NOTIFY_ARGS];
	struct m3_notify_leaf *leaf[M3_NOTIFY_LEAVES];
};

/* Memory that a notify might need, made before any lock is taken. */
struct m3_notify_spare {
	struct m3_notify_map *map;
	struct m3_notify_leaf *leaf;
};

int m3_notify_spare_alloc(struct m3_notify_spare *spare);
void m3_notify_spare_free(struct m3_notify_spare *spare);
void m3_notify_map_free(struct m3_notify_map *map);

/* Process numbers start at -M3IPC_MAX_TASKS in the map, whatever the VM has. */
static inline unsigned int m3_notify_index(s32 nr)
{
	return nr + M3IPC_MAX_TASKS;
}

/* Marks @nr in @dst (locked). False: memory is missing, and @spare has none to take. */
bool m3_notify_mark(struct m3_party *dst, s32 nr, u32 life, struct m3_notify_spare *spare);
/* Sets bits of the argument that @nr's notification will carry; others carry none. */
void m3_notify_add_arg(struct m3_party *dst, s32 nr, u32 bits);
/* One pending notification: the number of its source, and the endpoint to show. */
struct m3_notification {
	s32 nr;
	s32 source;
};

/* That of the lowest number for @dst (locked), only that of @src if given. False: none. */
bool m3_notify_next(struct m3_party *dst, const struct m3_party *src, struct m3_notification *n);
/* Writes its message. */
void m3_notify_build(const struct m3_party *dst, const struct m3_notification *n, bool abi32,
		     struct m3ipc_message *msg);
/* The message was taken: forgets the argument, and the bit if there is one. */
void m3_notify_taken(struct m3_party *dst, s32 nr);

#endif /* _M3_NOTIFY_H */
