// SPDX-License-Identifier: Apache-2.0
// When the directory says that something was changed.
import type { SyncChange } from '@drvs/directory';

/** Begins with UTC to the microsecond: 20260102030405.123456Z#... */
const CSN_TIME = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)\.(\d{3})\d{3}Z#/;

/** When an entryCSN was given out (ms since 1970); undefined for what is none. */
export function csnTime(csn: string): number | undefined {
  const parts = CSN_TIME.exec(csn);
  if (parts === null) return undefined;
  const [year = 0, month = 0, day, hour, minute, second, ms] = parts.slice(1).map(Number);
  return Date.UTC(year, month - 1, day, hour, minute, second, ms);
}

/** When the newest of the changes was made; undefined when none of them says. */
export function newestChange(changes: readonly SyncChange[]): number | undefined {
  const csns = changes.flatMap((change) => (change.kind === 'put' ? (change.entry.csn ?? []) : []));
  const times = csns.flatMap((csn) => csnTime(csn) ?? []);
  return times.length === 0 ? undefined : times.reduce((a, b) => Math.max(a, b));
}
