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
  if (left.createTimestamp !== right.createTimestamp) return left.createTimestamp < right.createTimestamp ? -1 : 1;
  return left.uuid < right.uuid ? -1 : 1;
}

class Settlement {
  readonly grants = new Map<string, number>();
  private readonly taken = new Set<number>();
  /** Numbers that a claim still to be settled held so far, with that claim. */
  private readonly reserved = new Map<number, Claim>();

  reserve(claim: Claim): void {
    if (claim.held !== undefined) this.reserved.set(claim.held, claim);
  }

  grant(claim: Claim, number: number): void {
    this.grants.set(claim.uuid, number);
    this.taken.add(number);
    this.giveUp(claim);
  }

  /** Grants, refuses, or says false: the number is one that its holder may yet fall back to. */
  settle(claim: Claim): boolean {
    const refused = claim.lost || this.taken.has(claim.wanted);
    const holder = this.reserved.get(claim.wanted);
    if (!refused && holder !== undefined && holder !== claim) return false;
    if (!refused) this.grant(claim, claim.wanted);
    else if (claim.held !== undefined && claim.held !== claim.wanted && !this.taken.has(claim.held)) {
      this.grant(claim, claim.held);
    } else this.giveUp(claim);
    return true;
  }

  private giveUp(claim: Claim): void {
    if (claim.held !== undefined && this.reserved.get(claim.held) === claim) this.reserved.delete(claim.held);
  }
}

/** Settles all claims to one kind of number. Deterministic: the order of `claims` does not matter. */
export function settleClaims(claims: readonly Claim[]): Grants {
  const settlement = new Settlement();
  const keepers = claims.filter((claim) => claim.held === claim.wanted && !claim.lost).sort(byAge);
  const keeping = new Set(keepers);
  let waiting = claims.filter((claim) => !keeping.has(claim)).sort(byAge);
  for (const claim of keepers) settlement.settle(claim);
  for (const claim of waiting) settlement.reserve(claim);
  while (waiting.length > 0) {
    const left = waiting.filter((claim) => !settlement.settle(claim));
    // All wait for each other's numbers: they swap, beginning with the oldest.
    const first = left.length === waiting.length ? left.shift() : undefined;
    if (first !== undefined) settlement.grant(first, first.wanted);
    waiting = left;
  }
  return settlement.grants;
}
