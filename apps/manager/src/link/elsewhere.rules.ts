// SPDX-License-Identifier: Apache-2.0
// Which processes of other nodes a node has to know of: those its own start after, and those that start after its own.
import type { DesiredNode, DesiredProcess, ProcessElsewhere } from '@drvs/contracts';
import type { DesiredState } from '../topology/desired-state.js';

/** A process of another node, without what is known of it. */
export type Relative = Omit<ProcessElsewhere, 'bound' | 'fresh'> & { readonly nodeUuid: string };

/** By entryUUID of the node that has to know. Nodes that need to know nothing are left out. */
export type Relatives = ReadonlyMap<string, readonly Relative[]>;

interface Placed {
  readonly process: DesiredProcess;
  readonly node: DesiredNode;
}

/** Computed once per state of the topology. */
const known = new WeakMap<DesiredState, Relatives>();

export function relativesOf(desired: DesiredState): Relatives {
  const before = known.get(desired);
  if (before) return before;
  const relatives = new Map<string, Map<string, Relative>>();
  for (const { vmId, processes } of desired.topology.vms) {
    if (!processes.some(({ after }) => after.length > 0)) continue;
    const placed = placedByName(processes, desired);
    for (const one of placed.values()) {
      for (const name of one.process.after) {
        const other = placed.get(name);
        if (!other || other.node.uuid === one.node.uuid) continue;
        note(relatives, one.node, relative(vmId, other, placed));
        note(relatives, other.node, relative(vmId, one, placed));
      }
    }
  }
  const result = new Map([...relatives].map(([uuid, set]) => [uuid, [...set.values()]] as const));
  known.set(desired, result);
  return result;
}

function placedByName(processes: readonly DesiredProcess[], desired: DesiredState): Map<string, Placed> {
  return new Map(
    processes.flatMap((process): [string, Placed][] => {
      const node = desired.nodeByDn(process.onNode);
      return node ? [[process.name, { process, node }]] : [];
    }),
  );
}

function relative(vmId: number, { process, node }: Placed, placed: ReadonlyMap<string, Placed>): Relative {
  const { nr, name, exec } = process;
  const after = process.after.flatMap((other) => placed.get(other)?.process.nr ?? []).sort((a, b) => a - b);
  return { vmId, nr, name, after, launched: exec !== undefined, nodeId: node.nodeId, nodeUuid: node.uuid };
}

function note(relatives: Map<string, Map<string, Relative>>, node: DesiredNode, one: Relative): void {
  const set = relatives.get(node.uuid) ?? new Map<string, Relative>();
  relatives.set(node.uuid, set.set(`${one.vmId}/${one.nr}`, one));
}
