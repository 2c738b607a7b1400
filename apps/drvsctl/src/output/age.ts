// SPDX-License-Identifier: Apache-2.0
// Instants as people read them.

const UNITS = [
  ['d', 86_400],
  ['h', 3_600],
  ['min', 60],
  ['s', 1],
] as const;

/** How long ago an RFC 3339 instant was, in its greatest unit: `3 s`, `5 min`; `-` for never, `0 s` for the future. */
export function age(instant: string | null, now: Date): string {
  if (instant === null) return '-';
  const then = Date.parse(instant);
  if (Number.isNaN(then)) return instant;
  const seconds = Math.max(0, Math.floor((now.getTime() - then) / 1000));
  const [unit, size] = UNITS.find(([, unitSeconds]) => seconds >= unitSeconds) ?? ['s', 1];
  return `${String(Math.floor(seconds / size))} ${unit}`;
}
