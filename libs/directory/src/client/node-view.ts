// SPDX-License-Identifier: Apache-2.0
// What one node can read of the directory, in few bounded reads: what an agent parses and projects by itself.
import { normalizeDn } from '../dn.js';
import type { Entry } from '../entry.js';
import { EntryStore } from '../sync/entry-store.js';
import type { Filter } from '../sync/types.js';
import { DirectoryError } from './errors.js';
import type { LdapDirectory } from './types.js';

const isClass = (name: string): Filter => ({ equal: ['objectClass', name] });

/** Attributes of another node that a node may read and needs. */
const PEER = ['objectClass', 'cn', 'drvsNodeId', 'drvsAddress', 'drvsBearer'];

/**
 * Reads the system entry, the node's own entry, how to reach the other nodes, and the VMs that span the node with their
 * processes. Everything is read whole or the call rejects: a part is never taken for the whole.
 *
 * @throws DirectoryError `NoSuchObject` when the node's own entry cannot be read
 */
export async function readNodeView(directory: LdapDirectory, baseDn: string, nodeDn: string): Promise<Entry[]> {
  const own = await directory.read(nodeDn);
  if (own === undefined) {
    const remedy = 'Check nodeDn, and that the node may read its own entry.';
    throw new DirectoryError('NoSuchObject', `The node's own entry ${nodeDn} cannot be read.`, remedy);
  }
  const system = await directory.read(baseDn);
  const nodes = await directory.search(`ou=nodes,${baseDn}`, { filter: isClass('drvsNode'), attributes: PEER });
  const spanning = { and: [isClass('drvsVm'), { equal: ['drvsSpansNode', nodeDn] }] } as const;
  const vms = await directory.search(`ou=vms,${baseDn}`, { filter: spanning });
  const processes: Entry[] = [];
  for (const vm of vms) {
    processes.push(...(await directory.search(vm.dn, { scope: 'one', filter: isClass('drvsProcess') })));
  }
  const others = nodes.filter(({ dn }) => normalizeDn(dn) !== normalizeDn(own.dn));
  const all = [...(system ? [system] : []), own, ...others, ...vms, ...processes];
  return [...new EntryStore(all).entries()];
}
