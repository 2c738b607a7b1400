// SPDX-License-Identifier: Apache-2.0

/** The only door to time, so that plans and back-off can be tested without waiting. */
export interface Clock {
  /** Milliseconds since the epoch: to tell people, never to measure. It jumps when somebody sets it. */
  now(): number;
  /** Milliseconds since the machine booted, the same for every process: to measure. It never jumps. */
  elapsed(): number;
}

const NS_PER_MS = 1_000_000n;

export const systemClock: Clock = {
  now: () => Date.now(),
  elapsed: () => Number(process.hrtime.bigint() / NS_PER_MS),
};

/** RFC 3339 instant of a time in milliseconds. */
export function instant(ms: number): string {
  return new Date(ms).toISOString();
}

/** The instant, to the second, at which the machine will have been up for `elapsed` milliseconds, as things are now. */
export function instantOf(elapsed: number, clock: Clock): string {
  return instant(Math.round((clock.now() + elapsed - clock.elapsed()) / 1000) * 1000);
}
