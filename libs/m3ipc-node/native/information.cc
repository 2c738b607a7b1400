// SPDX-License-Identifier: Apache-2.0
// Every function returns an object, an array, or -errno.
#include "information.h"

#include "device.h"
#include "privilege.h"
#include "values.h"

namespace information {

namespace {

using values::Builder;
using values::FromNumber;

int32_t Argument(const Napi::CallbackInfo &info, size_t index) {
  return info[index].As<Napi::Number>().Int32Value();
}

// One question: what `show` makes of the answer.
template <typename Answer>
Napi::Value Ask(Napi::Env env, unsigned long call, Answer answer, Napi::Object (*show)(Napi::Env, const Answer &)) {
  const int result = device::Call(call, &answer);
  if (result < 0) return FromNumber(env, result);
  return show(env, answer);
}

// The question again and again, each time for the first from `number` on, until the module says that `none` is left.
template <typename Answer>
Napi::Value Walk(Napi::Env env, unsigned long call, Answer question, int32_t Answer::*number, int none,
                 Napi::Object (*show)(Napi::Env, const Answer &)) {
  auto list = Napi::Array::New(env);
  question.flags = M3IPC_GET_NEXT;
  for (uint32_t count = 0;; count++) {
    Answer answer = question;
    const int result = device::Call(call, &answer);
    if (result == -none) return list;
    if (result < 0) return FromNumber(env, result);
    list.Set(count, show(env, answer));
    question.*number = answer.*number + 1;
  }
}

// ---- what is shown ----

Napi::Object ShowVersion(Napi::Env env, const m3ipc_version &version) {
  Builder object(env);
  return object.Number("abi", version.abi).Number("features", version.features).Text("release", version.release).Done();
}

Napi::Object ShowDrvs(Napi::Env env, const m3ipc_drvs_info &drvs) {
  Builder object(env);
  object.Flag("running", drvs.state & M3IPC_DRVS_RUNNING).Number("nodeId", drvs.params.nodeid);
  object.Number("source", drvs.params.source).Number("bootNodeId", drvs.boot_nodeid);
  object.Text("name", drvs.params.name).Bytes("uuid", drvs.params.uuid);
  object.Number("maxNodes", drvs.params.nr_nodes).Number("maxVms", drvs.params.nr_vms);
  object.Number("maxCopy", drvs.params.max_copy).Number("userVms", drvs.params.user_vms);
  object.Number("procs", drvs.params.nr_procs).Number("tasks", drvs.params.nr_tasks);
  object.Number("sysProcs", drvs.params.nr_sysprocs);
  return object.Number("vms", drvs.vms).Number("bound", drvs.bound).Milliseconds("sinceMs", drvs.since_ns).Done();
}

Napi::Array NodeSet(Napi::Env env, const m3ipc_vm_params &params) {
  auto nodes = Napi::Array::New(env);
  uint32_t count = 0;
  for (uint32_t node = 0; node < M3IPC_MAX_NODES; node++)
    if (params.nodes[node / 64] >> (node % 64) & 1) nodes.Set(count++, FromNumber(env, node));
  return nodes;
}

Napi::Object ShowVm(Napi::Env env, const m3ipc_vm_info &vm) {
  Builder object(env);
  object.Number("vmId", vm.params.vmid).Text("name", vm.params.name);
  object.Number("procs", vm.params.nr_procs).Number("tasks", vm.params.nr_tasks);
  object.Number("sysProcs", vm.params.nr_sysprocs);
  object.Number("uid", vm.params.uid).Number("gid", vm.params.gid).Number("mode", vm.params.mode);
  object.Number("level", vm.params.level).Number("abi", vm.params.abi).Number("policy", vm.params.policy);
  object.Number("warnTo", vm.params.warn2proc).Number("warnType", vm.params.warnmsg);
  object.Bytes("tag", vm.params.tag).Number("bound", vm.bound).Number("reserved", vm.reserved_slots);
  object.Milliseconds("sinceMs", vm.since_ns).Number("incarnation", vm.incarnation);
  object.Number("messages", vm.messages).Number("copied", vm.lclcopy);
  object.Number("sent", vm.lclsent).Number("sentRemote", vm.rmtsent);
  object.Number("copiedRemote", vm.rmtcopy);
  auto done = object.Done();
  done.Set("nodes", NodeSet(env, vm.params));
  return done;
}

Napi::Object ShowProcess(Napi::Env env, const m3ipc_proc_info &process) {
  Builder object(env);
  object.Number("nr", process.nr).Number("endpoint", process.endpoint);
  object.Flag("bound", !(process.rts_flags & M3IPC_RTS_FREE));
  object.Flag("reserved", process.misc_flags & M3IPC_MISC_RESERVED);
  object.Number("rtsFlags", process.rts_flags).Number("miscFlags", process.misc_flags);
  object.Number("pid", process.pid).Number("tgid", process.tgid);
  object.Number("nodeId", process.nodeid).Number("uid", process.uid);
  object.Number("getFrom", process.getfrom).Number("sendTo", process.sendto).Number("level", process.level);
  object.Milliseconds("blockedMs", process.blocked_ns).Milliseconds("sinceMs", process.since_ns);
  object.Number("sent", process.lclsent + process.rmtsent).Number("received", process.received);
  return object.Number("copied", process.lclcopy + process.rmtcopy).Text("name", process.name).Done();
}

Napi::Object ShowSlot(Napi::Env env, const m3ipc_slot &slot) {
  auto object = privilege::ToObject(env, slot.priv);
  object.Set("reserved", Napi::Boolean::New(env, slot.reserved != 0));
  if (slot.set & M3IPC_SLOT_NODE) object.Set("nodeId", FromNumber(env, slot.nodeid));
  if (slot.set & M3IPC_SLOT_UID) object.Set("uid", FromNumber(env, slot.uid));
  return object;
}

Napi::Object ShowNode(Napi::Env env, const m3ipc_node_info &node) {
  Builder object(env);
  object.Number("nodeId", node.nodeid).Text("name", node.name);
  object.Flag("local", node.flags & M3IPC_NODE_LOCAL).Flag("linked", node.flags & M3IPC_NODE_LINKED);
  return object.Number("vms", node.vms).Number("sent", node.sent).Number("received", node.received).Done();
}

Napi::Object ShowEndpoint(Napi::Env env, const m3ipc_getep &binding) {
  Builder object(env);
  return object.Number("vmId", binding.vmid).Number("endpoint", binding.endpoint).Done();
}

Napi::Object ShowPrivileges(Napi::Env env, const m3ipc_priv_args &answer) {
  return privilege::ToObject(env, answer.priv);
}

// ---- what can be asked ----

Napi::Value Version(const Napi::CallbackInfo &info) {
  return Ask(info.Env(), M3IPC_IOC_GET_VERSION, m3ipc_version{}, ShowVersion);
}

Napi::Value Drvs(const Napi::CallbackInfo &info) {
  return Ask(info.Env(), M3IPC_IOC_GET_DRVS, m3ipc_drvs_info{}, ShowDrvs);
}

// vm(vmId)
Napi::Value Vm(const Napi::CallbackInfo &info) {
  m3ipc_vm_info question = {};
  question.params.vmid = Argument(info, 0);
  return Ask(info.Env(), M3IPC_IOC_GET_VM, question, ShowVm);
}

// vms(): all that the caller may see, ascending. Not by Walk: the number is not a member of the struct itself.
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
    if (result < 0) return FromNumber(env, result);
    list.Set(count++, ShowVm(env, vm));
    next = vm.params.vmid + 1;
  }
  return list;
}

m3ipc_proc_info ProcessQuestion(const Napi::CallbackInfo &info) {
  m3ipc_proc_info question = {};
  question.vmid = Argument(info, 0);
  question.nr = Argument(info, 1);
  return question;
}

// process(vmId, nr)
Napi::Value Process(const Napi::CallbackInfo &info) {
  return Ask(info.Env(), M3IPC_IOC_GET_PROC, ProcessQuestion(info), ShowProcess);
}

// processes(vmId, firstNr): bound or reserved slots of a VM, ascending by number
Napi::Value Processes(const Napi::CallbackInfo &info) {
  return Walk(info.Env(), M3IPC_IOC_GET_PROC, ProcessQuestion(info), &m3ipc_proc_info::nr, M3IPC_EBADPROC, ShowProcess);
}

// slot(vmId, nr)
Napi::Value Slot(const Napi::CallbackInfo &info) {
  m3ipc_slot question = {};
  question.vmid = Argument(info, 0);
  question.nr = Argument(info, 1);
  return Ask(info.Env(), M3IPC_IOC_GET_SLOT, question, ShowSlot);
}

// node(nodeId)
Napi::Value Node(const Napi::CallbackInfo &info) {
  m3ipc_node_info question = {};
  question.nodeid = Argument(info, 0);
  return Ask(info.Env(), M3IPC_IOC_GET_NODE, question, ShowNode);
}

// nodes(): this node and those that some VM here spans, ascending
Napi::Value Nodes(const Napi::CallbackInfo &info) {
  return Walk(info.Env(), M3IPC_IOC_GET_NODE, m3ipc_node_info{}, &m3ipc_node_info::nodeid, M3IPC_EBADNODEID, ShowNode);
}

// endpointOf(pid)
Napi::Value EndpointOf(const Napi::CallbackInfo &info) {
  m3ipc_getep question = {};
  question.pid = Argument(info, 0);
  return Ask(info.Env(), M3IPC_IOC_GETEP, question, ShowEndpoint);
}

// privileges(vmId, endpoint)
Napi::Value Privileges(const Napi::CallbackInfo &info) {
  m3ipc_priv_args question = {};
  question.vmid = Argument(info, 0);
  question.endpoint = Argument(info, 1);
  return Ask(info.Env(), M3IPC_IOC_GET_PRIV, question, ShowPrivileges);
}

Napi::Object ShowGrant(Napi::Env env, const m3ipc_grant &grant) {
  values::Builder object(env);
  auto done = object.Number("id", grant.id).Number("to", grant.to).Number("bytes", grant.bytes).Done();
  done.Set("address", Napi::BigInt::New(env, uint64_t{grant.addr}));
  done.Set("access", FromNumber(env, grant.access));
  return done;
}

// grants(vmId, endpoint): those of a process, ascending by id. Not by Walk: the number is a member of a member.
Napi::Value Grants(const Napi::CallbackInfo &info) {
  const Napi::Env env = info.Env();
  auto list = Napi::Array::New(env);
  m3ipc_grant_info question = {};
  question.vmid = Argument(info, 0);
  question.endpoint = Argument(info, 1);
  question.flags = M3IPC_GET_NEXT;
  for (uint32_t count = 0;; count++) {
    m3ipc_grant_info answer = question;
    const int result = device::Call(M3IPC_IOC_GRANT_GET, &answer);
    if (result == -M3IPC_EBADVALUE) return list;
    if (result < 0) return FromNumber(env, result);
    list.Set(count, ShowGrant(env, answer.grant));
    question.grant.id = answer.grant.id + 1;
  }
}

} // namespace

void Export(Napi::Env env, Napi::Object exports) {
  const std::pair<const char *, Napi::Value (*)(const Napi::CallbackInfo &)> functions[] = {
      {"version", Version},       {"drvs", Drvs},    {"vm", Vm},     {"vms", Vms},     {"process", Process},
      {"processes", Processes},   {"slot", Slot},    {"node", Node}, {"nodes", Nodes}, {"endpointOf", EndpointOf},
      {"privileges", Privileges}, {"grants", Grants}};
  for (const auto &[name, function] : functions) exports.Set(name, Napi::Function::New(env, function, name));
}

} // namespace information
