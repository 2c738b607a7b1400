// SPDX-License-Identifier: Apache-2.0
// Sorts entries by kind and by place.
import { isBelow, normalizeDn, parentDn } from '../dn.js';
import type { Entry } from '../entry.js';

export interface Sorted {
  readonly base?: Entry;
  readonly nodes: readonly Entry[];
  readonly vms: readonly Entry[];
  /** Processes by entryUUID of the VM entry directly above. */
  readonly processes: ReadonlyMap<string, readonly Entry[]>;
  /** Entries of our classes that stand where their kind may not, with why. */
  readonly misplaced: readonly { readonly entry: Entry; readonly why: string }[];
}

function hasClass(entry: Entry, name: string): boolean {
  return entry.attributes.get('objectclass')?.some((value) => value.toLowerCase() === name) ?? false;
}

type Kind = 'node' | 'vm' | 'process' | 'system';
const KINDS: readonly Kind[] = ['node', 'vm', 'process', 'system'];

interface Placed {
  readonly entry: Entry;
  /** Normalised. */
  readonly dn: string;
}

/** Why an entry of that kind may not stand there, undefined where it may. */
function misplacement(kind: Kind, dn: string, base: string, vmDns: ReadonlySet<string>): string | undefined {
  switch (kind) {
    case 'node':
      return isBelow(dn, `ou=nodes,${base}`) ? undefined : 'the node is not below ou=nodes';
    case 'vm':
      return isBelow(dn, `ou=vms,${base}`) ? undefined : 'the VM is not below ou=vms';
    case 'process':
      return vmDns.has(parentDn(dn) ?? '') ? undefined : 'the entry above it is no VM';
    case 'system':
      return dn === base ? undefined : `the system entry is ${base}`;
  }
}

/** @param base normalised DN of the system entry */
export function classify(entries: readonly Entry[], base: string): Sorted {
  const placed = entries.map((entry): Placed => ({ entry, dn: normalizeDn(entry.dn) ?? '' }));
  const byKind: Record<Kind, Placed[]> = { node: [], vm: [], process: [], system: [] };
  for (const item of placed) {
    const kind = KINDS.find((candidate) => hasClass(item.entry, `drvs${candidate}`));
    if (kind !== undefined) byKind[kind].push(item);
  }
  const vmDns = new Set<string>();
  const misplaced: { entry: Entry; why: string }[] = [];
  const wellPlaced = (kind: Kind): Placed[] =>
    byKind[kind].filter(({ entry, dn }) => {
      const why = misplacement(kind, dn, base, vmDns);
      if (why !== undefined) misplaced.push({ entry, why });
      return why === undefined;
    });
  wellPlaced('system');
  const vms = wellPlaced('vm');
  for (const { dn } of vms) vmDns.add(dn);
  const processes = new Map<string, Entry[]>(vms.map(({ entry }) => [entry.uuid, []]));
  const vmByDn = new Map(vms.map(({ entry, dn }) => [dn, entry.uuid]));
  for (const { entry, dn } of wellPlaced('process')) {
    processes.get(vmByDn.get(parentDn(dn) ?? '') ?? '')?.push(entry);
  }
  const root = placed.find(({ dn }) => dn === base)?.entry;
  return {
    ...(root && { base: root }),
    nodes: wellPlaced('node').map(({ entry }) => entry),
    vms: vms.map(({ entry }) => entry),
    processes,
    misplaced,
  };
}

export function isSystem(entry: Entry): boolean {
  return hasClass(entry, 'drvssystem');
}
