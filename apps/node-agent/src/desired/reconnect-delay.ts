// SPDX-License-Identifier: Apache-2.0

/** The first retry comes at once for people, and still spread over a fleet. */
const FIRST_MS = 500;
const SHORTEST_MS = 1_000;
const LONGEST_MS = 30_000;

/**
 * Milliseconds before the next attempt after `failures` failed ones: full jitter, so that agents that lost one manager
 * together do not come back together.
 */
export function reconnectDelay(failures: number, random: () => number = Math.random): number {
  if (failures === 0) return random() * FIRST_MS;
  const ceiling = Math.min(LONGEST_MS, SHORTEST_MS * 2 ** failures);
  return SHORTEST_MS + random() * (ceiling - SHORTEST_MS);
}
