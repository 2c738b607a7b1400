// SPDX-License-Identifier: Apache-2.0
#include "endpoint_thread.h"

#include "device.h"
#include "values.h"

#include <csignal>
#include <cstring>
#include <pthread.h>
#include <unistd.h>

namespace {

// Only ends a blocked call with EINTR. Far from the signals that programs and runtimes use.
int InterruptSignal() {
  return SIGRTMAX - 3;
}

void InstallInterrupt() {
  struct sigaction action = {};
  action.sa_handler = [](int) {};
  sigaction(InterruptSignal(), &action, nullptr); // no SA_RESTART: the call must end
}

enum Operation : uint32_t { kBind, kUnbind, kSend, kReceive, kSendrec, kNotify, kRcvrqst, kReply, kOperations };

unsigned long MessageRequest(uint32_t operation) {
  switch (operation) {
  case kSend:
    return M3IPC_IOC_SEND;
  case kReceive:
    return M3IPC_IOC_RECEIVE;
  case kSendrec:
    return M3IPC_IOC_SENDREC;
  case kRcvrqst:
    return M3IPC_IOC_RCVRQST;
  default:
    return M3IPC_IOC_REPLY;
  }
}

} // namespace

// One call to carry out. a, b: bind (vmid, number); message calls (endpoint, timeout); notify (endpoint).
struct EndpointThread::Request {
  uint32_t id;
  uint32_t operation;
  int32_t a;
  int32_t b;
  m3ipc_message message;
  int result;

  void Execute();
};

void EndpointThread::Request::Execute() {
  switch (operation) {
  case kBind: {
    m3ipc_bind bind = {};
    bind.vmid = a;
    bind.nr = b;
    result = device::Call(M3IPC_IOC_BIND, &bind);
    a = bind.endpoint;
    break;
  }
  case kUnbind: {
    m3ipc_unbind unbind = {};
    unbind.vmid = M3IPC_OWN_VM;
    unbind.endpoint = M3IPC_SELF;
    result = device::Call(M3IPC_IOC_UNBIND, &unbind);
    break;
  }
  case kNotify: {
    m3ipc_notify notify = {};
    notify.vmid = M3IPC_OWN_VM;
    notify.endpoint = a;
    result = device::Call(M3IPC_IOC_NOTIFY, &notify);
    break;
  }
  default: {
    m3ipc_msg call = {};
    call.endpoint = a;
    call.timeout_ms = b;
    call.msg = reinterpret_cast<uintptr_t>(&message);
    result = device::Call(MessageRequest(operation), &call);
  }
  }
}

void EndpointThread::Export(Napi::Env env, Napi::Object exports) {
  exports.Set("EndpointThread", DefineClass(env, "EndpointThread",
                                            {
                                                InstanceMethod("submit", &EndpointThread::Submit),
                                                InstanceMethod("interrupt", &EndpointThread::Interrupt),
                                                InstanceMethod("close", &EndpointThread::Close),
                                            }));
}

// new EndpointThread(callback(id, result, endpoint, message))
EndpointThread::EndpointThread(const Napi::CallbackInfo &info) : Napi::ObjectWrap<EndpointThread>(info) {
  InstallInterrupt();
  deliver_ = Napi::ThreadSafeFunction::New(info.Env(), info[0].As<Napi::Function>(), "m3ipc endpoint", 0, 1);
  thread_ = std::thread(&EndpointThread::Run, this);
}

EndpointThread::~EndpointThread() {
  Stop();
}

// submit(id, operation, a, b, message?) queues a call; its result comes by the callback.
Napi::Value EndpointThread::Submit(const Napi::CallbackInfo &info) {
  auto *request = new Request{};
  request->id = info[0].ToNumber().Uint32Value();
  request->operation = info[1].ToNumber().Uint32Value();
  request->a = info[2].ToNumber().Int32Value();
  request->b = info[3].ToNumber().Int32Value();
  if (info[4].IsBuffer()) {
    const auto bytes = info[4].As<Napi::Buffer<uint8_t>>();
    std::memcpy(&request->message, bytes.Data(), std::min(bytes.Length(), sizeof(request->message)));
  }
  {
    std::lock_guard<std::mutex> guard(lock_);
    queue_.push_back(request);
  }
  ready_.notify_one();
  return info.Env().Undefined();
}

void EndpointThread::Run() {
  sigset_t blocked;
  sigfillset(&blocked); // the runtime's signals are the main thread's business
  sigdelset(&blocked, InterruptSignal());
  pthread_sigmask(SIG_SETMASK, &blocked, nullptr);
  const auto deliver = [](Napi::Env env, Napi::Function callback, Request *done) {
    if (env != nullptr) {
      const auto *bytes = reinterpret_cast<const uint8_t *>(&done->message);
      callback.Call({Napi::Number::New(env, done->id), Napi::Number::New(env, done->result),
                     Napi::Number::New(env, done->a), Napi::Buffer<uint8_t>::Copy(env, bytes, sizeof(done->message))});
    }
    delete done;
  };
  for (;;) {
    Request *request;
    {
      std::unique_lock<std::mutex> guard(lock_);
      ready_.wait(guard, [this] { return stopping_ || !queue_.empty(); });
      if (stopping_) break;
      request = queue_.front();
      queue_.pop_front();
    }
    request->Execute();
    if (deliver_.BlockingCall(request, deliver) != napi_ok) delete request;
  }
  ended_ = true;
  deliver_.Release();
}

// Ends the call that blocks now, if one does; the caller repeats it until the result has come.
Napi::Value EndpointThread::Interrupt(const Napi::CallbackInfo &info) {
  if (thread_.joinable()) pthread_kill(thread_.native_handle(), InterruptSignal());
  return info.Env().Undefined();
}

void EndpointThread::Stop() {
  if (!thread_.joinable()) return;
  {
    std::lock_guard<std::mutex> guard(lock_);
    stopping_ = true;
  }
  ready_.notify_one();
  // A signal that comes just before the call blocks is lost, so it is repeated.
  while (!ended_) {
    pthread_kill(thread_.native_handle(), InterruptSignal());
    usleep(1000);
  }
  thread_.join(); // the thread's exit ends its binding
  for (auto *request : queue_) delete request;
  queue_.clear();
}

Napi::Value EndpointThread::Close(const Napi::CallbackInfo &info) {
  Stop();
  return info.Env().Undefined();
}
