/* SPDX-License-Identifier: GPL-2.0-only */
/* Making notifications, and waking up a receiver. */
#ifndef _M3_NOTIFIER_H
#define _M3_NOTIFIER_H

#include "internal.h"

/* ioctls */
int m3_notifier_notify(const struct m3ipc_notify *args);
int m3_notifier_wakeup(const struct m3ipc_wakeup *args);

#endif /* _M3_NOTIFIER_H */
