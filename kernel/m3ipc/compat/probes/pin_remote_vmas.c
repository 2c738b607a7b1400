// SPDX-License-Identifier: GPL-2.0-only
/* Compiles if pin_user_pages_remote() still has its vmas argument. */
#include <linux/mm.h>

long m3_probe(struct mm_struct *mm, struct page **pages, int *locked);
long m3_probe(struct mm_struct *mm, struct page **pages, int *locked)
{
	return pin_user_pages_remote(mm, 0, 1, 0, pages, NULL, locked);
}
