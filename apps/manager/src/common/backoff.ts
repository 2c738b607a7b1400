// SPDX-License-Identifier: Apache-2.0
import { setTimeout as sleep } from 'node:timers/promises';

/** Doubling pauses between tries, with jitter, back to the first after a success. */
export class Backoff {
  private failures = 0;

  /** Both limits in milliseconds. */
  constructor(
    private readonly firstMs: number,
    private readonly limitMs: number,
  ) {}

  reset(): void {
    this.failures = 0;
  }

  /** Waits for the next try; ends at once, without an error, when the signal aborts. */
  async pause(signal: AbortSignal): Promise<void> {
    const full = Math.min(this.limitMs, this.firstMs * 2 ** this.failures);
    this.failures = Math.min(this.failures + 1, 16);
    await pause(full / 2 + (Math.random() * full) / 2, signal);
  }
}

/** Waits; ends at once, without an error, when the signal aborts. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal, ref: false }).catch(() => undefined);
}
