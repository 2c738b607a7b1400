// SPDX-License-Identifier: Apache-2.0
// Where a buffer lies: what a message tells another process, so that it can vcopy.
#pragma once

#include <napi.h>

namespace memory {
void Export(Napi::Env env, Napi::Object exports);
}
