// SPDX-License-Identifier: Apache-2.0
import type {
  DesiredNode,
  DesiredProcess,
  DesiredVm,
  NodeDocument,
  ProcessDocument,
  Topology,
  VmDocument,
} from '@drvs/contracts';
import { normalizeDn } from '../dn.js';
import { byBytes } from '../parse/draft.js';
import { compact } from '../parse/origin.js';
import type { Loser } from '../parse/types.js';

/**
 * The part of the topology that one node must make true, undefined when the topology has no such node or no system entry.
 *
 * @param nodeDn DN of the node, normalised or not
 * @param losers of the same parse; the document names those that its node can see
 */
export function project(topology: Topology, nodeDn: string, losers: readonly Loser[] = []): NodeDocument | undefined {
  const dn = normalizeDn(nodeDn) ?? nodeDn;
  const nodeOf = new Map(topology.nodes.map((node) => [node.dn, node]));
  const node = nodeOf.get(dn);
  const { system } = topology;
  if (node === undefined || system === undefined) return undefined;
  const vms = topology.vms.filter((vm) => vm.spans.includes(dn));
  const peers = peersOf(node, vms, nodeOf);
  return {
    systemId: system.systemId,
    node: compact({
      name: node.name,
      nodeId: node.nodeId,
      adminState: node.adminState,
      adminReason: node.adminReason,
    }),
    limits: { maxCopyBytes: system.maxCopyBytes },
    managers: { urls: sorted(system.managerUrls), cas: sorted(system.managerCas) },
    peers: peers.map(({ name, nodeId, addresses, bearers }) => ({
      name,
      nodeId,
      addresses: sorted(addresses),
      bearers: sorted(bearers),
    })),
    vms: [...vms].sort((a, b) => a.vmId - b.vmId).map((vm) => vmDocument(vm, node, nodeOf)),
    losers: losersFor(node, vms, peers, losers),
  };
}

function sorted(values: readonly string[]): string[] {
  return [...values].sort(byBytes);
}

function peersOf(
  node: DesiredNode,
  vms: readonly DesiredVm[],
  nodeOf: ReadonlyMap<string, DesiredNode>,
): DesiredNode[] {
  const dns = new Set(vms.flatMap((vm) => vm.spans));
  dns.delete(node.dn);
  return [...dns].flatMap((dn) => nodeOf.get(dn) ?? []).sort((a, b) => a.nodeId - b.nodeId);
}

function vmDocument(vm: DesiredVm, node: DesiredNode, nodeOf: ReadonlyMap<string, DesiredNode>): VmDocument {
  const processes = vm.processes.filter((process) => process.onNode === node.dn).sort((a, b) => a.nr - b.nr);
  return compact({
    vmId: vm.vmId,
    name: vm.name,
    adminState: vm.adminState,
    spans: vm.spans.flatMap((dn) => nodeOf.get(dn)?.nodeId ?? []).sort((a, b) => a - b),
    procs: vm.procs,
    tasks: vm.tasks,
    owner: vm.owner,
    group: vm.group,
    mode: vm.mode,
    defaultLevel: vm.defaultLevel,
    copyPolicy: vm.copyPolicy,
    messageAbi: vm.messageAbi,
    processes: processes.map((process) => processDocument(process, vm, nodeOf)),
  });
}

function processDocument(
  process: DesiredProcess,
  vm: DesiredVm,
  nodeOf: ReadonlyMap<string, DesiredNode>,
): ProcessDocument {
  const others = new Map(vm.processes.map((other) => [other.name, other]));
  const after = process.after.flatMap((name) => {
    const other = others.get(name);
    const nodeId = other && nodeOf.get(other.onNode)?.nodeId;
    return other && nodeId !== undefined ? [{ name, nr: other.nr, nodeId }] : [];
  });
  return compact({
    name: process.name,
    nr: process.nr,
    exec: process.exec && [...process.exec],
    user: process.user,
    environment: sorted(Object.entries(process.environment).map(([name, value]) => `${name}=${value}`)),
    credentials: sorted(process.credentials),
    workingDirectory: process.workingDirectory,
    restart: process.restart,
    level: process.level,
    allowedCalls: sorted(process.allowedCalls),
    // By number, as the kernel knows them. A name that nobody has stays: it allows nobody, and must not vanish.
    allowedPeers: sorted([...new Set(process.allowedPeers.map((peer) => String(others.get(peer)?.nr ?? peer)))]),
    admitUser: process.admitUser,
    after: after.sort((a, b) => byBytes(a.name, b.name)),
  });
}

/** The losers that an agent reading the directory itself would meet: of its own nodeid, its peers' and its VMs'. */
function losersFor(
  node: DesiredNode,
  vms: readonly DesiredVm[],
  peers: readonly DesiredNode[],
  losers: readonly Loser[],
): NodeDocument['losers'] {
  const nodeIds = new Set([node, ...peers].map(({ nodeId }) => nodeId));
  const vmIds = new Set(vms.map(({ vmId }) => vmId));
  return losers
    .filter(({ attribute, id, vmId, nodes }) => {
      if (attribute === 'drvsNodeId') return nodeIds.has(id);
      if (attribute === 'drvsVmId') return vmIds.has(id) || nodes.includes(node.dn);
      return vmId !== undefined && vmIds.has(vmId);
    })
    .map(({ dn, attribute }) => ({ dn, attribute }))
    .sort((a, b) => byBytes(`${a.dn}\0${a.attribute}`, `${b.dn}\0${b.attribute}`));
}
