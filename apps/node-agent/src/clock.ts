// SPDX-License-Identifier: Apache-2.0

/** The only door to time, so that plans and back-off can be tested without waiting. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
}

export const systemClock: Clock = { now: () => Date.now() };

/** RFC 3339 instant of a time in milliseconds. */
export function instant(ms: number): string {
  return new Date(ms).toISOString();
}
