// SPDX-License-Identifier: Apache-2.0
#include "descriptor.h"

#include "device.h"
#include "request.h"
#include "values.h"

#include <cerrno>
#include <poll.h>
#include <unistd.h>

namespace {

constexpr size_t kBatch = 64;

Napi::Object FromEvent(Napi::Env env, const m3ipc_event &event) {
  values::Builder object(env);
  object.Number("type", event.type).Number("cause", event.cause).Number("vmId", event.vmid);
  object.Number("endpoint", event.endpoint).Number("nr", event.nr);
  object.Number("pid", event.pid).Number("tgid", event.tgid).Number("nodeId", event.nodeid);
  object.Number("code", event.code).Number("lost", event.lost);
  return object.Milliseconds("timeMs", event.time_ns).Number("sequence", event.seq).Done();
}

// Waits until the descriptor has something. Returns its revents, -EAGAIN, -ETIMEDOUT, or -errno.
int Await(int fd, int32_t timeout_ms) {
  pollfd one = {fd, POLLIN, 0};
  const int ready = poll(&one, 1, timeout_ms);
  if (ready < 0) return -errno;
  if (ready == 0) return timeout_ms == 0 ? -EAGAIN : -ETIMEDOUT;
  return one.revents;
}

// (fd, timeoutMs) -> events
class EventsRequest : public Request {
public:
  explicit EventsRequest(const Napi::CallbackInfo &info)
      : Request(requests::Number(info, 1)), fd_(requests::Number(info, 0)) {}

  int Execute(int32_t timeout_ms) override {
    for (;;) {
      const int ready = Await(fd_, timeout_ms);
      if (ready < 0) return ready;
      const ssize_t bytes = read(fd_, batch_, sizeof(batch_));
      if (bytes < 0 && errno == EAGAIN) continue;
      if (bytes < 0) return -errno;
      count_ = static_cast<size_t>(bytes) / sizeof(m3ipc_event);
      return 0;
    }
  }

  Napi::Value Value(Napi::Env env) override {
    auto list = Napi::Array::New(env, count_);
    for (uint32_t i = 0; i < count_; i++) list.Set(i, FromEvent(env, batch_[i]));
    return list;
  }

  Interrupted OnInterrupt() const override {
    return Interrupted::kPatient;
  }

private:
  int fd_;
  m3ipc_event batch_[kBatch];
  size_t count_ = 0;
};

// (fd, timeoutMs) -> whether a receive from anybody would not block; false: the binding has ended
class ReadableRequest : public Request {
public:
  explicit ReadableRequest(const Napi::CallbackInfo &info)
      : Request(requests::Number(info, 1)), fd_(requests::Number(info, 0)) {}

  int Execute(int32_t timeout_ms) override {
    const int ready = Await(fd_, timeout_ms);
    ended_ = ready > 0 && (ready & POLLHUP) != 0;
    return ready < 0 ? ready : 0;
  }

  Napi::Value Value(Napi::Env env) override {
    return Napi::Boolean::New(env, !ended_);
  }
  Interrupted OnInterrupt() const override {
    return Interrupted::kPatient;
  }

private:
  int fd_;
  bool ended_ = false;
};

} // namespace

namespace requests {

const Kind kDescriptorKinds[] = {
    {"events", MakeOne<EventsRequest>},
    {"readable", MakeOne<ReadableRequest>},
    {nullptr, nullptr},
};

} // namespace requests

void Descriptor::Export(Napi::Env env, Napi::Object exports) {
  exports.Set("Descriptor", DefineClass(env, "Descriptor",
                                        {InstanceMethod("openEvents", &Descriptor::OpenEvents),
                                         InstanceMethod("openEndpoint", &Descriptor::OpenEndpoint),
                                         InstanceMethod("close", &Descriptor::Close)}));
}

Descriptor::Descriptor(const Napi::CallbackInfo &info) : Napi::ObjectWrap<Descriptor>(info) {}

Descriptor::~Descriptor() {
  if (fd_ >= 0) close(fd_);
}

Napi::Value Descriptor::Own(Napi::Env env, int fd) {
  if (fd >= 0) fd_ = fd;
  return Napi::Number::New(env, fd);
}

// openEvents() -> the descriptor or -errno
Napi::Value Descriptor::OpenEvents(const Napi::CallbackInfo &info) {
  m3ipc_events args = {};
  args.flags = M3IPC_EVENTS_NONBLOCK; // another reader's haul is no reason to block in read
  return Own(info.Env(), device::Call(M3IPC_IOC_EVENTS, &args));
}

// openEndpoint(vmId, endpoint) -> the descriptor or -errno
Napi::Value Descriptor::OpenEndpoint(const Napi::CallbackInfo &info) {
  m3ipc_endpoint_fd args = {};
  args.vmid = info[0].As<Napi::Number>().Int32Value();
  args.endpoint = info[1].As<Napi::Number>().Int32Value();
  return Own(info.Env(), device::Call(M3IPC_IOC_ENDPOINT_FD, &args));
}

// close(), once no request reads it any more
Napi::Value Descriptor::Close(const Napi::CallbackInfo &info) {
  if (fd_ >= 0) close(fd_);
  fd_ = -1;
  return info.Env().Undefined();
}
