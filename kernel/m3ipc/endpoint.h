/* SPDX-License-Identifier: GPL-2.0-only */
/* Endpoints: process number plus generation of the slot. Pure arithmetic. */
#ifndef _M3_ENDPOINT_H
#define _M3_ENDPOINT_H

#include "uapi/m3ipc.h"

#define M3_GENERATIONS (M3IPC_MAX_GENERATION + 1)

/* The process number in @endpoint; says nothing about its range. */
static inline __s32 m3_endpoint_nr(__s32 endpoint)
{
	return endpoint < 0 ? endpoint : endpoint & ((1 << M3IPC_GENERATION_SHIFT) - 1);
}

/* The endpoint of slot @nr in its @life'th binding, counted from 1. */
static inline __s32 m3_endpoint_make(__s32 nr, __u32 life, bool system_slot)
{
	if (system_slot)
		return nr;
	return nr + ((__s32)((life - 1) % M3_GENERATIONS) << M3IPC_GENERATION_SHIFT);
}

#endif /* _M3_ENDPOINT_H */
