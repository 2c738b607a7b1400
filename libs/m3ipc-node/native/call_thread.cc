// SPDX-License-Identifier: Apache-2.0
#include "call_thread.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace {

constexpr size_t kStackBytes = 256 * 1024; // it does little more than system calls

// pthread_join returns a little before the kernel has taken the thread apart, and its binding with it.
void AwaitRelease(int tid) {
  while (syscall(SYS_tgkill, getpid(), tid, 0) == 0) sched_yield();
}

} // namespace

void CallThread::Export(Napi::Env env, Napi::Object exports) {
  exports.Set("operations", requests::Operations(env));
  exports.Set("CallThread",
              DefineClass(env, "CallThread",
                          {InstanceMethod("open", &CallThread::Open), InstanceMethod("submit", &CallThread::Submit),
                           InstanceMethod("cancel", &CallThread::Cancel), InstanceMethod("hold", &CallThread::Hold),
                           InstanceMethod("close", &CallThread::Close)}));
}

CallThread::CallThread(const Napi::CallbackInfo &info) : Napi::ObjectWrap<CallThread>(info) {}

CallThread::~CallThread() {
  Stop();
}

// ---- on the event loop ----

// open(callback(id, result, value)) starts the thread -> its tid or -errno. The object then lives until close().
Napi::Value CallThread::Open(const Napi::CallbackInfo &info) {
  const Napi::Env env = info.Env();
  deliver_ = Deliver::New(env, info[0].As<Napi::Function>(), "m3ipc calls", 0, 1);
  deliver_.Unref(env);
  const int tid = Start();
  if (tid < 0) {
    deliver_.Release();
    return Napi::Number::New(env, tid);
  }
  Ref();
  // Hooks run in reverse: the thread ends before what it delivers to goes away.
  napi_add_env_cleanup_hook(env, AtEnvironmentEnd, this);
  return Napi::Number::New(env, tid);
}

void CallThread::AtEnvironmentEnd(void *self) {
  static_cast<CallThread *>(self)->Stop();
}

int CallThread::Start() {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, kStackBytes);
  const int error = pthread_create(&thread_, &attributes, Body, this);
  pthread_attr_destroy(&attributes);
  if (error != 0) return -error;
  running_ = true;
  std::unique_lock<std::mutex> guard(lock_);
  changed_.wait(guard, [this] { return tid_ != 0; });
  if (tid_ > 0) return tid_;
  guard.unlock();
  pthread_join(thread_, nullptr);
  running_ = false;
  return tid_;
}

// submit(id, operation, ...) queues a call; its result comes by the callback.
Napi::Value CallThread::Submit(const Napi::CallbackInfo &info) {
  Request *request = requests::Make(info[1].As<Napi::Number>().Uint32Value(), info);
  if (request == nullptr) return info.Env().Undefined();
  request->id = info[0].As<Napi::Number>().Uint32Value();
  {
    std::lock_guard<std::mutex> guard(lock_);
    queue_.push_back(request);
    if (!request->IsPatient() && current_ != nullptr && current_->IsPatient()) interrupter_.Arm();
  }
  changed_.notify_one();
  return info.Env().Undefined();
}

// cancel(id) -> true: it had not begun and never will, no result comes; false: its result comes, EINTR unless it was faster.
Napi::Value CallThread::Cancel(const Napi::CallbackInfo &info) {
  const uint32_t id = info[0].As<Napi::Number>().Uint32Value();
  std::lock_guard<std::mutex> guard(lock_);
  if (current_ != nullptr && current_->id == id) {
    current_->cancelled = true;
    interrupter_.Arm();
    return Napi::Boolean::New(info.Env(), false);
  }
  Request *found = nullptr;
  if (suspended_ != nullptr && suspended_->id == id) {
    std::swap(found, suspended_);
  } else {
    const auto place = std::find_if(queue_.begin(), queue_.end(), [id](Request *one) { return one->id == id; });
    if (place != queue_.end()) {
      found = *place;
      queue_.erase(place);
    }
  }
  delete found;
  return Napi::Boolean::New(info.Env(), found != nullptr);
}

// hold(whether): whether a result that has not come keeps the program alive.
Napi::Value CallThread::Hold(const Napi::CallbackInfo &info) {
  if (!running_) return info.Env().Undefined();
  if (info[0].As<Napi::Boolean>())
    deliver_.Ref(info.Env());
  else
    deliver_.Unref(info.Env());
  return info.Env().Undefined();
}

// close() ends the call that blocks, drops those that wait, and returns when thread and binding are gone.
Napi::Value CallThread::Close(const Napi::CallbackInfo &info) {
  if (!running_) return info.Env().Undefined();
  napi_remove_env_cleanup_hook(info.Env(), AtEnvironmentEnd, this);
  Stop();
  Unref();
  return info.Env().Undefined();
}

void CallThread::Stop() {
  if (!running_) return;
  {
    std::lock_guard<std::mutex> guard(lock_);
    stopping_ = true;
    if (current_ != nullptr) interrupter_.Arm();
  }
  changed_.notify_one();
  pthread_join(thread_, nullptr);
  AwaitRelease(tid_);
  running_ = false;
  for (auto *request : queue_) delete request;
  queue_.clear();
  delete suspended_;
  suspended_ = nullptr;
}

// Also called without an environment, for what was on its way when that ended.
void CallThread::CallBack(Napi::Env env, Napi::Function callback, std::nullptr_t *, Request *done) {
  if (env != nullptr) {
    const Napi::Value value = done->result < 0 ? env.Undefined() : done->Value(env);
    callback.Call({Napi::Number::New(env, done->id), Napi::Number::New(env, done->result), value});
  }
  delete done;
}

// ---- in the thread ----

void *CallThread::Body(void *self) {
  static_cast<CallThread *>(self)->Run();
  return nullptr;
}

int CallThread::Prepare() {
  sigset_t blocked;
  sigfillset(&blocked); // the runtime's signals are the main thread's business
  sigdelset(&blocked, Interrupter::Signal());
  pthread_sigmask(SIG_SETMASK, &blocked, nullptr);
  const int opened = interrupter_.Open();
  return opened < 0 ? opened : static_cast<int>(syscall(SYS_gettid));
}

void CallThread::Run() {
  const int tid = Prepare();
  {
    std::lock_guard<std::mutex> guard(lock_);
    tid_ = tid;
  }
  changed_.notify_one();
  if (tid < 0) return;
  while (Request *request = Next()) {
    if (Perform(request) && deliver_.BlockingCall(request) != napi_ok) delete request;
  }
  interrupter_.Close();
  deliver_.Release();
}

bool CallThread::UrgentWaits() const {
  return std::any_of(queue_.begin(), queue_.end(), [](Request *one) { return !one->IsPatient(); });
}

Request *CallThread::TakeFirst(bool urgent_only) {
  const auto place = std::find_if(queue_.begin(), queue_.end(),
                                  [urgent_only](Request *one) { return !urgent_only || !one->IsPatient(); });
  if (place == queue_.end()) return nullptr;
  Request *request = *place;
  queue_.erase(place);
  return request;
}

// The next to carry out, nullptr: the end. While one is suspended, only those go before it that it made way for.
Request *CallThread::Next() {
  std::unique_lock<std::mutex> guard(lock_);
  changed_.wait(guard, [this] { return stopping_ || suspended_ != nullptr || !queue_.empty(); });
  if (stopping_) return nullptr;
  current_ = TakeFirst(suspended_ != nullptr);
  if (current_ == nullptr) std::swap(current_, suspended_);
  return current_;
}

// Carries it out -> whether its result stands; else it has been put off.
bool CallThread::Perform(Request *request) {
  bool trial; // others are waiting: it only takes what is there
  {
    std::lock_guard<std::mutex> guard(lock_);
    trial = request->IsPatient() && UrgentWaits();
  }
  const int32_t timeout = request->TimeLeft();
  trial = trial && timeout != 0;
  request->result = request->Execute(trial ? 0 : timeout);
  if (request->result == -EAGAIN && !trial && request->MayWait()) request->result = -ETIMEDOUT; // it had made way
  std::lock_guard<std::mutex> guard(lock_);
  current_ = nullptr;
  interrupter_.Disarm();
  return !PutOff(request, trial);
}

bool CallThread::PutOff(Request *request, bool was_trial) {
  const bool interrupted = request->result == -EINTR || (was_trial && request->result == -EAGAIN);
  if (!interrupted) return false;
  request->result = -EINTR;
  if (request->cancelled || stopping_ || request->OnInterrupt() == Request::Interrupted::kFinal) return false;
  if (request->TimeLeft() == 0) {
    request->result = -ETIMEDOUT;
    return false;
  }
  if (request->IsPatient())
    suspended_ = request;
  else
    queue_.push_front(request);
  return true;
}
