/* SPDX-License-Identifier: GPL-2.0-only */
/* Copying blocks between the memory of processes of one VM, by consent. */
#ifndef _M3_VCOPY_H
#define _M3_VCOPY_H

#include "internal.h"

/* ioctl; args->copied is [out] on errors, too */
int m3_vcopy(struct m3ipc_vcopy *args);

#endif /* _M3_VCOPY_H */
