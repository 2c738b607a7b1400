// SPDX-License-Identifier: Apache-2.0
// A VM as people see it: its state on each node it spans, and in all.
import type { DesiredVm, ProcessView, VmView } from '@drvs/contracts';
import type { ActualNode } from './actual.store.js';
import { isStale, livenessOf } from './node-view.rules.js';

type NodePart = VmView['nodes'][number];

/** State of a VM on one node it spans. */
export function vmOnNode(vmId: number, nodeName: string, actual: ActualNode | undefined): NodePart {
  const liveness = livenessOf(actual);
  const found = actual?.vms.get(vmId);
  const state = liveness === 'never' ? 'unknown' : (found?.state ?? 'absent');
  return { node: nodeName, state, stale: liveness === 'never' || isStale(liveness) };
}

/** State of a VM over all nodes it spans. */
export function vmState(adminState: DesiredVm['adminState'], parts: readonly NodePart[]): VmView['state'] {
  const up = parts.filter(({ state }) => state === 'up');
  if (parts.length > 0 && parts.every(({ stale }) => stale)) return 'unknown';
  if (adminState === 'stopped' && up.length === 0) return 'stopped';
  if (up.length === 0) return 'down';
  return up.length === parts.length && parts.every(({ stale }) => !stale) ? 'up' : 'partial';
}

/** Put together from parts that were looked at one by one. */
export function vmView(
  vm: DesiredVm,
  held: boolean,
  parts: readonly NodePart[],
  processes: readonly ProcessView[],
): VmView {
  return {
    name: vm.name,
    vmId: vm.vmId,
    dn: vm.dn,
    adminState: vm.adminState,
    state: vmState(vm.adminState, parts),
    held,
    invalid: vm.invalid,
    spans: parts.map(({ node }) => node),
    nodes: [...parts],
    processes: [...processes],
  };
}
