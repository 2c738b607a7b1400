/* SPDX-License-Identifier: Apache-2.0 */
/* What kmemleak finds, where some of it is expected. */
#ifndef LEAKS_H
#define LEAKS_H

#include <stdbool.h>

/*
 * Whether nothing was leaked but by this function of the kernel's; prints each other leak. What
 * was found is forgotten: the guest's own look at its end does not find it again.
 */
bool leaks_none_but(const char *function);

#endif
