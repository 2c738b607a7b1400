// SPDX-License-Identifier: Apache-2.0
// A topology as flat objects by entryUUID, and what changed between two of them.
import type { Topology } from '@drvs/contracts';
import type { Adoption, HeldChange } from '@drvs/directory';
import type { DesiredObject } from '../topology/desired.store.js';

export type ObjectMap = ReadonlyMap<string, DesiredObject>;

export const CHANGE_OPS = ['add', 'modify', 'delete', 'rename', 'hold', 'release'] as const;
export type ChangeOp = (typeof CHANGE_OPS)[number];

/** One object's change in one revision. */
export interface ObjectChange {
  readonly op: ChangeOp;
  /** entryUUID the row had before, or has now when it is new. */
  readonly uuid: string;
  readonly before: DesiredObject | undefined;
  readonly after: DesiredObject | undefined;
}

/** The objects of a topology; `held` are those the guard keeps in force, and whatever contains one of them. */
export function flatten(topology: Topology, held: readonly HeldChange[]): ObjectMap {
  const heldUuids = new Set(held.flatMap(({ uuid, vmUuid }) => (vmUuid === undefined ? [uuid] : [uuid, vmUuid])));
  const objects = new Map<string, DesiredObject>();
  const put = (object: DesiredObject): void => void objects.set(object.desired.uuid, object);
  const isHeld = (uuid: string): boolean => heldUuids.has(uuid);
  const { system } = topology;
  if (system !== undefined) put({ kind: 'system', held: isHeld(system.uuid), desired: system });
  for (const node of topology.nodes) put({ kind: 'node', held: isHeld(node.uuid), desired: node });
  for (const { processes, ...vm } of topology.vms) {
    put({ kind: 'vm', held: isHeld(vm.uuid), desired: vm });
    for (const process of processes) {
      put({ kind: 'process', held: isHeld(process.uuid), desired: process, vmUuid: vm.uuid });
    }
  }
  return objects;
}

/** Members that do not change what an object asks for: an edit may touch an entry and change nothing we use. */
const IDENTITY = new Set(['csn', 'uuid']);

function sameDesired(a: DesiredObject, b: DesiredObject): boolean {
  return sameRecord(a.desired, b.desired, IDENTITY);
}

/** Equality as JSON sees it: a member that is undefined and one that is absent are the same. */
function sameValue(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  return sameRecord(a, b);
}

function sameRecord(a: object, b: object, except?: ReadonlySet<string>): boolean {
  const left = a as Readonly<Record<string, unknown>>;
  const right = b as Readonly<Record<string, unknown>>;
  const matches = (key: string): boolean => except?.has(key) === true || sameValue(left[key], right[key]);
  return Object.keys(left).every(matches) && Object.keys(right).every((key) => key in left || matches(key));
}

const vmOf = (object: DesiredObject): string | undefined => (object.kind === 'process' ? object.vmUuid : undefined);

function opOf(before: DesiredObject, after: DesiredObject): ChangeOp | undefined {
  if (!sameDesired(before, after)) return before.desired.dn === after.desired.dn ? 'modify' : 'rename';
  if (before.held !== after.held) return after.held ? 'hold' : 'release';
  // Its VM came back under another entryUUID: readers of the rows must learn where it belongs now.
  if (vmOf(before) !== vmOf(after)) return 'modify';
  return before.desired.uuid === after.desired.uuid ? undefined : 'release';
}

/** What became of every object that is not as it was, in the order of the topology; deletions last, children first. */
export function diffObjects(before: ObjectMap, after: ObjectMap, adopted: readonly Adoption[]): ObjectChange[] {
  const oldUuids = new Map(adopted.map(({ oldUuid, newUuid }) => [newUuid, oldUuid]));
  const changes: ObjectChange[] = [];
  const seen = new Set<string>();
  for (const [uuid, object] of after) {
    const oldUuid = oldUuids.get(uuid) ?? uuid;
    const previous = before.get(oldUuid);
    seen.add(oldUuid);
    const op = previous === undefined ? 'add' : opOf(previous, object);
    if (op !== undefined)
      changes.push({ op, uuid: previous === undefined ? uuid : oldUuid, before: previous, after: object });
  }
  for (const [uuid, object] of [...before].reverse()) {
    if (!seen.has(uuid)) changes.push({ op: 'delete', uuid, before: object, after: undefined });
  }
  return changes;
}

/** Objects that say the same but whose entry was edited: only their entryCSN is stored. */
export function touchedObjects(before: ObjectMap, after: ObjectMap): DesiredObject[] {
  return [...after.values()].filter((object) => {
    const previous = before.get(object.desired.uuid);
    return previous !== undefined && previous.desired.csn !== object.desired.csn;
  });
}

/** Effect keys of what exists: `<nodeId>` of nodes, `<vmId>@<nodeId>` of placements. */
export function existenceKeys(topology: Topology): Set<string> {
  const nodeIds = new Map(topology.nodes.map((node) => [node.dn, node.nodeId]));
  const placements = topology.vms.flatMap((vm) =>
    vm.spans.flatMap((dn) => (nodeIds.has(dn) ? [`${vm.vmId}@${nodeIds.get(dn)}`] : [])),
  );
  return new Set([...[...nodeIds.values()].map(String), ...placements]);
}
