// SPDX-License-Identifier: Apache-2.0
// What the addon offers. Every function checks nothing: libs/m3ipc-node/src is its only caller.
#include <napi.h>

#include "call_thread.h"
#include "descriptor.h"
#include "information.h"
#include "management.h"
#include "memory.h"
#include "service_manager.h"

static Napi::Object Init(Napi::Env env, Napi::Object exports) {
  management::Export(env, exports);
  information::Export(env, exports);
  memory::Export(env, exports);
  Descriptor::Export(env, exports);
  CallThread::Export(env, exports);
  service_manager::Export(env, exports);
  return exports;
}

NODE_API_MODULE(m3ipc_node, Init)
