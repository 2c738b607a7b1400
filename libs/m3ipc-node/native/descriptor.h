// SPDX-License-Identifier: Apache-2.0
// A descriptor of the module, of events or of a binding: owned by its JavaScript object, read by a CallThread.
#pragma once

#include <napi.h>

class Descriptor : public Napi::ObjectWrap<Descriptor> {
public:
  static void Export(Napi::Env env, Napi::Object exports);
  explicit Descriptor(const Napi::CallbackInfo &info);
  ~Descriptor() override;

private:
  Napi::Value OpenEvents(const Napi::CallbackInfo &info);
  Napi::Value OpenEndpoint(const Napi::CallbackInfo &info);
  Napi::Value Close(const Napi::CallbackInfo &info);
  Napi::Value Own(Napi::Env env, int fd);

  int fd_ = -1;
};
