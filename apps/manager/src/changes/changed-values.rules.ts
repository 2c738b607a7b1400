// SPDX-License-Identifier: Apache-2.0
// What a change set does to values, for the audit: old and new ones, and of passwords only that they were set.
import type { ChangedEntry, Entry, WriteOperation } from '@drvs/directory';

/** DN -> attribute -> values. An entry that is not there has no member. */
type Values = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;

export interface ChangedValues {
  readonly before: Values;
  readonly after: Values;
}

const PASSWORD = 'userpassword';
const SET = ['(set)'];

function attributesOf({ attributes, binary }: Entry): Map<string, readonly string[]> {
  const values = new Map([...attributes].map(([name, list]) => [name.toLowerCase(), list]));
  for (const [name, list] of binary ?? []) values.set(`${name.toLowerCase()} (base64)`, list);
  // Never read, and if it were, not to be told.
  values.delete(PASSWORD);
  return values;
}

const sameValues = (left: readonly string[] = [], right: readonly string[] = []): boolean =>
  left.length === right.length && left.every((value, index) => value === right[index]);

/** DNs whose password an operation sets. */
function passwordDns(operations: readonly WriteOperation[]): Set<string> {
  const isPassword = (name: string): boolean => name.toLowerCase() === PASSWORD;
  const sets = (operation: WriteOperation): boolean =>
    (operation.op === 'add' && Object.keys(operation.attributes).some(isPassword)) ||
    (operation.op === 'modify' && operation.changes.some(({ attribute }) => isPassword(attribute)));
  return new Set(operations.filter(sets).map(({ dn }) => dn));
}

/** All attributes of an entry that comes or goes; of others those that differ. */
export function changedValues(entries: readonly ChangedEntry[], operations: readonly WriteOperation[]): ChangedValues {
  const passwords = passwordDns(operations);
  const before: Record<string, Record<string, readonly string[]>> = {};
  const after: Record<string, Record<string, readonly string[]>> = {};
  for (const entry of entries) {
    const old = entry.before && attributesOf(entry.before);
    const now = entry.after && attributesOf(entry.after);
    const names = new Set([...(old?.keys() ?? []), ...(now?.keys() ?? [])]);
    const differing = [...names].filter((name) => !old || !now || !sameValues(old.get(name), now.get(name)));
    const pick = (values: Map<string, readonly string[]>): Record<string, readonly string[]> =>
      Object.fromEntries(differing.map((name) => [name, values.get(name) ?? []]));
    if (old && entry.before) before[entry.before.dn] = pick(old);
    if (now && entry.after) after[entry.after.dn] = pick(now);
  }
  for (const dn of passwords) after[dn] = { ...after[dn], [PASSWORD]: SET };
  return { before, after };
}
