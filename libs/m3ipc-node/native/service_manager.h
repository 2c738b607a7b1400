// SPDX-License-Identifier: Apache-2.0
// Talking to systemd: the notification socket (sd_notify), which Node itself cannot open.
#pragma once

#include <napi.h>

namespace service_manager {
void Export(Napi::Env env, Napi::Object exports);
}
