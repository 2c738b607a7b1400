// SPDX-License-Identifier: Apache-2.0
import type { Origin } from '@drvs/contracts';
import { normalizeDn } from '../dn.js';
import type { Entry } from '../entry.js';

/** What a desired object keeps of its entry. */
export function originOf(entry: Entry): Origin {
  return {
    uuid: entry.uuid,
    dn: normalizeDn(entry.dn) ?? entry.dn,
    ...(entry.csn !== undefined && { csn: entry.csn }),
    invalid: false,
  };
}

/** The object without members that have no value: JSON and equality then agree. */
export function compact<T extends object>(object: T): T {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as T;
}
