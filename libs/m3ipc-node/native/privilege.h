// SPDX-License-Identifier: Apache-2.0
// What a process may do: {level?, calls?, peers?, peersRest?} <-> the module's struct.
#pragma once

#include "values.h"

#include <m3ipc.h>
#include <napi.h>

namespace privilege {

// calls is a number of bits M3IPC_CALL_*, peers four bigints of 64 bits each. What is not given is left out.
Napi::Object ToObject(Napi::Env env, const m3ipc_priv &privilege);
m3ipc_priv FromObject(values::Reader *object);

} // namespace privilege
