// SPDX-License-Identifier: Apache-2.0
// What a topology makes real: nodes that take part, VMs placed on nodes, processes that run there.
import type { DesiredNode, DesiredProcess, DesiredVm, Topology } from '@drvs/contracts';

export interface Placement {
  readonly vm: DesiredVm;
  readonly node: DesiredNode;
}
export interface Running extends Placement {
  readonly process: DesiredProcess;
}

/** By effect key. */
export interface World {
  readonly node: ReadonlyMap<string, DesiredNode>;
  readonly placement: ReadonlyMap<string, Placement>;
  readonly process: ReadonlyMap<string, Running>;
}

export function worldOf(topology: Topology): World {
  const active = topology.nodes.filter(({ adminState }) => adminState !== 'disabled');
  const byDn = new Map(active.map((node) => [node.dn, node]));
  const placement = new Map<string, Placement>();
  const process = new Map<string, Running>();
  for (const vm of topology.vms.filter(({ adminState }) => adminState === 'running')) {
    for (const dn of vm.spans) {
      const node = byDn.get(dn);
      if (node) placement.set(`${vm.vmId}@${node.nodeId}`, { vm, node });
    }
    for (const member of vm.processes) {
      const node = byDn.get(member.onNode);
      // A drained node ends what was launched there; who was admitted leaves by itself.
      const stays = node && vm.spans.includes(node.dn) && (node.adminState !== 'drained' || !member.exec);
      if (stays) process.set(`${vm.vmId}/${member.nr}`, { vm, node, process: member });
    }
  }
  return { node: new Map(active.map((node) => [String(node.nodeId), node])), placement, process };
}
