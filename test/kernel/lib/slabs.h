/* SPDX-License-Identifier: Apache-2.0 */
/* Makes what the kernel has allocated measurable. */
#ifndef SLABS_H
#define SLABS_H

#include <stdbool.h>

/*
 * Gives back what nobody uses: page and inode caches, empty slabs, and the freed objects that KASAN
 * keeps to see them used. Otherwise what is kept depends on chance. For root; false if it cannot.
 */
bool slabs_shrink(void);

#endif
