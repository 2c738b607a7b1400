// SPDX-License-Identifier: Apache-2.0
#include "device.h"

#include <cerrno>
#include <fcntl.h>
#include <mutex>
#include <sys/ioctl.h>

namespace device {

namespace {
std::mutex lock; // protects descriptor
int descriptor = -1;
} // namespace

int Open() {
  std::lock_guard<std::mutex> guard(lock);
  if (descriptor >= 0) return 0;
  const int fd = open("/dev/" M3IPC_DEVICE, O_RDWR | O_CLOEXEC);
  if (fd < 0) return -errno;
  descriptor = fd;
  return 0;
}

int Call(unsigned long request, void *argument) {
  const int opened = Open();
  if (opened < 0) return opened;
  const int result = ioctl(descriptor, request, argument);
  return result < 0 ? -errno : result;
}

} // namespace device
