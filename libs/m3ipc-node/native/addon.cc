// SPDX-License-Identifier: Apache-2.0
// What the addon offers. Every function checks nothing: libs/m3ipc-node/src is its only caller.
#include <napi.h>

#include "device.h"
#include "endpoint_thread.h"
#include "events.h"
#include "information.h"
#include "management.h"
#include "service_manager.h"

static Napi::Value OpenDevice(const Napi::CallbackInfo &info) {
  return Napi::Number::New(info.Env(), device::Open());
}

static Napi::Object Init(Napi::Env env, Napi::Object exports) {
  exports.Set("openDevice", Napi::Function::New(env, OpenDevice, "openDevice"));
  management::Export(env, exports);
  information::Export(env, exports);
  Events::Export(env, exports);
  EndpointThread::Export(env, exports);
  service_manager::Export(env, exports);
  return exports;
}

NODE_API_MODULE(m3ipc_node, Init)
