// SPDX-License-Identifier: Apache-2.0
// /dev/m3ipc: opened once per process, every request through one door.
#pragma once

#include <m3ipc.h>

namespace device {

// Opens the device if that has not happened yet. Returns 0 or -errno.
int Open();

// Performs one request. Returns what ioctl returned, or -errno; the module's own codes (300..399) included.
int Call(unsigned long request, void *argument);

} // namespace device
