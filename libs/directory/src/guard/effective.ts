// SPDX-License-Identifier: Apache-2.0
// The directory's word with held objects as they were.
import type { DesiredNode, DesiredProcess, DesiredSystem, DesiredVm, Topology } from '@drvs/contracts';
import type { Adoption, HeldChange, Verdict } from './types.js';

type Displaced = Verdict['displaced'][number];

interface Merge {
  readonly displaced: Displaced[];
  /** Present entryUUID of an object that was held under an older one. */
  readonly present: (uuid: string) => string;
}

export function applyHolds(
  next: Topology,
  held: readonly HeldChange[],
  adopted: readonly Adoption[],
): { effective: Topology; displaced: Displaced[] } {
  const returns = new Map(adopted.map(({ oldUuid, newUuid }) => [oldUuid, newUuid]));
  const merge: Merge = { displaced: [], present: (uuid) => returns.get(uuid) ?? uuid };
  const of = <T>(kind: HeldChange['kind']): { change: HeldChange; before: T }[] =>
    held.filter((change) => change.kind === kind).map((change) => ({ change, before: change.before as T }));
  const system = of<DesiredSystem>('system')[0]?.before ?? next.system;
  const nodes = mergeNodes(next.nodes, of<DesiredNode>('node'), merge);
  const vms = mergeVms(next.vms, of<DesiredVm>('vm'), merge);
  const placed = mergeProcesses(vms, of<DesiredProcess>('process'), merge);
  const effective = { ...(system && { system }), nodes, vms: placed };
  return { effective, displaced: merge.displaced };
}

/** Objects that are live or held, with who has which number. */
class Place<T extends { uuid: string; dn: string }> {
  private readonly byUuid: Map<string, T>;
  private readonly owner: Map<number, T>;
  constructor(
    live: readonly T[],
    private readonly id: (value: T) => number,
    private readonly attribute: string,
    private readonly displaced: Displaced[],
  ) {
    this.byUuid = new Map(live.map((value) => [value.uuid, value]));
    this.owner = new Map(live.map((value) => [id(value), value]));
  }

  get(uuid: string): T | undefined {
    return this.byUuid.get(uuid);
  }

  /** Puts a held object in, unless a live entry of another DN has its number: then the held one gives way. */
  hold(before: T): void {
    const id = this.id(before);
    const rival = this.owner.get(id);
    if (rival !== undefined && rival.uuid !== before.uuid) {
      this.displaced.push({ dn: before.dn, by: rival.dn, attribute: this.attribute, id });
      return;
    }
    const live = this.byUuid.get(before.uuid);
    if (live !== undefined) this.owner.delete(this.id(live));
    this.byUuid.set(before.uuid, before);
    this.owner.set(id, before);
  }

  sorted(): T[] {
    return [...this.byUuid.values()].sort((a, b) => this.id(a) - this.id(b));
  }
}

function mergeNodes(
  nodes: readonly DesiredNode[],
  held: readonly { before: DesiredNode }[],
  merge: Merge,
): DesiredNode[] {
  const place = new Place(nodes, ({ nodeId }) => nodeId, 'drvsNodeId', merge.displaced);
  for (const { before } of held) place.hold(before);
  return place.sorted();
}

function mergeVms(vms: readonly DesiredVm[], held: readonly { before: DesiredVm }[], merge: Merge): DesiredVm[] {
  const place = new Place(vms, ({ vmId }) => vmId, 'drvsVmId', merge.displaced);
  for (const { before } of held) {
    // Its processes are held one by one; those that were changed freely keep their change.
    place.hold({ ...before, processes: place.get(before.uuid)?.processes ?? [] });
  }
  return place.sorted();
}

function mergeProcesses(
  vms: readonly DesiredVm[],
  held: readonly { change: HeldChange; before: DesiredProcess }[],
  merge: Merge,
): DesiredVm[] {
  const heldIn = new Map<string, DesiredProcess[]>();
  const homes = new Set<string>();
  for (const { change, before } of held) {
    const vm = merge.present(change.vmUuid ?? '');
    heldIn.set(vm, [...(heldIn.get(vm) ?? []), before]);
    homes.add(before.uuid);
  }
  return vms.map((vm) => {
    const live = vm.processes.filter(({ uuid, onNode }) => !homes.has(uuid) && vm.spans.includes(onNode));
    const place = new Place(live, ({ nr }) => nr, 'drvsProcNr', merge.displaced);
    for (const before of heldIn.get(vm.uuid) ?? []) if (vm.spans.includes(before.onNode)) place.hold(before);
    return { ...vm, processes: place.sorted() };
  });
}
