// SPDX-License-Identifier: Apache-2.0
// From the attributes of a search result to an entry: operational facts apart, no passwords, text where it is text.
import { isUtf8 } from 'node:buffer';
import type { RawAttribute } from './messages.js';
import type { SyncedEntry } from './types.js';

/** Operational attributes to ask for besides the user attributes. */
export const OPERATIONAL = [
  'entryUUID',
  'nsUniqueId',
  'entryCSN',
  'createTimestamp',
  'modifiersName',
  'hasSubordinates',
] as const;

const FACTS: ReadonlyMap<string, 'csn' | 'createTimestamp' | 'modifiersName'> = new Map([
  ['entrycsn', 'csn'],
  ['createtimestamp', 'createTimestamp'],
  ['modifiersname', 'modifiersName'],
]);

interface Sorting {
  readonly attributes: Map<string, string[]>;
  readonly binary: Map<string, string[]>;
  readonly facts: { csn?: string; createTimestamp?: string; modifiersName?: string };
  uuid?: string;
  uniqueId?: string;
  hasSubordinates?: boolean;
  hasPassword: boolean;
}

/** 389 Directory Server's own identity of an entry: the same 16 bytes as its sync states have, in groups of eight. */
function uuidOfUniqueId(value: string | undefined): string | undefined {
  const hex = value?.replaceAll('-', '').toLowerCase() ?? '';
  return /^[0-9a-f]{32}$/.test(hex) ? hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5') : undefined;
}

function sortAttribute(into: Sorting, name: string, values: readonly Buffer[]): void {
  const fact = FACTS.get(name);
  if (name === 'entryuuid') into.uuid = values[0]?.toString('latin1').toLowerCase();
  else if (name === 'nsuniqueid') into.uniqueId = values[0]?.toString('latin1');
  else if (name === 'hassubordinates') into.hasSubordinates = values[0]?.toString('latin1').toUpperCase() === 'TRUE';
  else if (fact !== undefined) into.facts[fact] = values[0]?.toString('utf8');
  else if (name === 'userpassword') into.hasPassword = true;
  else {
    const text = name.endsWith(';binary') ? [] : values.filter((value) => isUtf8(value));
    const bytes = values.filter((value) => name.endsWith(';binary') || !isUtf8(value));
    if (text.length > 0) into.attributes.set(name, [...(into.attributes.get(name) ?? []), ...text.map(String)]);
    if (bytes.length > 0) {
      const encoded = bytes.map((value) => value.toString('base64'));
      into.binary.set(name, [...(into.binary.get(name) ?? []), ...encoded]);
    }
  }
}

/**
 * @param uuid from the sync state; otherwise nsUniqueId (389 Directory Server) or else entryUUID serves
 * @returns undefined when the entry's UUID is not known
 */
export function toSyncedEntry(dn: string, attributes: readonly RawAttribute[], uuid?: string): SyncedEntry | undefined {
  const sorting: Sorting = { attributes: new Map(), binary: new Map(), facts: {}, hasPassword: false };
  for (const { name, values } of attributes) sortAttribute(sorting, name.toLowerCase(), values);
  const identity = uuid ?? uuidOfUniqueId(sorting.uniqueId) ?? sorting.uuid;
  if (identity === undefined) return undefined;
  return {
    uuid: identity,
    dn,
    attributes: sorting.attributes,
    ...(sorting.binary.size > 0 && { binary: sorting.binary }),
    ...(sorting.hasPassword && { hasPassword: true }),
    ...(sorting.hasSubordinates !== undefined && { hasSubordinates: sorting.hasSubordinates }),
    ...sorting.facts,
  };
}
