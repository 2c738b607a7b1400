// SPDX-License-Identifier: Apache-2.0
// Every function returns a number: 0, what its comment says, or -errno.
#include "management.h"

#include "device.h"
#include "privilege.h"
#include "values.h"

#include <cerrno>

namespace management {

namespace {

Napi::Value Result(const Napi::CallbackInfo &info, int result) {
  return Napi::Number::New(info.Env(), result);
}

// The call, unless its wishes could not be read.
int Call(const values::Reader &wish, unsigned long call, void *params) {
  return wish.Ok() ? device::Call(call, params) : -ECANCELED;
}

int32_t Argument(const Napi::CallbackInfo &info, size_t index) {
  return info[index].As<Napi::Number>().Int32Value();
}

// drvsInit({nodeId, source, uuid, name, and limits}) -> nodeid in effect
Napi::Value DrvsInit(const Napi::CallbackInfo &info) {
  values::Reader wish(info[0]);
  const auto limit = [&wish](const char *key) { return static_cast<uint32_t>(wish.Integer(key)); };
  m3ipc_drvs_params params = {};
  params.nodeid = static_cast<int32_t>(wish.Integer("nodeId", -1));
  params.source = static_cast<uint32_t>(wish.Integer("source", M3IPC_NODEID_PROGRAM));
  params.nr_nodes = limit("maxNodes");
  params.nr_vms = limit("maxVms");
  params.nr_procs = limit("procs");
  params.nr_tasks = limit("tasks");
  params.nr_sysprocs = limit("sysProcs");
  params.max_copy = limit("maxCopy");
  params.user_vms = limit("userVms");
  wish.Bytes("uuid", params.uuid);
  wish.Text("name", params.name);
  const int result = Call(wish, M3IPC_IOC_DRVS_INIT, &params);
  return Result(info, result < 0 ? result : params.nodeid);
}

Napi::Value DrvsEnd(const Napi::CallbackInfo &info) {
  return Result(info, device::Call(M3IPC_IOC_DRVS_END, nullptr));
}

void FillNodes(values::Reader *wish, m3ipc_vm_params *params) {
  wish->Each("nodes", [params](uint32_t, const Napi::Value &nodeid) {
    const uint32_t node = nodeid.As<Napi::Number>().Uint32Value();
    if (node < M3IPC_MAX_NODES) params->nodes[node / 64] |= 1ULL << (node % 64);
  });
  params->set |= M3IPC_VM_NODES;
}

// Only what is given is set, so that vm_set leaves the rest alone.
m3ipc_vm_params VmParams(values::Reader *wish) {
  m3ipc_vm_params params = {};
  const auto given = [&](const char *key, uint32_t bit, auto *field) {
    if (!wish->Has(key)) return;
    *field = static_cast<std::remove_pointer_t<decltype(field)>>(wish->Integer(key));
    params.set |= bit;
  };
  params.vmid = static_cast<int32_t>(wish->Integer("vmId"));
  params.warn2proc = M3IPC_NONE;
  given("procs", M3IPC_VM_LIMITS, &params.nr_procs);
  given("tasks", M3IPC_VM_LIMITS, &params.nr_tasks);
  given("sysProcs", M3IPC_VM_LIMITS, &params.nr_sysprocs);
  given("uid", M3IPC_VM_OWNER, &params.uid);
  given("gid", M3IPC_VM_OWNER, &params.gid);
  given("mode", M3IPC_VM_MODE, &params.mode);
  given("level", M3IPC_VM_LEVEL, &params.level);
  given("abi", M3IPC_VM_ABI, &params.abi);
  given("policy", M3IPC_VM_POLICY, &params.policy);
  given("warnTo", M3IPC_VM_WARN, &params.warn2proc);
  given("warnType", M3IPC_VM_WARN, &params.warnmsg);
  if (wish->Has("nodes")) FillNodes(wish, &params);
  if (wish->Has("tag")) {
    wish->Bytes("tag", params.tag);
    params.set |= M3IPC_VM_TAG;
  }
  if (wish->Has("name")) {
    wish->Text("name", params.name);
    params.set |= M3IPC_VM_NAME;
  }
  return params;
}

// vmInit(params) -> the local nodeid
Napi::Value VmInit(const Napi::CallbackInfo &info) {
  values::Reader wish(info[0]);
  m3ipc_vm_params params = VmParams(&wish);
  const int result = Call(wish, M3IPC_IOC_VM_INIT, &params);
  return Result(info, result < 0 ? result : params.nodeid);
}

Napi::Value VmSet(const Napi::CallbackInfo &info) {
  values::Reader wish(info[0]);
  m3ipc_vm_params params = VmParams(&wish);
  return Result(info, Call(wish, M3IPC_IOC_VM_SET, &params));
}

// vmEnd(vmId)
Napi::Value VmEnd(const Napi::CallbackInfo &info) {
  m3ipc_vm_ref ref = {};
  ref.vmid = Argument(info, 0);
  return Result(info, device::Call(M3IPC_IOC_VM_END, &ref));
}

// slotSet({vmId, nr, nodeId?, uid?, and privileges})
Napi::Value SlotSet(const Napi::CallbackInfo &info) {
  values::Reader wish(info[0]);
  m3ipc_slot slot = {};
  slot.vmid = static_cast<int32_t>(wish.Integer("vmId"));
  slot.nr = static_cast<int32_t>(wish.Integer("nr"));
  if (wish.Has("nodeId")) {
    slot.nodeid = static_cast<int32_t>(wish.Integer("nodeId"));
    slot.set |= M3IPC_SLOT_NODE;
  }
  if (wish.Has("uid")) {
    slot.uid = static_cast<uint32_t>(wish.Integer("uid"));
    slot.set |= M3IPC_SLOT_UID;
  }
  slot.priv = privilege::FromObject(&wish);
  return Result(info, Call(wish, M3IPC_IOC_SLOT_SET, &slot));
}

// slotClear(vmId, nr)
Napi::Value SlotClear(const Napi::CallbackInfo &info) {
  m3ipc_slot slot = {};
  slot.vmid = Argument(info, 0);
  slot.nr = Argument(info, 1);
  return Result(info, device::Call(M3IPC_IOC_SLOT_CLEAR, &slot));
}

// bindThread(vmId, nr, pid) -> [endpoint], or -errno: an endpoint may be negative
Napi::Value BindThread(const Napi::CallbackInfo &info) {
  m3ipc_bind request = {};
  request.vmid = Argument(info, 0);
  request.nr = Argument(info, 1);
  request.who = M3IPC_BIND_PID;
  request.pid = Argument(info, 2);
  const int result = device::Call(M3IPC_IOC_BIND, &request);
  if (result < 0) return Result(info, result);
  auto answer = Napi::Array::New(info.Env(), 1);
  answer.Set(0u, values::FromNumber(info.Env(), request.endpoint));
  return answer;
}

// unbind(vmId, endpoint)
Napi::Value Unbind(const Napi::CallbackInfo &info) {
  m3ipc_unbind request = {};
  request.vmid = Argument(info, 0);
  request.endpoint = Argument(info, 1);
  return Result(info, device::Call(M3IPC_IOC_UNBIND, &request));
}

// setPrivileges(vmId, endpoint, privileges)
Napi::Value SetPrivileges(const Napi::CallbackInfo &info) {
  m3ipc_priv_args request = {};
  request.vmid = Argument(info, 0);
  request.endpoint = Argument(info, 1);
  values::Reader privileges(info[2]);
  request.priv = privilege::FromObject(&privileges);
  return Result(info, Call(privileges, M3IPC_IOC_SET_PRIV, &request));
}

// wakeup(vmId, endpoint)
Napi::Value Wakeup(const Napi::CallbackInfo &info) {
  m3ipc_wakeup request = {};
  request.vmid = Argument(info, 0);
  request.endpoint = Argument(info, 1);
  return Result(info, device::Call(M3IPC_IOC_WAKEUP, &request));
}

// hardwareNotify(vmId, endpoint)
Napi::Value HardwareNotify(const Napi::CallbackInfo &info) {
  m3ipc_notify request = {};
  request.vmid = Argument(info, 0);
  request.endpoint = Argument(info, 1);
  request.kind = M3IPC_NOTIFY_HARDWARE;
  return Result(info, device::Call(M3IPC_IOC_NOTIFY, &request));
}

} // namespace

void Export(Napi::Env env, Napi::Object exports) {
  const std::pair<const char *, Napi::Value (*)(const Napi::CallbackInfo &)> functions[] = {
      {"drvsInit", DrvsInit},   {"drvsEnd", DrvsEnd},
      {"vmInit", VmInit},       {"vmSet", VmSet},
      {"vmEnd", VmEnd},         {"slotSet", SlotSet},
      {"slotClear", SlotClear}, {"bindThread", BindThread},
      {"unbind", Unbind},       {"setPrivileges", SetPrivileges},
      {"wakeup", Wakeup},       {"hardwareNotify", HardwareNotify}};
  for (const auto &[name, function] : functions) exports.Set(name, Napi::Function::New(env, function, name));
}

} // namespace management
