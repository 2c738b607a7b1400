// SPDX-License-Identifier: Apache-2.0
// A call that a thread carries out: what it needs, what it does, and what it found out.
#pragma once

#include <cstdint>
#include <napi.h>

class Request {
public:
  virtual ~Request() = default;

  // Performs it; waits at most timeout_ms (M3IPC_FOREVER = no limit, 0 = EAGAIN instead). Returns the result of the
  // ioctl or -errno.
  virtual int Execute(int32_t timeout_ms) = 0;
  // What it found out, for JavaScript. Called once it has succeeded, on the event loop.
  virtual Napi::Value Value(Napi::Env env) {
    return env.Undefined();
  }

  // How EINTR is to be read.
  enum class Interrupted {
    kFinal,      // something may have happened: a sendrec may have been taken
    kRepeatable, // nothing has happened: doing it again is the same, but for the place in a queue
    kPatient,    // and it has no such place: it may be put off for others
  };
  virtual Interrupted OnInterrupt() const {
    return Interrupted::kFinal;
  }
  bool IsPatient() const {
    return OnInterrupt() == Interrupted::kPatient;
  }

  // Milliseconds left, M3IPC_FOREVER, or 0. The clock runs from the first time it is asked.
  int32_t TimeLeft();
  // Whether the caller wanted to wait at all.
  bool MayWait() const {
    return timeout_ms_ != 0;
  }

  uint32_t id = 0;
  int result = 0;
  bool cancelled = false; // (protected by the lock of the thread that has it)

protected:
  explicit Request(int32_t timeout_ms) : timeout_ms_(timeout_ms) {}

private:
  int32_t timeout_ms_;
  int64_t deadline_ms_ = -1; // by CLOCK_MONOTONIC, -1 = not asked yet
};

namespace requests {

// The kinds of requests, by name: {send: 0, ...}
Napi::Object Operations(Napi::Env env);

// The request of that kind, from the arguments after the first two; nullptr: no such kind.
Request *Make(uint32_t operation, const Napi::CallbackInfo &info);

// One kind: makes its request from the arguments.
using Maker = Request *(*)(const Napi::CallbackInfo &info);
struct Kind {
  const char *name;
  Maker make;
};

template <typename One> Request *MakeOne(const Napi::CallbackInfo &info) {
  return new One(info);
}

// Arguments, counted from the third. Types and ranges were checked by the TypeScript face.
int32_t Number(const Napi::CallbackInfo &info, size_t index);
// An address or a size, 0 for what is no bigint.
uint64_t Wide(const Napi::CallbackInfo &info, size_t index);

// The kinds that each file adds.
extern const Kind kMessageKinds[];
extern const Kind kBindingKinds[];
extern const Kind kCopyKinds[];
extern const Kind kDescriptorKinds[];

} // namespace requests
