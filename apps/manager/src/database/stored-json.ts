// SPDX-License-Identifier: Apache-2.0

/**
 * Text as Postgres can hold it: without NUL and unpaired surrogates, which it refuses. One such value from outside would
 * otherwise fail the transaction of everything that came with it.
 */
export function storableText(text: string): string {
  return text.replace(/[\0\p{Surrogate}]/gu, '\uFFFD');
}

/** JSON as a jsonb column can hold it; null stays SQL's null. */
export function storableJson(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  return JSON.stringify(value, (_key, part: unknown) => (typeof part === 'string' ? storableText(part) : part));
}
