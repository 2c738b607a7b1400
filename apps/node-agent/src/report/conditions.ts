// SPDX-License-Identifier: Apache-2.0
// Facts about the node that people should know, with since-when. A condition that no longer holds disappears.
import type { Condition } from '@drvs/contracts';
import { instant, type Clock } from '../clock.js';

export class Conditions {
  private readonly known = new Map<string, Condition>();

  constructor(private readonly clock: Clock) {}

  /** States that `type` holds; `since` stays that of the first time. */
  set(type: string, reason: string, message: string): void {
    const since = this.known.get(type)?.since ?? instant(this.clock.now());
    this.known.set(type, { type, status: 'true', reason, message, since });
  }

  clear(type: string): void {
    this.known.delete(type);
  }

  /** Sets or clears in one call: undefined clears. */
  hold(type: string, fact: { readonly reason: string; readonly message: string } | undefined): void {
    if (fact) this.set(type, fact.reason, fact.message);
    else this.clear(type);
  }

  list(): Condition[] {
    return [...this.known.values()].sort((a, b) => (a.type < b.type ? -1 : 1));
  }
}
