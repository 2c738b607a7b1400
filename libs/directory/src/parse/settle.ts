// SPDX-License-Identifier: Apache-2.0
// Applies the outcome of number conflicts to candidates and names the losers.
import type { Origin } from '@drvs/contracts';
import type { Candidate } from './candidate.js';
import { settleClaims } from './claims.js';
import type { ProblemCode } from './codes.js';
import type { Loser, LoserName } from './types.js';

export interface Dispute<T extends Origin> {
  readonly attribute: string;
  readonly code: ProblemCode;
  readonly candidates: readonly Candidate<T>[];
  readonly numberOf: (value: T) => number;
  /** The number an entry held in the previous topology. */
  readonly heldBy: (entryUuid: string) => number | undefined;
  readonly losers: readonly LoserName[];
  /** What a loser's document needs besides its name. */
  readonly describe: (value: T) => Pick<Loser, 'vmId' | 'nodes'>;
}

/** Puts losers back to their last valid number, or out of force, and returns them. */
export function settleDispute<T extends Origin>(dispute: Dispute<T>): Loser[] {
  const named = new Set(dispute.losers.filter((l) => l.attribute === dispute.attribute).map((l) => l.dn));
  const alive = dispute.candidates.filter((candidate) => candidate.value !== undefined);
  const wanted = new Map(alive.map((c) => [c.entry.uuid, dispute.numberOf(c.value as T)]));
  const grants = settleClaims(
    alive.map((candidate) => ({
      uuid: candidate.entry.uuid,
      wanted: wanted.get(candidate.entry.uuid) as number,
      held: dispute.heldBy(candidate.entry.uuid),
      createTimestamp: candidate.entry.createTimestamp ?? '',
      lost: named.has((candidate.value as T).dn),
    })),
  );
  const holders = new Map([...grants].map(([uuid, number]) => [number, uuid]));
  const dnOf = new Map(alive.map((candidate) => [candidate.entry.uuid, candidate.entry.dn]));
  const losers: Loser[] = [];
  for (const candidate of alive) {
    const value = candidate.value as T;
    const id = dispute.numberOf(value);
    if (grants.get(candidate.entry.uuid) === id) continue;
    const holder = dnOf.get(holders.get(id) ?? '');
    candidate.note(dispute.code, dispute.attribute, `${id} belongs to ${holder ?? 'another entry'}`);
    losers.push({ dn: value.dn, attribute: dispute.attribute, id, ...dispute.describe(value) });
    candidate.retreat();
    const fallback = candidate.value;
    if (fallback !== undefined && grants.get(candidate.entry.uuid) !== dispute.numberOf(fallback)) candidate.retreat();
  }
  return losers;
}
