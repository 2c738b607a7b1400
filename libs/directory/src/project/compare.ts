// SPDX-License-Identifier: Apache-2.0
import type { NodeDocument } from '@drvs/contracts';

/** One field in which two documents disagree. */
export interface Difference {
  /** E.g. `vms[orders].processes[server].exec`. */
  readonly path: string;
  readonly left: unknown;
  readonly right: unknown;
}

type Json = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What tells the members of a list of objects apart: their name. */
function keyOf(item: unknown): string | undefined {
  return isObject(item) && typeof item['name'] === 'string' ? item['name'] : undefined;
}

function isNamedList(value: unknown): value is readonly Json[] {
  return Array.isArray(value) && value.length > 0 && value.every((item) => keyOf(item) !== undefined);
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}

function byName(list: unknown): Json {
  return Object.fromEntries((list as readonly Json[]).map((item): [string, Json] => [keyOf(item) ?? '', item]));
}

function compareMembers(path: (key: string) => string, left: Json, right: Json): Difference[] {
  const keys = [...new Set([...Object.keys(left), ...Object.keys(right)])].sort();
  return keys.flatMap((key) => compareValues(path(key), left[key], right[key]));
}

function compareValues(path: string, left: unknown, right: unknown): Difference[] {
  if (isObject(left) && isObject(right)) return compareMembers((key) => (path ? `${path}.${key}` : key), left, right);
  if ((isNamedList(left) || isEmptyList(left)) && (isNamedList(right) || isEmptyList(right))) {
    return compareMembers((key) => `${path}[${key}]`, byName(left), byName(right));
  }
  return JSON.stringify(left) === JSON.stringify(right) ? [] : [{ path, left, right }];
}

/** Field by field, lists matched by name. Losers are left out: an agent's own reading cannot know them. */
export function compareDocuments(left: NodeDocument, right: NodeDocument): Difference[] {
  const comparable = ({ losers: _losers, ...rest }: NodeDocument): Json => rest;
  return compareValues('', comparable(left), comparable(right));
}
