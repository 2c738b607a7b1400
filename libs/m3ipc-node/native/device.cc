// SPDX-License-Identifier: Apache-2.0
#include "device.h"

#include <atomic>
#include <cerrno>
#include <fcntl.h>
#include <mutex>
#include <sys/ioctl.h>

namespace device {

namespace {
std::atomic<int> descriptor{-1}; // once open it stays
std::mutex opening;
} // namespace

int Open() {
  if (descriptor.load(std::memory_order_acquire) >= 0) return 0;
  std::lock_guard<std::mutex> guard(opening);
  if (descriptor.load(std::memory_order_relaxed) >= 0) return 0;
  const int fd = open("/dev/" M3IPC_DEVICE, O_RDWR | O_CLOEXEC);
  if (fd < 0) return -errno;
  descriptor.store(fd, std::memory_order_release);
  return 0;
}

int Call(unsigned long request, void *argument) {
  const int opened = Open();
  if (opened < 0) return opened;
  const int result = ioctl(descriptor.load(std::memory_order_relaxed), request, argument);
  return result < 0 ? -errno : result;
}

} // namespace device
