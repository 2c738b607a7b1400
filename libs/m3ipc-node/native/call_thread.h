// SPDX-License-Identifier: Apache-2.0
// A thread that carries out calls one after another: a binding belongs to the Linux thread, and calls that block must not
// run on the event loop. A call that waits for what may never come, and takes nothing meanwhile, makes way for others.
#pragma once

#include "interrupter.h"
#include "request.h"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <napi.h>
#include <pthread.h>

class CallThread : public Napi::ObjectWrap<CallThread> {
public:
  static void Export(Napi::Env env, Napi::Object exports);
  explicit CallThread(const Napi::CallbackInfo &info);
  ~CallThread() override;

private:
  static void CallBack(Napi::Env env, Napi::Function callback, std::nullptr_t *context, Request *done);
  using Deliver = Napi::TypedThreadSafeFunction<std::nullptr_t, Request, CallBack>;

  Napi::Value Open(const Napi::CallbackInfo &info);
  Napi::Value Submit(const Napi::CallbackInfo &info);
  Napi::Value Cancel(const Napi::CallbackInfo &info);
  Napi::Value Hold(const Napi::CallbackInfo &info);
  Napi::Value Close(const Napi::CallbackInfo &info);

  int Start();
  void Stop();
  static void *Body(void *self);
  static void AtEnvironmentEnd(void *self);

  // Run by the thread.
  int Prepare();
  void Run();
  Request *Next();
  Request *TakeFirst(bool urgent_only); // lock_ held
  bool Perform(Request *request);
  bool PutOff(Request *request, bool was_trial); // lock_ held

  bool UrgentWaits() const; // lock_ held

  Deliver deliver_;
  pthread_t thread_{};
  bool running_ = false; // started and not joined; only the event loop's thread looks at it

  std::mutex lock_;
  std::condition_variable changed_;
  // protected by lock_
  std::deque<Request *> queue_;
  Request *suspended_ = nullptr; // a patient one that has made way
  Request *current_ = nullptr;
  Interrupter interrupter_;
  bool stopping_ = false;
  int tid_ = 0; // 0 = not known yet, < 0 = -errno of what failed
};
