// SPDX-License-Identifier: Apache-2.0
// Calls about the binding of the thread itself: entering a VM, waiting for others, privileges, wake-ups.
#include "device.h"
#include "privilege.h"
#include "request.h"
#include "values.h"

#include <cerrno>

namespace {

// (vmId, nr) -> endpoint
class BindRequest : public Request {
public:
  explicit BindRequest(const Napi::CallbackInfo &info) : Request(0) {
    args_.vmid = requests::Number(info, 0);
    args_.nr = requests::Number(info, 1);
  }

  int Execute(int32_t) override {
    return device::Call(M3IPC_IOC_BIND, &args_);
  }
  Napi::Value Value(Napi::Env env) override {
    return values::FromNumber(env, args_.endpoint);
  }

private:
  m3ipc_bind args_ = {};
};

// (what, vmId, endpoint, timeoutMs) -> {vmId, endpoint}
class WaitRequest : public Request {
public:
  explicit WaitRequest(const Napi::CallbackInfo &info) : Request(requests::Number(info, 3)) {
    args_.what = static_cast<uint32_t>(requests::Number(info, 0));
    args_.vmid = requests::Number(info, 1);
    args_.endpoint = requests::Number(info, 2);
  }

  int Execute(int32_t timeout_ms) override {
    args_.timeout_ms = timeout_ms;
    return device::Call(M3IPC_IOC_WAIT, &args_);
  }

  Napi::Value Value(Napi::Env env) override {
    auto object = Napi::Object::New(env);
    object.Set("vmId", values::FromNumber(env, args_.vmid));
    object.Set("endpoint", values::FromNumber(env, args_.endpoint));
    return object;
  }

  Interrupted OnInterrupt() const override {
    return Interrupted::kPatient;
  }

private:
  m3ipc_wait args_ = {};
};

// (vmId, endpoint) -> privileges
class GetPrivilegesRequest : public Request {
public:
  explicit GetPrivilegesRequest(const Napi::CallbackInfo &info) : Request(0) {
    args_.vmid = requests::Number(info, 0);
    args_.endpoint = requests::Number(info, 1);
  }

  int Execute(int32_t) override {
    return device::Call(M3IPC_IOC_GET_PRIV, &args_);
  }
  Napi::Value Value(Napi::Env env) override {
    return privilege::ToObject(env, args_.priv);
  }

private:
  m3ipc_priv_args args_ = {};
};

// (vmId, endpoint, privileges)
class SetPrivilegesRequest : public Request {
public:
  explicit SetPrivilegesRequest(const Napi::CallbackInfo &info) : Request(0) {
    args_.vmid = requests::Number(info, 0);
    args_.endpoint = requests::Number(info, 1);
    values::Reader privileges(info[4]);
    args_.priv = privilege::FromObject(&privileges);
    readable_ = privileges.Ok();
  }

  int Execute(int32_t) override {
    return readable_ ? device::Call(M3IPC_IOC_SET_PRIV, &args_) : -ECANCELED;
  }

private:
  m3ipc_priv_args args_ = {};
  bool readable_ = false;
};

// (vmId, endpoint)
class WakeupRequest : public Request {
public:
  explicit WakeupRequest(const Napi::CallbackInfo &info) : Request(0) {
    args_.vmid = requests::Number(info, 0);
    args_.endpoint = requests::Number(info, 1);
  }

  int Execute(int32_t) override {
    return device::Call(M3IPC_IOC_WAKEUP, &args_);
  }

private:
  m3ipc_wakeup args_ = {};
};

} // namespace

namespace requests {

const Kind kBindingKinds[] = {
    {"bind", MakeOne<BindRequest>},
    {"wait", MakeOne<WaitRequest>},
    {"getPrivileges", MakeOne<GetPrivilegesRequest>},
    {"setPrivileges", MakeOne<SetPrivilegesRequest>},
    {"wakeup", MakeOne<WakeupRequest>},
    {nullptr, nullptr},
};

} // namespace requests
