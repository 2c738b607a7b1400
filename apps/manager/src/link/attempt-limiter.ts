// SPDX-License-Identifier: Apache-2.0

const MAX_KEYS = 10_000;

/** Counts failures per key over a sliding window. */
export class AttemptLimiter {
  private readonly failures = new Map<string, number[]>();

  /**
   * @param limit failures a key may have within the window
   * @param windowMs length of the window
   */
  constructor(
    private readonly limit: number,
    private readonly windowMs: number,
  ) {}

  /** Milliseconds until the key may try again; 0 when it may now. */
  blockedFor(key: string, now: number): number {
    const recent = this.recent(key, now);
    const oldest = recent[recent.length - this.limit];
    return oldest === undefined ? 0 : oldest + this.windowMs - now;
  }

  fail(key: string, now: number): void {
    const recent = [...this.recent(key, now), now];
    // Re-inserted, so that the map's first key is the one longest quiet, which is dropped when there are too many.
    this.failures.delete(key);
    this.failures.set(key, recent.slice(-this.limit));
    const first = this.failures.keys().next();
    if (this.failures.size > MAX_KEYS && first.done !== true) this.failures.delete(first.value);
  }

  succeed(key: string): void {
    this.failures.delete(key);
  }

  private recent(key: string, now: number): number[] {
    return (this.failures.get(key) ?? []).filter((at) => at > now - this.windowMs);
  }
}
