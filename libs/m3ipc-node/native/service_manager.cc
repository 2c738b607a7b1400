// SPDX-License-Identifier: Apache-2.0
#include "service_manager.h"

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <string>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace service_manager {

namespace {

int Send(const std::string &path, const std::string &state) {
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof(address.sun_path)) return -EINVAL;
  std::memcpy(address.sun_path, path.data(), path.size());
  if (path[0] == '@') address.sun_path[0] = '\0'; // abstract name
  const int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return -errno;
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size());
  const ssize_t sent =
      sendto(fd, state.data(), state.size(), MSG_NOSIGNAL, reinterpret_cast<const sockaddr *>(&address), length);
  const int result = sent < 0 ? -errno : 0;
  close(fd);
  return result;
}

// notify(socketPath, state) -> 0 or -errno
Napi::Value Notify(const Napi::CallbackInfo &info) {
  return Napi::Number::New(info.Env(),
                           Send(info[0].As<Napi::String>().Utf8Value(), info[1].As<Napi::String>().Utf8Value()));
}

} // namespace

void Export(Napi::Env env, Napi::Object exports) {
  exports.Set("notifyServiceManager", Napi::Function::New(env, Notify, "notifyServiceManager"));
}

} // namespace service_manager
