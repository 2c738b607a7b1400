/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORKER_H
#define WORKER_H

#include <stdbool.h>

/* The life of worker number, until everything stops. resumed: by an exec of its own. */
void worker_run(int number, bool resumed) __attribute__((noreturn));

#endif
