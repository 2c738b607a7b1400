// SPDX-License-Identifier: Apache-2.0
#include "management.h"

#include "device.h"
#include "values.h"

namespace management {

namespace {

Napi::Value Result(const Napi::CallbackInfo &info, int result) {
  return Napi::Number::New(info.Env(), result);
}

// drvsInit({nodeId, source, uuid, name, maxCopy}) -> nodeid in effect or -errno
Napi::Value DrvsInit(const Napi::CallbackInfo &info) {
  const auto wish = info[0].As<Napi::Object>();
  m3ipc_drvs_params params = {};
  params.nodeid = static_cast<int32_t>(values::Integer(wish, "nodeId", -1));
  params.source = static_cast<uint32_t>(values::Integer(wish, "source", M3IPC_NODEID_PROGRAM));
  params.max_copy = static_cast<uint32_t>(values::Integer(wish, "maxCopy"));
  values::Bytes(wish, "uuid", params.uuid);
  values::Text(wish, "name", params.name);
  const int result = device::Call(M3IPC_IOC_DRVS_INIT, &params);
  return Result(info, result < 0 ? result : params.nodeid);
}

Napi::Value DrvsEnd(const Napi::CallbackInfo &info) {
  return Result(info, device::Call(M3IPC_IOC_DRVS_END, nullptr));
}

void FillNodes(const Napi::Object &wish, m3ipc_vm_params *params) {
  const auto nodes = wish.Get("nodes").As<Napi::Array>();
  for (uint32_t i = 0; i < nodes.Length(); i++) {
    const uint32_t node = nodes.Get(i).ToNumber().Uint32Value();
    if (node < M3IPC_MAX_NODES) params->nodes[node / 64] |= 1ULL << (node % 64);
  }
  params->set |= M3IPC_VM_NODES;
}

// Only what is given is set, so that vm_set leaves the rest alone.
m3ipc_vm_params VmParams(const Napi::Object &wish) {
  m3ipc_vm_params params = {};
  const auto given = [&](const char *key, uint32_t bit, uint32_t *field) {
    if (!values::Has(wish, key)) return;
    *field = static_cast<uint32_t>(values::Integer(wish, key));
    params.set |= bit;
  };
  params.vmid = static_cast<int32_t>(values::Integer(wish, "vmId"));
  given("procs", M3IPC_VM_LIMITS, &params.nr_procs);
  given("tasks", M3IPC_VM_LIMITS, &params.nr_tasks);
  given("sysProcs", M3IPC_VM_LIMITS, &params.nr_sysprocs);
  given("uid", M3IPC_VM_OWNER, &params.uid);
  given("gid", M3IPC_VM_OWNER, &params.gid);
  given("mode", M3IPC_VM_MODE, &params.mode);
  given("level", M3IPC_VM_LEVEL, &params.level);
  given("abi", M3IPC_VM_ABI, &params.abi);
  given("policy", M3IPC_VM_POLICY, &params.policy);
  if (values::Has(wish, "nodes")) FillNodes(wish, &params);
  if (values::Has(wish, "tag")) {
    values::Bytes(wish, "tag", params.tag);
    params.set |= M3IPC_VM_TAG;
  }
  if (values::Has(wish, "name")) {
    values::Text(wish, "name", params.name);
    params.set |= M3IPC_VM_NAME;
  }
  return params;
}

Napi::Value VmInit(const Napi::CallbackInfo &info) {
  m3ipc_vm_params params = VmParams(info[0].As<Napi::Object>());
  const int result = device::Call(M3IPC_IOC_VM_INIT, &params);
  return Result(info, result < 0 ? result : params.nodeid);
}

Napi::Value VmSet(const Napi::CallbackInfo &info) {
  m3ipc_vm_params params = VmParams(info[0].As<Napi::Object>());
  return Result(info, device::Call(M3IPC_IOC_VM_SET, &params));
}

Napi::Value VmEnd(const Napi::CallbackInfo &info) {
  m3ipc_vm_ref ref = {};
  ref.vmid = info[0].ToNumber().Int32Value();
  return Result(info, device::Call(M3IPC_IOC_VM_END, &ref));
}

// slotSet({vmId, nr, nodeId?, uid?, level?})
Napi::Value SlotSet(const Napi::CallbackInfo &info) {
  const auto wish = info[0].As<Napi::Object>();
  m3ipc_slot slot = {};
  slot.vmid = static_cast<int32_t>(values::Integer(wish, "vmId"));
  slot.nr = static_cast<int32_t>(values::Integer(wish, "nr"));
  if (values::Has(wish, "nodeId")) {
    slot.nodeid = static_cast<int32_t>(values::Integer(wish, "nodeId"));
    slot.set |= M3IPC_SLOT_NODE;
  }
  if (values::Has(wish, "uid")) {
    slot.uid = static_cast<uint32_t>(values::Integer(wish, "uid"));
    slot.set |= M3IPC_SLOT_UID;
  }
  if (values::Has(wish, "level")) {
    slot.priv.level = static_cast<uint32_t>(values::Integer(wish, "level"));
    slot.priv.set |= M3IPC_PRIV_LEVEL;
  }
  return Result(info, device::Call(M3IPC_IOC_SLOT_SET, &slot));
}

Napi::Value SlotClear(const Napi::CallbackInfo &info) {
  m3ipc_slot slot = {};
  slot.vmid = info[0].ToNumber().Int32Value();
  slot.nr = info[1].ToNumber().Int32Value();
  return Result(info, device::Call(M3IPC_IOC_SLOT_CLEAR, &slot));
}

Napi::Value Unbind(const Napi::CallbackInfo &info) {
  m3ipc_unbind request = {};
  request.vmid = info[0].ToNumber().Int32Value();
  request.endpoint = info[1].ToNumber().Int32Value();
  return Result(info, device::Call(M3IPC_IOC_UNBIND, &request));
}

} // namespace

void Export(Napi::Env env, Napi::Object exports) {
  exports.Set("drvsInit", Napi::Function::New(env, DrvsInit, "drvsInit"));
  exports.Set("drvsEnd", Napi::Function::New(env, DrvsEnd, "drvsEnd"));
  exports.Set("vmInit", Napi::Function::New(env, VmInit, "vmInit"));
  exports.Set("vmSet", Napi::Function::New(env, VmSet, "vmSet"));
  exports.Set("vmEnd", Napi::Function::New(env, VmEnd, "vmEnd"));
  exports.Set("slotSet", Napi::Function::New(env, SlotSet, "slotSet"));
  exports.Set("slotClear", Napi::Function::New(env, SlotClear, "slotClear"));
  exports.Set("unbind", Napi::Function::New(env, Unbind, "unbind"));
}

} // namespace management
