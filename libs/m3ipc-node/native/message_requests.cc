// SPDX-License-Identifier: Apache-2.0
// Message calls. The message is the caller's buffer itself, which the TypeScript face keeps until the result has come.
#include "device.h"
#include "request.h"

#include <cerrno>

namespace {

// (peer, timeoutMs, message)
class MessageRequest : public Request {
public:
  MessageRequest(const Napi::CallbackInfo &info, unsigned long call, Interrupted on_interrupt)
      : Request(requests::Number(info, 1)), call_(call), on_interrupt_(on_interrupt), peer_(requests::Number(info, 0)) {
    if (!info[4].IsBuffer()) return;
    const auto buffer = info[4].As<Napi::Buffer<uint8_t>>();
    if (buffer.Length() >= sizeof(m3ipc_message)) message_ = reinterpret_cast<uintptr_t>(buffer.Data());
  }

  int Execute(int32_t timeout_ms) override {
    return Perform(call_, peer_, timeout_ms);
  }
  Interrupted OnInterrupt() const override {
    return on_interrupt_;
  }

protected:
  int Perform(unsigned long call, int32_t peer, int32_t timeout_ms) {
    m3ipc_msg args = {};
    args.endpoint = peer;
    args.timeout_ms = timeout_ms;
    args.msg = message_;
    return device::Call(call, &args);
  }

  unsigned long call_;
  Interrupted on_interrupt_;
  int32_t peer_;
  uint64_t message_ = 0; // 0: the module answers EFAULT
};

template <unsigned long Call, Request::Interrupted OnInterrupt> Request *MakeMessage(const Napi::CallbackInfo &info) {
  return new MessageRequest(info, Call, OnInterrupt);
}

// Only its second half waits: once that has begun, going on is a receive.
class ReplyrecRequest : public MessageRequest {
public:
  explicit ReplyrecRequest(const Napi::CallbackInfo &info)
      : MessageRequest(info, M3IPC_IOC_REPLYREC, Interrupted::kPatient) {}

  int Execute(int32_t timeout_ms) override {
    if (replied_) return Perform(M3IPC_IOC_RECEIVE, M3IPC_ANY, timeout_ms);
    const int result = Perform(call_, peer_, timeout_ms);
    replied_ = result == -EINTR || result == -EAGAIN;
    return result;
  }

private:
  bool replied_ = false;
};

// (vmId, endpoint, kind, source, value)
class NotifyRequest : public Request {
public:
  explicit NotifyRequest(const Napi::CallbackInfo &info) : Request(0) {
    args_.vmid = requests::Number(info, 0);
    args_.endpoint = requests::Number(info, 1);
    args_.kind = static_cast<uint32_t>(requests::Number(info, 2));
    args_.source = requests::Number(info, 3);
    args_.value = requests::Number(info, 4);
  }

  int Execute(int32_t) override {
    return device::Call(M3IPC_IOC_NOTIFY, &args_);
  }

private:
  m3ipc_notify args_ = {};
};

using Interrupted = Request::Interrupted;

} // namespace

namespace requests {

const Kind kMessageKinds[] = {
    {"send", MakeMessage<M3IPC_IOC_SEND, Interrupted::kRepeatable>},
    {"receive", MakeMessage<M3IPC_IOC_RECEIVE, Interrupted::kPatient>},
    {"sendrec", MakeMessage<M3IPC_IOC_SENDREC, Interrupted::kFinal>},
    {"rcvrqst", MakeMessage<M3IPC_IOC_RCVRQST, Interrupted::kPatient>},
    {"reply", MakeMessage<M3IPC_IOC_REPLY, Interrupted::kFinal>},
    {"relay", MakeMessage<M3IPC_IOC_RELAY, Interrupted::kFinal>},
    {"replyrec", MakeOne<ReplyrecRequest>},
    {"notify", MakeOne<NotifyRequest>},
    {nullptr, nullptr},
};

} // namespace requests
