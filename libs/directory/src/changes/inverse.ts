// SPDX-License-Identifier: Apache-2.0
import type { Modification, WriteOperation } from '../client/types.js';
import { parentDn, rdnOf } from '../dn.js';
import type { Entry } from '../entry.js';

/**
 * The operation that takes another one back. Passwords are not known here: a deleted entry comes back without its own.
 *
 * @param before the entry as the operation finds it; undefined for an addition
 */
export function inverse(operation: WriteOperation, before: Entry | undefined): WriteOperation | undefined {
  if (operation.op === 'add') return { op: 'delete', dn: operation.dn };
  if (before === undefined) return undefined;
  switch (operation.op) {
    case 'delete':
      return {
        op: 'add',
        dn: before.dn,
        attributes: Object.fromEntries(before.attributes),
        ...(before.binary && { binary: Object.fromEntries(before.binary) }),
      };
    case 'modify': {
      const names = new Set(operation.changes.map(({ attribute }) => attribute.toLowerCase()));
      names.delete('userpassword');
      const changes = [...names].map((attribute) => restoring(attribute, before));
      return changes.length === 0 ? undefined : { op: 'modify', dn: operation.dn, changes };
    }
    case 'rename': {
      const { newRdn, newSuperior } = operation;
      const parent = parentDn(before.dn) ?? '';
      const dn = [newRdn, newSuperior ?? parent].filter((part) => part !== '').join(',');
      return { op: 'rename', dn, newRdn: rdnOf(before.dn), ...(newSuperior !== undefined && { newSuperior: parent }) };
    }
  }
}

function restoring(attribute: string, before: Entry): Modification {
  const binary = before.binary?.get(attribute);
  return { op: 'replace', attribute, values: before.attributes.get(attribute) ?? [], ...(binary && { binary }) };
}
