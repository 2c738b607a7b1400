// SPDX-License-Identifier: Apache-2.0
import type { Modification, WriteOperation } from '../client/types.js';
import { normalizeDn, parentDn, splitDn } from '../dn.js';
import type { StoredEntry } from '../entry.js';
import type { HeldChange } from './types.js';

export interface RefusePlan {
  /** Writes that bring the entries back, parents first. */
  readonly operations: readonly WriteOperation[];
  /** DNs the operations restore. */
  readonly dns: readonly string[];
  /** DNs of nodes that come back without their password: set a new one. */
  readonly passwordsLost: readonly string[];
}

interface Directory {
  /** What is to be there again, by entryUUID. */
  readonly wanted: ReadonlyMap<string, StoredEntry>;
  readonly present: ReadonlyMap<string, StoredEntry>;
  /** Normalised DNs that are taken. */
  readonly taken: ReadonlySet<string>;
}

const fold = (dn: string): string => normalizeDn(dn) ?? dn;
const depth = (dn: string): number => splitDn(dn)?.length ?? 0;

/**
 * What to write so that the directory says again what is in force.
 *
 * @param current the entries the directory has now
 */
export function planRefuse(held: readonly HeldChange[], current: Iterable<StoredEntry>): RefusePlan {
  const present = new Map([...current].map((entry) => [entry.uuid, entry]));
  const wanted = new Map(held.flatMap(({ entries }) => entries).map((entry) => [entry.uuid, entry]));
  const directory = { wanted, present, taken: new Set([...present.values()].map(({ dn }) => fold(dn))) };
  const heldEntries = new Set(held.map(({ uuid }) => uuid));
  const byDepth = [...wanted.values()].sort((a, b) => depth(a.dn) - depth(b.dn));
  const adds = byDepth.flatMap((entry) => addBack(entry, directory));
  // Ancestors serve only to be added when they are gone; what people changed on them stays.
  const changed = byDepth.filter(({ uuid }) => heldEntries.has(uuid));
  const renames = changed.flatMap((entry) => renameBack(entry, directory));
  const edits = changed.flatMap((entry) => editBack(entry, directory));
  const operations = [...renames, ...adds, ...edits];
  return {
    operations,
    dns: [...new Set(operations.map(({ dn }) => dn))],
    passwordsLost: adds.filter(isNode).map(({ dn }) => dn),
  };
}

function isNode(operation: WriteOperation): boolean {
  const classes = operation.op === 'add' ? (operation.attributes['objectclass'] ?? []) : [];
  return classes.some((name) => name.toLowerCase() === 'drvsnode');
}

/** Where the entry belongs now: below its parent's present DN. */
function placeOf(entry: StoredEntry, directory: Directory): string {
  const parent = entry.parentUuid ?? '';
  const gone = directory.wanted.get(parent);
  const below = directory.present.get(parent)?.dn ?? (gone && placeOf(gone, directory));
  return below === undefined ? entry.dn : `${entry.rdn},${below}`;
}

function addBack(entry: StoredEntry, directory: Directory): WriteOperation[] {
  const dn = placeOf(entry, directory);
  if (directory.present.has(entry.uuid) || directory.taken.has(fold(dn))) return [];
  const { attributes, binary } = entry;
  return [{ op: 'add', dn, attributes, ...(binary && { binary }) }];
}

function renameBack(entry: StoredEntry, { present, taken }: Directory): WriteOperation[] {
  const now = present.get(entry.uuid);
  if (now === undefined || fold(now.dn) === fold(entry.dn) || taken.has(fold(entry.dn))) return [];
  const parent = entry.parentUuid === undefined ? undefined : present.get(entry.parentUuid)?.dn;
  const moved = parent !== undefined && fold(parent) !== fold(parentDn(now.dn) ?? '');
  if (!moved && fold(now.rdn) === fold(entry.rdn)) return [];
  return [{ op: 'rename', dn: now.dn, newRdn: entry.rdn, ...(moved && { newSuperior: parent }) }];
}

function editBack(entry: StoredEntry, { present }: Directory): WriteOperation[] {
  const now = present.get(entry.uuid);
  if (now === undefined) return [];
  const naming = entry.rdn.split('=', 1)[0]?.toLowerCase();
  const names = [...new Set([...Object.keys(entry.attributes), ...Object.keys(now.attributes)])].sort();
  const changes = names
    .filter((name) => name !== naming && !sameValues(entry.attributes[name], now.attributes[name]))
    .map((attribute): Modification => ({ op: 'replace', attribute, values: entry.attributes[attribute] ?? [] }));
  // A rename comes first, so the entry has its old DN by then.
  const dn = fold(now.rdn) === fold(entry.rdn) ? now.dn : entry.dn;
  return changes.length === 0 ? [] : [{ op: 'modify', dn, changes }];
}

function sameValues(left: readonly string[] = [], right: readonly string[] = []): boolean {
  return left.length === right.length && left.every((value) => right.includes(value));
}
