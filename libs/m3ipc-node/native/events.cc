// SPDX-License-Identifier: Apache-2.0
#include "events.h"

#include "device.h"
#include "values.h"

#include <cerrno>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include <vector>

namespace {

constexpr size_t kBatch = 64;
using Batch = std::vector<m3ipc_event>;

Napi::Object FromEvent(Napi::Env env, const m3ipc_event &event) {
  auto object = Napi::Object::New(env);
  object.Set("type", values::FromNumber(env, event.type));
  object.Set("cause", values::FromNumber(env, event.cause));
  object.Set("vmId", values::FromNumber(env, event.vmid));
  object.Set("endpoint", values::FromNumber(env, event.endpoint));
  object.Set("nr", values::FromNumber(env, event.nr));
  object.Set("pid", values::FromNumber(env, event.pid));
  object.Set("nodeId", values::FromNumber(env, event.nodeid));
  object.Set("code", values::FromNumber(env, event.code));
  object.Set("lost", values::FromNumber(env, event.lost));
  object.Set("timeMs", values::FromNumber(env, event.time_ns / 1000000));
  return object;
}

// Runs on the event loop; owns the batch.
void Deliver(Napi::Env env, Napi::Function callback, Batch *batch) {
  if (env != nullptr) {
    auto list = Napi::Array::New(env, batch->size());
    for (uint32_t i = 0; i < batch->size(); i++) list.Set(i, FromEvent(env, (*batch)[i]));
    callback.Call({list});
  }
  delete batch;
}

} // namespace

void Events::Export(Napi::Env env, Napi::Object exports) {
  exports.Set("Events", DefineClass(env, "Events",
                                    {InstanceMethod("open", &Events::Open), InstanceMethod("close", &Events::Close)}));
}

Events::Events(const Napi::CallbackInfo &info) : Napi::ObjectWrap<Events>(info) {}

Events::~Events() {
  Stop();
}

// open(callback(events)) -> 0 or -errno
Napi::Value Events::Open(const Napi::CallbackInfo &info) {
  const Napi::Env env = info.Env();
  m3ipc_events request = {};
  request.flags = M3IPC_EVENTS_NONBLOCK;
  const int fd = device::Call(M3IPC_IOC_EVENTS, &request);
  if (fd < 0) return Napi::Number::New(env, fd);
  events_ = fd;
  stop_ = eventfd(0, EFD_CLOEXEC);
  deliver_ = Napi::ThreadSafeFunction::New(env, info[0].As<Napi::Function>(), "m3ipc events", 0, 1);
  deliver_.Unref(env); // watching alone keeps no process alive
  reader_ = std::thread(&Events::Read, this);
  return Napi::Number::New(env, 0);
}

void Events::Read() {
  for (;;) {
    pollfd fds[] = {{events_, POLLIN, 0}, {stop_, POLLIN, 0}};
    if (poll(fds, 2, -1) < 0 && errno != EINTR) break;
    if (fds[1].revents != 0) break;
    m3ipc_event buffer[kBatch];
    const ssize_t bytes = read(events_, buffer, sizeof(buffer));
    if (bytes < 0 && (errno == EAGAIN || errno == EINTR)) continue;
    if (bytes <= 0) break;
    auto *batch = new Batch(buffer, buffer + static_cast<size_t>(bytes) / sizeof(m3ipc_event));
    if (deliver_.BlockingCall(batch, Deliver) != napi_ok) {
      delete batch;
      break;
    }
  }
  deliver_.Release();
}

void Events::Stop() {
  if (!reader_.joinable()) return;
  const uint64_t one = 1;
  (void)!write(stop_, &one, sizeof(one));
  reader_.join();
  close(events_);
  close(stop_);
}

Napi::Value Events::Close(const Napi::CallbackInfo &info) {
  Stop();
  return info.Env().Undefined();
}
