// SPDX-License-Identifier: Apache-2.0
// Every function returns an object, an array, or -errno.
#include "information.h"

#include "device.h"
#include "values.h"

namespace information {

namespace {

using values::FromNumber;
using values::FromText;

Napi::Value Failure(Napi::Env env, int result) {
  return Napi::Number::New(env, result);
}

Napi::Value Version(const Napi::CallbackInfo &info) {
  const Napi::Env env = info.Env();
  m3ipc_version version = {};
  const int result = device::Call(M3IPC_IOC_GET_VERSION, &version);
  if (result < 0) return Failure(env, result);
  auto object = Napi::Object::New(env);
  object.Set("abi", FromNumber(env, version.abi));
  object.Set("features", FromNumber(env, version.features));
  object.Set("release", FromText(env, version.release));
  return object;
}

Napi::Value Drvs(const Napi::CallbackInfo &info) {
  const Napi::Env env = info.Env();
  m3ipc_drvs_info drvs = {};
  const int result = device::Call(M3IPC_IOC_GET_DRVS, &drvs);
  if (result < 0) return Failure(env, result);
  auto object = Napi::Object::New(env);
  object.Set("running", Napi::Boolean::New(env, drvs.state & M3IPC_DRVS_RUNNING));
  object.Set("nodeId", FromNumber(env, drvs.params.nodeid));
  object.Set("source", FromNumber(env, drvs.params.source));
  object.Set("bootNodeId", FromNumber(env, drvs.boot_nodeid));
  object.Set("name", FromText(env, drvs.params.name));
  object.Set("uuid", Napi::Buffer<uint8_t>::Copy(env, drvs.params.uuid, sizeof(drvs.params.uuid)));
  object.Set("vms", FromNumber(env, drvs.vms));
  object.Set("bound", FromNumber(env, drvs.bound));
  return object;
}

Napi::Array NodeSet(Napi::Env env, const uint64_t *words) {
  auto nodes = Napi::Array::New(env);
  uint32_t count = 0;
  for (uint32_t node = 0; node < M3IPC_MAX_NODES; node++)
    if (words[node / 64] >> (node % 64) & 1) nodes.Set(count++, Napi::Number::New(env, node));
  return nodes;
}

Napi::Object FromVm(Napi::Env env, const m3ipc_vm_info &vm) {
  auto object = Napi::Object::New(env);
  object.Set("vmId", FromNumber(env, vm.params.vmid));
  object.Set("name", FromText(env, vm.params.name));
  object.Set("procs", FromNumber(env, vm.params.nr_procs));
  object.Set("tasks", FromNumber(env, vm.params.nr_tasks));
  object.Set("sysProcs", FromNumber(env, vm.params.nr_sysprocs));
  object.Set("uid", FromNumber(env, vm.params.uid));
  object.Set("gid", FromNumber(env, vm.params.gid));
  object.Set("mode", FromNumber(env, vm.params.mode));
  object.Set("level", FromNumber(env, vm.params.level));
  object.Set("abi", FromNumber(env, vm.params.abi));
  object.Set("policy", FromNumber(env, vm.params.policy));
  object.Set("tag", Napi::Buffer<uint8_t>::Copy(env, vm.params.tag, sizeof(vm.params.tag)));
  object.Set("nodes", NodeSet(env, reinterpret_cast<const uint64_t *>(vm.params.nodes)));
  object.Set("bound", FromNumber(env, vm.bound));
  object.Set("messages", FromNumber(env, vm.messages));
  object.Set("copied", FromNumber(env, vm.copied));
  return object;
}

// vms(): all VMs the caller may see, ascending
Napi::Value Vms(const Napi::CallbackInfo &info) {
  const Napi::Env env = info.Env();
  auto list = Napi::Array::New(env);
  uint32_t count = 0;
  for (int32_t next = 0; next <= M3IPC_MAX_VMID;) {
    m3ipc_vm_info vm = {};
    vm.params.vmid = next;
    vm.flags = M3IPC_GET_NEXT;
    const int result = device::Call(M3IPC_IOC_GET_VM, &vm);
    if (result == -M3IPC_EVMNOTRUN) break;
    if (result < 0) return Failure(env, result);
    list.Set(count++, FromVm(env, vm));
    next = vm.params.vmid + 1;
  }
  return list;
}

Napi::Object FromProcess(Napi::Env env, const m3ipc_proc_info &process) {
  auto object = Napi::Object::New(env);
  object.Set("nr", FromNumber(env, process.nr));
  object.Set("endpoint", FromNumber(env, process.endpoint));
  object.Set("bound", Napi::Boolean::New(env, !(process.rts_flags & M3IPC_RTS_FREE)));
  object.Set("reserved", Napi::Boolean::New(env, process.misc_flags & M3IPC_MISC_RESERVED));
  object.Set("rtsFlags", FromNumber(env, process.rts_flags));
  object.Set("pid", FromNumber(env, process.pid));
  object.Set("tgid", FromNumber(env, process.tgid));
  object.Set("nodeId", FromNumber(env, process.nodeid));
  object.Set("uid", FromNumber(env, process.uid));
  object.Set("getFrom", FromNumber(env, process.getfrom));
  object.Set("sendTo", FromNumber(env, process.sendto));
  object.Set("level", FromNumber(env, process.level));
  object.Set("sent", FromNumber(env, process.lclsent + process.rmtsent));
  object.Set("received", FromNumber(env, process.received));
  object.Set("copied", FromNumber(env, process.lclcopy + process.rmtcopy));
  object.Set("name", FromText(env, process.name));
  return object;
}

// processes(vmId, firstNr): bound or reserved slots of a VM, ascending by number
Napi::Value Processes(const Napi::CallbackInfo &info) {
  const Napi::Env env = info.Env();
  auto list = Napi::Array::New(env);
  uint32_t count = 0;
  for (int32_t next = info[1].ToNumber().Int32Value();;) {
    m3ipc_proc_info process = {};
    process.vmid = info[0].ToNumber().Int32Value();
    process.nr = next;
    process.flags = M3IPC_GET_NEXT;
    const int result = device::Call(M3IPC_IOC_GET_PROC, &process);
    if (result == -M3IPC_EBADPROC) break;
    if (result < 0) return Failure(env, result);
    list.Set(count++, FromProcess(env, process));
    next = process.nr + 1;
  }
  return list;
}

// slot(vmId, nr) -> {reserved, nodeId?, uid?, level?}
Napi::Value Slot(const Napi::CallbackInfo &info) {
  const Napi::Env env = info.Env();
  m3ipc_slot slot = {};
  slot.vmid = info[0].ToNumber().Int32Value();
  slot.nr = info[1].ToNumber().Int32Value();
  const int result = device::Call(M3IPC_IOC_GET_SLOT, &slot);
  if (result < 0) return Failure(env, result);
  auto object = Napi::Object::New(env);
  object.Set("reserved", Napi::Boolean::New(env, slot.reserved != 0));
  if (slot.set & M3IPC_SLOT_NODE) object.Set("nodeId", FromNumber(env, slot.nodeid));
  if (slot.set & M3IPC_SLOT_UID) object.Set("uid", FromNumber(env, slot.uid));
  if (slot.priv.set & M3IPC_PRIV_LEVEL) object.Set("level", FromNumber(env, slot.priv.level));
  return object;
}

// nodes(): this node and those that some VM here spans, ascending
Napi::Value Nodes(const Napi::CallbackInfo &info) {
  const Napi::Env env = info.Env();
  auto list = Napi::Array::New(env);
  uint32_t count = 0;
  for (int32_t next = 0; next < M3IPC_MAX_NODES;) {
    m3ipc_node_info node = {};
    node.nodeid = next;
    node.flags = M3IPC_GET_NEXT;
    const int result = device::Call(M3IPC_IOC_GET_NODE, &node);
    if (result == -M3IPC_EBADNODEID) break;
    if (result < 0) return Failure(env, result);
    auto object = Napi::Object::New(env);
    object.Set("nodeId", FromNumber(env, node.nodeid));
    object.Set("name", FromText(env, node.name));
    object.Set("local", Napi::Boolean::New(env, node.flags & M3IPC_NODE_LOCAL));
    object.Set("linked", Napi::Boolean::New(env, node.flags & M3IPC_NODE_LINKED));
    object.Set("vms", FromNumber(env, node.vms));
    list.Set(count++, object);
    next = node.nodeid + 1;
  }
  return list;
}

} // namespace

void Export(Napi::Env env, Napi::Object exports) {
  exports.Set("version", Napi::Function::New(env, Version, "version"));
  exports.Set("drvs", Napi::Function::New(env, Drvs, "drvs"));
  exports.Set("vms", Napi::Function::New(env, Vms, "vms"));
  exports.Set("processes", Napi::Function::New(env, Processes, "processes"));
  exports.Set("slot", Napi::Function::New(env, Slot, "slot"));
  exports.Set("nodes", Napi::Function::New(env, Nodes, "nodes"));
}

} // namespace information
