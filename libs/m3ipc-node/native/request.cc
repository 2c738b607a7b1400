// SPDX-License-Identifier: Apache-2.0
#include "request.h"

#include <ctime>
#include <m3ipc.h>
#include <vector>

namespace {

int64_t NowMs() {
  timespec now = {};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<int64_t>(now.tv_sec) * 1000 + now.tv_nsec / 1000000;
}

const std::vector<requests::Kind> &Kinds() {
  static const std::vector<requests::Kind> kinds = [] {
    std::vector<requests::Kind> all;
    for (const auto *some :
         {requests::kMessageKinds, requests::kBindingKinds, requests::kCopyKinds, requests::kDescriptorKinds})
      for (; some->name != nullptr; some++) all.push_back(*some);
    return all;
  }();
  return kinds;
}

} // namespace

int32_t Request::TimeLeft() {
  if (timeout_ms_ <= 0) return timeout_ms_;
  const int64_t now = NowMs();
  if (deadline_ms_ < 0) deadline_ms_ = now + timeout_ms_;
  return static_cast<int32_t>(deadline_ms_ > now ? deadline_ms_ - now : 0);
}

namespace requests {

Napi::Object Operations(Napi::Env env) {
  auto operations = Napi::Object::New(env);
  for (size_t i = 0; i < Kinds().size(); i++)
    operations.Set(Kinds()[i].name, Napi::Number::New(env, static_cast<double>(i)));
  return operations;
}

Request *Make(uint32_t operation, const Napi::CallbackInfo &info) {
  return operation < Kinds().size() ? Kinds()[operation].make(info) : nullptr;
}

int32_t Number(const Napi::CallbackInfo &info, size_t index) {
  return info[index + 2].As<Napi::Number>().Int32Value();
}

uint64_t Wide(const Napi::CallbackInfo &info, size_t index) {
  bool lossless;
  return info[index + 2].IsBigInt() ? info[index + 2].As<Napi::BigInt>().Uint64Value(&lossless) : 0;
}

} // namespace requests
