// SPDX-License-Identifier: Apache-2.0
#include "privilege.h"

namespace privilege {

Napi::Object ToObject(Napi::Env env, const m3ipc_priv &privilege) {
  auto object = Napi::Object::New(env);
  if (privilege.set & M3IPC_PRIV_LEVEL) object.Set("level", values::FromNumber(env, privilege.level));
  if (privilege.set & M3IPC_PRIV_CALLS) object.Set("calls", values::FromNumber(env, privilege.calls));
  if (privilege.set & M3IPC_PRIV_PEERS) {
    auto words = Napi::Array::New(env, M3IPC_PEER_WORDS);
    for (uint32_t i = 0; i < M3IPC_PEER_WORDS; i++) words.Set(i, Napi::BigInt::New(env, uint64_t{privilege.peers[i]}));
    object.Set("peers", words);
    object.Set("peersRest", Napi::Boolean::New(env, privilege.peers_rest != 0));
  }
  return object;
}

m3ipc_priv FromObject(values::Reader *object) {
  m3ipc_priv privilege = {};
  if (object->Has("level")) {
    privilege.level = static_cast<uint32_t>(object->Integer("level"));
    privilege.set |= M3IPC_PRIV_LEVEL;
  }
  if (object->Has("calls")) {
    privilege.calls = static_cast<uint64_t>(object->Integer("calls"));
    privilege.set |= M3IPC_PRIV_CALLS;
  }
  if (object->Has("peers")) {
    object->Each("peers", [&privilege](uint32_t i, const Napi::Value &word) {
      bool lossless;
      if (i < M3IPC_PEER_WORDS) privilege.peers[i] = word.As<Napi::BigInt>().Uint64Value(&lossless);
    });
    privilege.peers_rest = object->Flag("peersRest");
    privilege.set |= M3IPC_PRIV_PEERS;
  }
  return privilege;
}

} // namespace privilege
