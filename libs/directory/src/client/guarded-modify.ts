// SPDX-License-Identifier: Apache-2.0
// For servers without the assertion control: changes that fail where the values are no longer those that were read.
import type { Entry } from '../entry.js';
import type { Modification } from './types.js';

/**
 * Each `replace`, and each `delete` of a whole attribute, as the deletion of exactly the old values: the server refuses it
 * when somebody has changed one of them meanwhile. An attribute that was empty has nothing to hold on to and stays as it is;
 * so does a password, whose value is not known.
 */
export function guardedModifications(changes: readonly Modification[], entry: Entry): Modification[] {
  const touched = new Set<string>();
  return changes.flatMap((change): Modification[] => {
    const name = change.attribute.toLowerCase();
    const values = entry.attributes.get(name) ?? [];
    const binary = entry.binary?.get(name) ?? [];
    const whole = change.op === 'replace' || (change.op === 'delete' && change.values.length === 0 && !change.binary);
    const known = values.length > 0 || binary.length > 0;
    if (!whole || !known || touched.has(name)) {
      touched.add(name);
      return [change];
    }
    touched.add(name);
    const { attribute } = change;
    const away: Modification = { op: 'delete', attribute, values, ...(binary.length > 0 && { binary }) };
    const empty = change.values.length === 0 && (change.binary ?? []).length === 0;
    return empty ? [away] : [away, { ...change, op: 'add' }];
  });
}
