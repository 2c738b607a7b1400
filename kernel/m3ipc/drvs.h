/* SPDX-License-Identifier: GPL-2.0-only */
/* The DRVS that this kernel is part of: at most one. */
#ifndef _M3_DRVS_H
#define _M3_DRVS_H

#include <linux/mutex.h>
#include <linux/xarray.h>

#include "internal.h"

struct m3_drvs {
	struct mutex mutex; /* see internal.h */
	bool running; /* written under @mutex, read anywhere */
	s32 nodeid; /* params.nodeid and params.max_copy, likewise: they stay while it runs */
	u32 max_copy;
	struct m3ipc_drvs_params params; /* protected by @mutex */
	u64 since_ns; /* likewise */
	struct xarray vms; /* vmid -> m3_vm; written under @mutex, read under RCU */
	u32 nr_vms; /* protected by @mutex */
};

extern struct m3_drvs m3_drvs;

static inline bool m3_drvs_running(void)
{
	return READ_ONCE(m3_drvs.running);
}

/* 0, or -EDRVSINIT. */
static inline int m3_drvs_check(void)
{
	return m3_drvs_running() ? 0 : -M3IPC_EDRVSINIT;
}

static inline s32 m3_drvs_nodeid(void)
{
	return READ_ONCE(m3_drvs.nodeid);
}

/* ioctls */
int m3_drvs_init(struct m3ipc_drvs_params *params);
int m3_drvs_end(void);
int m3_drvs_get_info(struct m3ipc_drvs_info *info);
int m3_drvs_get_node(struct m3ipc_node_info *info);

#endif /* _M3_DRVS_H */
