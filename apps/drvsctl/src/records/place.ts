// SPDX-License-Identifier: Apache-2.0
// Which entry of the directory a person means by a kind and a name.
import { OBJECT_NAME, type NodeView, type TopologyView, type VmView } from '@drvs/contracts';
import { notFound } from '../client/client.js';
import { CliError, EXIT } from '../errors.js';
import type { RecordKind } from './assignment.js';

/** Names that need no escaping in a DN. */
const NODE_NAME = /^[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$/;

export interface Place {
  readonly kind: RecordKind;
  readonly cn: string;
  readonly dn: string;
}

/** Where a record that is there is. @throws CliError with near matches */
export function findPlace(kind: RecordKind, name: string, topology: TopologyView): Place {
  if (kind === 'node') return { kind, cn: name, dn: findNode(name, topology).dn };
  if (kind === 'vm') return { kind, cn: name, dn: findVm(name, topology).dn };
  const { vm, cn } = splitProcess(name);
  const { dn, processes } = findVm(vm, topology);
  if (!processes.some((process) => process.name === cn && process.desired)) throw notFound('process', cn, processes);
  return { kind, cn, dn: `cn=${cn},${dn}` };
}

/** Where a new record goes. @throws CliError where the name is not legal */
export function newPlace(kind: RecordKind, name: string, topology: TopologyView): Place {
  if (kind === 'node') return { kind, cn: legal(kind, name, NODE_NAME), dn: `cn=${name},ou=nodes,${topology.base}` };
  if (kind === 'vm') return { kind, cn: legal(kind, name, OBJECT_NAME), dn: `cn=${name},ou=vms,${topology.base}` };
  const { vm, cn } = splitProcess(name);
  return { kind, cn: legal(kind, cn, OBJECT_NAME), dn: `cn=${cn},${findVm(vm, topology).dn}` };
}

export function findNode(name: string, { nodes }: TopologyView): NodeView {
  const node = nodes.find((one) => one.name === name);
  if (node === undefined) throw notFound('node', name, nodes);
  return node;
}

export function findVm(name: string, { vms }: TopologyView): VmView {
  const vm = vms.find((one) => one.name === name);
  if (vm === undefined) throw notFound('vm', name, vms);
  return vm;
}

/** The VM and the name in `VM/PROCESS`. @throws CliError where it is not that */
export function splitProcess(name: string): { vm: string; cn: string } {
  const [vm = '', cn = '', ...rest] = name.split('/');
  if (vm !== '' && cn !== '' && rest.length === 0) return { vm, cn };
  throw new CliError('NameWrong', EXIT.usage, `'${name}' names no process`, 'write VM/PROCESS, as orders/server1');
}

function legal(kind: RecordKind, name: string, form: RegExp): string {
  if (form.test(name)) return name;
  const rule =
    kind === 'node' ? 'letters, digits, dots and hyphens' : 'a lower-case letter, then a-z 0-9 _ -, at most 31';
  throw new CliError('NameWrong', EXIT.usage, `'${name}' is no name for a ${kind}`, `it takes ${rule}`);
}
