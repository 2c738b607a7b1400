// SPDX-License-Identifier: Apache-2.0
// The objects of a topology by entryUUID, and their return under another one.
import type { DesiredNode, DesiredProcess, DesiredSystem, DesiredVm, Topology } from '@drvs/contracts';
import type { Adoption, HeldKind } from './types.js';

export interface GuardedObject {
  readonly kind: HeldKind;
  readonly value: DesiredSystem | DesiredNode | DesiredVm | DesiredProcess;
  readonly vmUuid?: string;
}

export type Objects = ReadonlyMap<string, GuardedObject>;

export function objectsOf(topology: Topology): Map<string, GuardedObject> {
  const objects = new Map<string, GuardedObject>();
  const put = (object: GuardedObject): unknown => objects.set(object.value.uuid, object);
  if (topology.system) put({ kind: 'system', value: topology.system });
  for (const node of topology.nodes) put({ kind: 'node', value: node });
  for (const vm of topology.vms) {
    put({ kind: 'vm', value: vm });
    for (const process of vm.processes) put({ kind: 'process', value: process, vmUuid: vm.uuid });
  }
  return objects;
}

export function nameOf({ kind, value }: GuardedObject): string {
  return kind === 'system' ? 'system' : (value as DesiredNode).name;
}

/**
 * New entries of the kind and DN of objects whose entries are gone: the same thing, come back. A process is known by its
 * VM and its name, since renaming a VM moves its processes.
 */
export function findReturns(before: Objects, after: Objects): Adoption[] {
  const returns = new Map<string, Adoption>();
  const match = (kind: HeldKind, placeOf: (object: GuardedObject) => string): void => {
    const newcomers = new Map<string, string>();
    for (const [uuid, object] of after) {
      if (object.kind === kind && !before.has(uuid)) newcomers.set(placeOf(object), uuid);
    }
    for (const [oldUuid, object] of before) {
      const newUuid = object.kind === kind && !after.has(oldUuid) ? newcomers.get(placeOf(object)) : undefined;
      if (newUuid !== undefined) returns.set(oldUuid, { kind, dn: object.value.dn, oldUuid, newUuid });
    }
  };
  for (const kind of ['system', 'node', 'vm'] as const) match(kind, ({ value }) => value.dn);
  match('process', (object) => {
    const vm = object.vmUuid ?? '';
    return `${returns.get(vm)?.newUuid ?? vm} ${nameOf(object)}`;
  });
  return [...returns.values()];
}
