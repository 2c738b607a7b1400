/* SPDX-License-Identifier: Apache-2.0 */
/* The way into the kernel. */
#ifndef M3_DEVICE_H
#define M3_DEVICE_H

/* Makes a call: 0 (or the new descriptor), else a negative M3-IPC number. */
int m3_ioctl(unsigned long request, void *argument);
/* A timeout as the kernel takes it; what does not fit is as good as forever. */
int m3_timeout(long ms);

#endif
