// SPDX-License-Identifier: Apache-2.0
// DRVS, VMs, slots and bindings of others: calls that change the kernel's state and never block.
#pragma once

#include <napi.h>

namespace management {
void Export(Napi::Env env, Napi::Object exports);
}
