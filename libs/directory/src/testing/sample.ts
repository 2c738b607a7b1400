// SPDX-License-Identifier: Apache-2.0
// Entries for tests: a small system, and ways to spoil it.
import { parentDn, rdnOf } from '../dn.js';
import type { Entry } from '../entry.js';

export const BASE = 'ou=drvs,dc=drvs,dc=example';
export const SYSTEM_ID = '6f1f2a51-25b7-4d0e-9a55-1b9a3f0f7d10';

export type Values = Readonly<Record<string, string | readonly string[] | undefined>>;

let serial = 0;

/** An entry with a UUID of its own; attributes without value are left out. */
export function entry(dn: string, values: Values, facts: Partial<Entry> = {}): Entry {
  serial += 1;
  const attributes = new Map<string, readonly string[]>();
  for (const [name, value] of Object.entries(values)) {
    if (value !== undefined) attributes.set(name.toLowerCase(), typeof value === 'string' ? [value] : value);
  }
  return {
    uuid: `00000000-0000-4000-8000-${String(serial).padStart(12, '0')}`,
    dn,
    rdn: rdnOf(dn),
    attributes,
    csn: `20260101000000.${String(serial).padStart(6, '0')}Z#000000#000#000000`,
    createTimestamp: `2026010100${String(serial % 10_000).padStart(4, '0')}Z`,
    ...facts,
  };
}

export function system(values: Values = {}): Entry {
  return entry(BASE, { objectClass: ['organizationalUnit', 'drvsSystem'], drvsSystemId: SYSTEM_ID, ...values });
}

export function nodeDn(name: string): string {
  return `cn=${name},ou=nodes,${BASE}`;
}

export function node(
  name: string,
  nodeId: number | string | undefined,
  values: Values = {},
  facts: Partial<Entry> = {},
): Entry {
  const own = { objectClass: ['device', 'drvsNode'], cn: name, drvsNodeId: nodeId?.toString() };
  return entry(nodeDn(name), { ...own, ...values }, facts);
}

export function vmDn(name: string): string {
  return `cn=${name},ou=vms,${BASE}`;
}

export function vm(name: string, vmId: number | string, nodes: readonly string[], values: Values = {}): Entry {
  const spans = nodes.map(nodeDn);
  const own = { objectClass: 'drvsVm', cn: name, drvsVmId: vmId.toString(), drvsSpansNode: spans };
  return entry(vmDn(name), { ...own, ...values });
}

export function process(vmName: string, name: string, nr: number | string, onNode: string, values: Values = {}): Entry {
  const own = { objectClass: 'drvsProcess', cn: name, drvsProcNr: nr.toString(), drvsOnNode: nodeDn(onNode) };
  return entry(`cn=${name},${vmDn(vmName)}`, { ...own, drvsExec: '/usr/bin/m3ipc serve', ...values });
}

/** The same entry (UUID, age) with other values; `undefined` deletes an attribute. */
export function edit(before: Entry, values: Values): Entry {
  const attributes = new Map(before.attributes);
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined) attributes.delete(name.toLowerCase());
    else attributes.set(name.toLowerCase(), typeof value === 'string' ? [value] : value);
  }
  serial += 1;
  return { ...before, attributes, csn: `20260101000000.${String(serial).padStart(6, '0')}Z#000000#000#000000` };
}

/** The same entry under another RDN. */
export function rename(before: Entry, rdn: string): Entry {
  const [type = '', value = ''] = rdn.split('=');
  const renamed = edit(before, { [type]: value });
  return { ...renamed, rdn, dn: `${rdn},${parentDn(before.dn)}` };
}

/** A system of three nodes and two VMs. */
export function sample(): Record<string, Entry> {
  return {
    system: system(),
    nodes: entry(`ou=nodes,${BASE}`, { objectClass: 'organizationalUnit', ou: 'nodes' }),
    vms: entry(`ou=vms,${BASE}`, { objectClass: 'organizationalUnit', ou: 'vms' }),
    node1: node('node1', 1, { drvsAddress: '10.77.0.11' }),
    node2: node('node2', 2, { drvsAddress: '10.77.0.12' }),
    node3: node('node3', 3, { drvsAddress: '10.77.0.13' }),
    orders: vm('orders', 10, ['node1', 'node2']),
    server1: process('orders', 'server1', 1, 'node1'),
    client1: process('orders', 'client1', 2, 'node1', { drvsAfter: 'server1' }),
    server2: process('orders', 'server2', 3, 'node2'),
    billing: vm('billing', 20, ['node2', 'node3']),
    ledger: process('billing', 'ledger', 1, 'node2'),
    clerk: process('billing', 'clerk', 2, 'node3', { drvsExec: undefined, drvsAdmitUser: 'drvs' }),
  };
}
