// SPDX-License-Identifier: Apache-2.0
// vcopy and grants: memory of this process that others may reach, and theirs that it reaches.
#include "device.h"
#include "request.h"
#include "values.h"

namespace {

// (source, sourceAddress, sourceGrant, destination, destinationAddress, destinationGrant, bytes, timeoutMs) -> bytes moved
class CopyRequest : public Request {
public:
  explicit CopyRequest(const Napi::CallbackInfo &info) : Request(requests::Number(info, 7)) {
    args_.src = requests::Number(info, 0);
    args_.src_addr = requests::Wide(info, 1);
    args_.src_grant = requests::Number(info, 2);
    args_.dst = requests::Number(info, 3);
    args_.dst_addr = requests::Wide(info, 4);
    args_.dst_grant = requests::Number(info, 5);
    args_.bytes = static_cast<int64_t>(requests::Wide(info, 6));
  }

  int Execute(int32_t timeout_ms) override {
    args_.timeout_ms = timeout_ms;
    return device::Call(M3IPC_IOC_VCOPY, &args_);
  }

  Napi::Value Value(Napi::Env env) override {
    return values::FromNumber(env, args_.copied);
  }

private:
  m3ipc_vcopy args_ = {};
};

// (to, address, bytes, access) -> id
class GrantRequest : public Request {
public:
  explicit GrantRequest(const Napi::CallbackInfo &info) : Request(0) {
    args_.to = requests::Number(info, 0);
    args_.addr = requests::Wide(info, 1);
    args_.bytes = requests::Wide(info, 2);
    args_.access = static_cast<uint32_t>(requests::Number(info, 3));
  }

  int Execute(int32_t) override {
    return device::Call(M3IPC_IOC_GRANT_SET, &args_);
  }
  Napi::Value Value(Napi::Env env) override {
    return values::FromNumber(env, args_.id);
  }

private:
  m3ipc_grant args_ = {};
};

// (id)
class RevokeRequest : public Request {
public:
  explicit RevokeRequest(const Napi::CallbackInfo &info) : Request(0) {
    args_.id = requests::Number(info, 0);
  }

  int Execute(int32_t) override {
    return device::Call(M3IPC_IOC_GRANT_CLEAR, &args_);
  }

private:
  m3ipc_grant args_ = {};
};

} // namespace

namespace requests {

const Kind kCopyKinds[] = {
    {"copy", MakeOne<CopyRequest>},
    {"grant", MakeOne<GrantRequest>},
    {"revoke", MakeOne<RevokeRequest>},
    {nullptr, nullptr},
};

} // namespace requests
