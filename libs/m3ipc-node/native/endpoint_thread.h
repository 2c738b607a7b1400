// SPDX-License-Identifier: Apache-2.0
// A thread that owns one binding: a binding belongs to the Linux thread, and message calls block, so they must not run
// on the event loop. Requests are carried out one after another; a call of their own ends the one that blocks.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <napi.h>
#include <thread>

class EndpointThread : public Napi::ObjectWrap<EndpointThread> {
public:
  static void Export(Napi::Env env, Napi::Object exports);
  explicit EndpointThread(const Napi::CallbackInfo &info);
  ~EndpointThread() override;

private:
  struct Request;

  Napi::Value Submit(const Napi::CallbackInfo &info);
  Napi::Value Interrupt(const Napi::CallbackInfo &info);
  Napi::Value Close(const Napi::CallbackInfo &info);
  void Run(); // body of the thread
  void Stop();

  Napi::ThreadSafeFunction deliver_;
  std::mutex lock_;
  std::condition_variable ready_;
  std::deque<Request *> queue_; // (protected by lock_)
  bool stopping_ = false;       // (protected by lock_)
  std::atomic<bool> ended_{false};
  std::thread thread_;
};
