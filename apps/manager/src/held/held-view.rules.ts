// SPDX-License-Identifier: Apache-2.0
// The held set as people see it: what waits, and what letting it through would end.
import type { HeldView, Topology } from '@drvs/contracts';
import type { Effect, HeldChange } from '@drvs/directory';
import type { HeldSet } from './held.store.js';

type BoundProcess = HeldView['items'][number]['bound'][number];

function countOf(effects: readonly Effect[], kind: Effect['kind']): number {
  return new Set(effects.filter((effect) => effect.kind === kind).map(({ key }) => key)).size;
}

/** @param topology in force: it still has what is held */
export function heldView(set: HeldSet, topology: Topology): HeldView {
  const effects = set.changes.flatMap((change) => change.effects);
  return {
    hash: set.hash,
    since: set.since?.toISOString() ?? null,
    reason: set.reason,
    effects: {
      processesEnded: countOf(effects, 'process'),
      placementsRemoved: countOf(effects, 'placement'),
      nodesRemoved: countOf(effects, 'node'),
    },
    items: set.changes.map((change) => ({
      kind: change.kind,
      dn: change.dn,
      name: change.name,
      change: change.change,
      bound: boundBy(change, topology),
    })),
  };
}

function boundBy(change: HeldChange, topology: Topology): BoundProcess[] {
  const keys = new Set(change.effects.filter(({ kind }) => kind === 'process').map(({ key }) => key));
  const nodeNames = new Map(topology.nodes.map(({ dn, name }) => [dn, name]));
  return topology.vms.flatMap((vm) =>
    vm.processes
      .filter(({ nr }) => keys.has(`${vm.vmId}/${nr}`))
      .map(({ name, nr, onNode }) => ({ vm: vm.name, name, nr, node: nodeNames.get(onNode) ?? onNode })),
  );
}
