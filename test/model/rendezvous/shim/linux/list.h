/* SPDX-License-Identifier: Apache-2.0 */
/* Rings of links, with the kernel's names. */
#ifndef SHIM_LIST_H
#define SHIM_LIST_H

#include <linux/kernel.h>

struct list_head {
	struct list_head *next, *prev;
};

static inline void INIT_LIST_HEAD(struct list_head *list)
{
	list->next = list->prev = list;
}

static inline bool list_empty(const struct list_head *list)
{
	return list->next == list;
}

static inline void list_add_tail(struct list_head *link, struct list_head *list)
{
	link->prev = list->prev;
	link->next = list;
	list->prev->next = link;
	list->prev = link;
}

static inline void list_del_init(struct list_head *link)
{
	link->prev->next = link->next;
	link->next->prev = link->prev;
	INIT_LIST_HEAD(link);
}

static inline void list_move_tail(struct list_head *link, struct list_head *list)
{
	list_del_init(link);
	list_add_tail(link, list);
}

#define list_entry(link, type, member) container_of(link, type, member)
#define list_for_each_entry(item, list, member)                              \
	for ((item) = list_entry((list)->next, __typeof__(*(item)), member); \
	     &(item)->member != (list);                                      \
	     (item) = list_entry((item)->member.next, __typeof__(*(item)), member))

#endif
