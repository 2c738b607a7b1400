/* SPDX-License-Identifier: GPL-2.0-only */
/* Endpoint descriptors: poll on a binding. */
#ifndef _M3_ENDPOINT_FD_H
#define _M3_ENDPOINT_FD_H

#include "internal.h"

struct m3_proc;

/* The binding ended: its descriptors hang up. */
void m3_endpoint_fd_hangup(struct m3_proc *proc);

/* ioctl: the new descriptor, or an error */
int m3_endpoint_fd_open(const struct m3ipc_endpoint_fd *args);

#endif /* _M3_ENDPOINT_FD_H */
