/* SPDX-License-Identifier: GPL-2.0-only */
/* Ends the binding of a thread that ends. */
#ifndef _M3_EXIT_H
#define _M3_EXIT_H

int m3_exit_setup(void);
void m3_exit_teardown(void);

#endif /* _M3_EXIT_H */
