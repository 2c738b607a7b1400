// SPDX-License-Identifier: Apache-2.0
// Which way of following each server takes: the best it has not refused lately.
import { SYNC_RUNGS, type SyncRung } from './types.js';

interface Footing {
  readonly index: number;
  /** Monotonic ms. */
  readonly since: number;
}

export class Ladder {
  private readonly footings = new Map<string, Footing>();

  /** @param climbMs after this long on a lower rung the top one is tried again */
  constructor(
    private readonly climbMs: number,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** The rung to begin a connection to this server with. */
  rung(url: string): SyncRung {
    if (this.mayClimb(url)) this.footings.delete(url);
    return this.current(url);
  }

  /** The rung in use with this server. */
  current(url: string): SyncRung {
    return SYNC_RUNGS[this.footings.get(url)?.index ?? 0] ?? SYNC_RUNGS[0];
  }

  /** True when it is time to try the top again. */
  mayClimb(url: string): boolean {
    const footing = this.footings.get(url);
    return footing !== undefined && this.now() - footing.since >= this.climbMs;
  }

  /** The server refused the rung in use. False when there is none below: the next try is at the top. */
  refuse(url: string): boolean {
    const index = (this.footings.get(url)?.index ?? 0) + 1;
    if (index < SYNC_RUNGS.length) this.footings.set(url, { index, since: this.now() });
    else this.footings.delete(url);
    return index < SYNC_RUNGS.length;
  }
}
