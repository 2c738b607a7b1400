/* SPDX-License-Identifier: GPL-2.0-only */
/* /dev/m3ipc: the door. */
#ifndef _M3_DEVICE_H
#define _M3_DEVICE_H

int m3_device_setup(void);
void m3_device_teardown(void);

#endif /* _M3_DEVICE_H */
