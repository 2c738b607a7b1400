/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kernel's reports, where one of them is expected and must not end the guest: read from its
 * log instead of its console.
 */
#ifndef REPORTS_H
#define REPORTS_H

#include <stdbool.h>

/* From here on, reports go to the log alone, and none ends the guest. False: that cannot be had. */
bool reports_take(void);

/*
 * Whether there was none since the last look but warnings at places in this source file of the
 * kernel's; prints each other.
 */
bool reports_none_but(const char *source);

/* As it was: reports go to the console, and a warning ends the guest. */
void reports_give_back(void);

#endif
