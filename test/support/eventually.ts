// SPDX-License-Identifier: Apache-2.0
// Waiting for a condition of a system that answers in its own time.
import { setTimeout as delay } from 'node:timers/promises';

/** How long to wait and what for, in words that the failure quotes. */
export interface Patience {
  readonly what: string;
  readonly timeoutMs: number;
  readonly everyMs?: number;
}

/**
 * Asks `probe` until it returns without throwing, and returns what it returned.
 * @throws Error that names what was waited for and the last reason it was not so.
 */
export async function eventually<T>(patience: Patience, probe: () => Promise<T> | T): Promise<T> {
  const end = performance.now() + patience.timeoutMs;
  let last: unknown;
  do {
    try {
      return await probe();
    } catch (error) {
      last = error;
    }
    await delay(patience.everyMs ?? 250);
  } while (performance.now() < end);
  throw new Error(`waited ${patience.timeoutMs} ms for ${patience.what}; last: ${String(last)}`, { cause: last });
}

/**
 * Asks `probe` for the whole of `forMs`: it must hold each time.
 * @throws whatever `probe` throws the first time it does not hold.
 */
export async function always(forMs: number, probe: () => Promise<void> | void, everyMs = 500): Promise<void> {
  const end = performance.now() + forMs;
  while (performance.now() < end) {
    await probe();
    await delay(everyMs);
  }
}
