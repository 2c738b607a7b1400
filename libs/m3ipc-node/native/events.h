// SPDX-License-Identifier: Apache-2.0
// The event descriptor, read by a thread of its own and handed to the event loop in batches.
#pragma once

#include <napi.h>
#include <thread>

class Events : public Napi::ObjectWrap<Events> {
public:
  static void Export(Napi::Env env, Napi::Object exports);
  explicit Events(const Napi::CallbackInfo &info);
  ~Events() override;

private:
  Napi::Value Open(const Napi::CallbackInfo &info);
  Napi::Value Close(const Napi::CallbackInfo &info);
  void Read(); // body of the thread
  void Stop();

  Napi::ThreadSafeFunction deliver_;
  std::thread reader_;
  int events_ = -1; // the event descriptor (invariant while the thread runs)
  int stop_ = -1;   // eventfd that ends the thread (invariant while the thread runs)
};
