// SPDX-License-Identifier: Apache-2.0
// Pages of lists: `next` names the last item of a page, so that items that come and go shift nothing.
import type { PageQuery } from '@drvs/contracts';
import { ApiRefusal } from '../common/api-error.js';

/** Most items of a page, unless the query says another number. */
export const DEFAULT_LIMIT = 200;

export interface Page<T> {
  readonly revision: string;
  readonly items: T[];
  readonly next: string | null;
}

export function encodeCursor(key: string): string {
  return Buffer.from(key, 'utf8').toString('base64url');
}

export function decodeCursor(cursor: string): string {
  const key = Buffer.from(cursor, 'base64url').toString('utf8');
  if (encodeCursor(key) === cursor) return key;
  throw new ApiRefusal(400, 'CursorInvalid', `'${cursor}' is not the 'next' of a page`, {
    remedy: "Give the 'next' of the page before, or none for the first page.",
  });
}

/** A cursor that names a number, as those of revisions and of the audit do. */
export function decodeNumberCursor(cursor: string): string {
  const number = decodeCursor(cursor);
  if (/^\d{1,18}$/.test(number)) return number;
  throw new ApiRefusal(400, 'CursorInvalid', `'${cursor}' is not the 'next' of a page of this list`, {
    remedy: "Give the 'next' of the page before, or none for the first page.",
  });
}

/**
 * One page of a list that is in memory.
 *
 * @param keyOf a text by which the items are in ascending order, unique among them
 */
export function pageOf<T>(
  revision: string,
  items: readonly T[],
  keyOf: (item: T) => string,
  { cursor, limit = DEFAULT_LIMIT }: PageQuery,
): Page<T> {
  const after = cursor === undefined ? undefined : decodeCursor(cursor);
  const keyed = items.map((item) => ({ item, key: keyOf(item) })).sort((a, b) => (a.key < b.key ? -1 : 1));
  const rest = after === undefined ? keyed : keyed.filter(({ key }) => key > after);
  const page = rest.slice(0, limit);
  const last = page[page.length - 1];
  const next = rest.length > limit && last !== undefined ? encodeCursor(last.key) : null;
  return { revision, items: page.map(({ item }) => item), next };
}

/** A number as text that sorts like the number; from -10,000,000 on. */
export function sortable(number: number): string {
  return String(number + 10_000_000).padStart(9, '0');
}
