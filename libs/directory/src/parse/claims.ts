// SPDX-License-Identifier: Apache-2.0
// Who gets a number that several entries claim: who held it before, else the older entry.

export interface Claim {
  readonly uuid: string;
  readonly wanted: number;
  /** The number it has held so far. */
  readonly held?: number;
  readonly createTimestamp: string;
  /** True when somebody who knows precedence says that it loses. */
  readonly lost: boolean;
}

/** Numbers granted by entryUUID: the wanted one, the one held so far, or none. */
export type Grants = ReadonlyMap<string, number>;

/** createTimestamp, then entryUUID: both never change. */
function byAge(left: Claim, right: Claim): number {
  const [a, b] = [`${left.createTimestamp} ${left.uuid}`, `${right.createTimestamp} ${right.uuid}`];
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Settles all claims to one kind of number. Deterministic: the order of `claims` does not matter. */
export function settleClaims(claims: readonly Claim[]): Grants {
  const grants = new Map<string, number>();
  const taken = new Set<number>();
  const waiting = new Set([...claims].sort(byAge));
  const grant = (claim: Claim, number: number): void => {
    grants.set(claim.uuid, number);
    taken.add(number);
    waiting.delete(claim);
  };
  for (const claim of waiting) {
    if (claim.held === claim.wanted && !claim.lost && !taken.has(claim.wanted)) grant(claim, claim.wanted);
  }
  // Who loses goes back to the number it held before a newcomer may have that one, so each grant may make more losers.
  for (let progress = true; progress;) {
    progress = false;
    for (const claim of waiting) {
      const refused = claim.lost || taken.has(claim.wanted);
      if (refused && claim.held !== undefined && claim.held !== claim.wanted && !taken.has(claim.held)) {
        grant(claim, claim.held);
        progress = true;
      }
    }
    const next = progress ? undefined : [...waiting].find((claim) => !claim.lost && !taken.has(claim.wanted));
    if (next !== undefined) {
      grant(next, next.wanted);
      progress = true;
    }
  }
  return grants;
}
