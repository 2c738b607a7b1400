// SPDX-License-Identifier: Apache-2.0
// What the module says about itself, the DRVS, VMs, slots, processes and nodes.
#pragma once

#include <napi.h>

namespace information {
void Export(Napi::Env env, Napi::Object exports);
}
