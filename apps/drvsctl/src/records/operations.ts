// SPDX-License-Identifier: Apache-2.0
// The change set that makes, changes or deletes one record.
import type { ChangeSet, TopologyView } from '@drvs/contracts';
import { CliError, EXIT } from '../errors.js';
import { shortName, type Assignment, type RecordKind } from './assignment.js';
import { findNode, type Place } from './place.js';

/** One operation of a change set, as the manager takes it. */
export type Operation = NonNullable<ChangeSet['operations']>[number];

const CLASSES: Record<RecordKind, readonly string[]> = {
  node: ['device', 'drvsNode'],
  vm: ['drvsVm'],
  process: ['drvsProcess'],
};
const NEEDED: Record<RecordKind, readonly string[]> = {
  node: [],
  vm: [],
  process: ['drvsProcNr', 'drvsOnNode'],
};

/** A node or a VM that is given no number gets a free one from the manager. */
export function createRecord(place: Place, assignments: readonly Assignment[], topology: TopologyView): Operation[] {
  const { kind, cn, dn } = place;
  const attributes: Record<string, string[]> = { objectClass: [...CLASSES[kind]], cn: [cn] };
  for (const { attribute, isDn, op, values } of assignments) {
    if (op === 'delete') throw usage(`${shortName(attribute)}-= takes a value from a record that is not there yet`, '');
    attributes[attribute] = [...(attributes[attribute] ?? []), ...inDirectory(values, isDn, topology)];
  }
  const absent = NEEDED[kind].filter((attribute) => attributes[attribute] === undefined).map(shortName);
  if (absent.length > 0) {
    throw usage(`a ${kind} needs ${absent.join(' and ')}`, `add ${absent.map((name) => `${name}=VALUE`).join(' ')}`);
  }
  if (kind === 'node' && !('drvsNodeId' in attributes)) attributes.drvsNodeIdAuto ??= ['TRUE'];
  return [{ op: 'add', dn, attributes }];
}

export function changeRecord({ dn }: Place, assignments: readonly Assignment[], topology: TopologyView): Operation[] {
  const changes = assignments.map(({ attribute, isDn, op, values }) => ({
    op,
    attribute,
    values: inDirectory(values, isDn, topology),
  }));
  return [{ op: 'modify', dn, changes }];
}

/** With a VM go its processes, and with a node the VMs' mention of it: what is left points nowhere wrong. */
export function deleteRecord({ kind, cn, dn }: Place, topology: TopologyView): Operation[] {
  const processes = topology.vms.filter((vm) => kind === 'vm' && vm.name === cn).flatMap((vm) => vm.processes);
  const spanning = topology.vms.filter((vm) => kind === 'node' && vm.spans.includes(cn));
  return [
    ...spanning.map((vm) => ({
      op: 'modify' as const,
      dn: vm.dn,
      changes: [{ op: 'delete' as const, attribute: 'drvsSpansNode', values: [dn] }],
    })),
    ...processes
      .filter((process) => process.desired)
      .map((process) => ({ op: 'delete' as const, dn: `cn=${process.name},${dn}` })),
    { op: 'delete', dn },
  ];
}

/** Nodes may be given by name. */
function inDirectory(values: readonly string[], isDn: boolean, topology: TopologyView): string[] {
  return values.map((value) => (isDn && !value.includes('=') ? findNode(value, topology).dn : value));
}

function usage(message: string, remedy: string): CliError {
  return new CliError('RecordIncomplete', EXIT.usage, message, remedy);
}
