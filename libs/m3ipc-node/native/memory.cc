// SPDX-License-Identifier: Apache-2.0
#include "memory.h"

namespace memory {

namespace {

// addressOf(buffer) -> bigint. Holds as long as the buffer is neither collected nor transferred.
Napi::Value AddressOf(const Napi::CallbackInfo &info) {
  const auto buffer = info[0].As<Napi::Buffer<uint8_t>>();
  return Napi::BigInt::New(info.Env(), static_cast<uint64_t>(reinterpret_cast<uintptr_t>(buffer.Data())));
}

} // namespace

void Export(Napi::Env env, Napi::Object exports) {
  exports.Set("addressOf", Napi::Function::New(env, AddressOf, "addressOf"));
}

} // namespace memory
