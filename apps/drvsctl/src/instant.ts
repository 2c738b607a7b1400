// SPDX-License-Identifier: Apache-2.0
// Instants on the command line: RFC 3339, a day, or so long ago.
import { InvalidArgumentError } from 'commander';

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };

/** RFC 3339 text of `2026-01-31`, `2026-01-31T12:00:00Z`, or `30m`, `2h`, `7d` before `now`. For commander. */
export function parseInstant(text: string, now: Date): string {
  const [, count, unit] = /^(\d{1,6})([smhdw])$/.exec(text) ?? [];
  if (count !== undefined && unit !== undefined) {
    return new Date(now.getTime() - Number(count) * (UNITS[unit] ?? 0) * 1000).toISOString();
  }
  const at = /^\d{4}-\d{2}-\d{2}(T[\d:.]+(Z|[+-]\d{2}:\d{2}))?$/.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(at)) return new Date(at).toISOString();
  throw new InvalidArgumentError('It takes 2026-01-31, 2026-01-31T12:00:00Z, or how long ago: 30m, 2h, 7d.');
}
