// SPDX-License-Identifier: Apache-2.0
// Numbers for VMs that a change set adds without one (design: directory, "Writing"). Pure.
import type { Entry, WriteOperation } from '@drvs/directory';
import { freeNumber } from '../follower/node-numbers.rules.js';

/** Automatic vmids are below this: from here on a node's users may make VMs of their own. */
export const AUTOMATIC_VMIDS = 3072;

const VMID = 'drvsvmid';

export interface NumberedOperations {
  readonly operations: readonly WriteOperation[];
  /** Places of the operations whose vmid was chosen here. */
  readonly numbered: readonly number[];
}

type AddOperation = Extract<WriteOperation, { op: 'add' }>;

function valuesOf({ attributes }: AddOperation, name: string): readonly string[] {
  return Object.entries(attributes).flatMap(([other, values]) => (other.toLowerCase() === name ? values : []));
}

function lacksNumber(operation: WriteOperation): operation is AddOperation {
  if (operation.op !== 'add' || valuesOf(operation, VMID).length > 0) return false;
  return valuesOf(operation, 'objectclass').some((name) => name.toLowerCase() === 'drvsvm');
}

/** The operation with another vmid. */
export function withVmId(operation: AddOperation, vmId: number): AddOperation {
  const others = Object.entries(operation.attributes).filter(([name]) => name.toLowerCase() !== VMID);
  return { ...operation, attributes: { ...Object.fromEntries(others), drvsVmId: [String(vmId)] } };
}

/** Every vmid that an entry has or an operation gives. */
export function claimedVmIds(entries: Iterable<Entry>, operations: readonly WriteOperation[]): Set<number> {
  const values = [...entries].flatMap(({ attributes }) => attributes.get(VMID) ?? []);
  for (const operation of operations) {
    if (operation.op === 'add') values.push(...valuesOf(operation, VMID));
    if (operation.op !== 'modify') continue;
    const given = operation.changes.filter(({ attribute }) => attribute.toLowerCase() === VMID);
    values.push(...given.flatMap((change) => change.values));
  }
  return new Set(values.map(Number));
}

/** @param recent vmids that were in use within the last day: they are taken last */
export function numberVms(
  operations: readonly WriteOperation[],
  entries: Iterable<Entry>,
  recent: ReadonlySet<number>,
): NumberedOperations {
  if (!operations.some(lacksNumber)) return { operations, numbered: [] };
  const claimed = claimedVmIds(entries, operations);
  const numbered: number[] = [];
  const given = operations.map((operation, index) => {
    if (!lacksNumber(operation)) return operation;
    const vmId = freeNumber(claimed, recent, AUTOMATIC_VMIDS);
    if (vmId === undefined) return operation;
    claimed.add(vmId);
    numbered.push(index);
    return withVmId(operation, vmId);
  });
  return { operations: given, numbered };
}
