// SPDX-License-Identifier: Apache-2.0
// Whether what ends within the window is more than a mistake may take.
import type { GuardLimits } from '@drvs/contracts';
import type { Effect, EffectKind, PastEffect } from './types.js';

/** A baseline from which half may not go at once. */
const HALF_FROM = 4;
/** A baseline from which not all may go at once. */
const ALL_FROM = 2;

/** Why losing so many of so many is too much, undefined when it is not. */
export function excess(lost: number, baseline: number, limits: GuardLimits): string | undefined {
  if (lost > limits.maxCount && lost * 100 > baseline * limits.maxPercent) {
    return `more than ${limits.maxCount} and more than ${limits.maxPercent} %`;
  }
  if (baseline >= HALF_FROM && lost * 2 > baseline) return 'more than half';
  if (baseline >= ALL_FROM && lost >= baseline) return 'all of them';
  return undefined;
}

export interface Tally {
  readonly kind: EffectKind;
  readonly windowStart: number;
  /** What there is before the change: key and since when. */
  readonly alive: ReadonlyMap<string, number>;
  /** What the change would end. */
  readonly ending: readonly Effect[];
  /** What was let end before. */
  readonly recent: readonly PastEffect[];
}

export interface Loss {
  readonly lost: number;
  readonly baseline: number;
}

/** Things that were there when the window began and would be gone: a slow series of changes counts like a sudden one. */
export function lossSinceStart(tally: Tally): Loss {
  const { alive, ending, recent, windowStart, kind } = tally;
  const there = new Set<string>();
  const gone = new Set<string>();
  for (const [key, since] of alive) if (since <= windowStart) there.add(key);
  for (const { key, since, kind: its, at } of recent) {
    if (its !== kind || at <= windowStart || since > windowStart) continue;
    there.add(key);
    if (!alive.has(key)) gone.add(key);
  }
  for (const { key } of ending) if (there.has(key)) gone.add(key);
  return { lost: gone.size, baseline: there.size };
}

/**
 * How far the number would fall from its highest in the window: what is younger than the window is guarded too, yet adding
 * and deleting the same thing again and again is no loss.
 */
export function lossFromPeak(tally: Tally): Loss {
  const { alive, ending } = tally;
  const remaining = alive.size - ending.filter(({ key }) => alive.has(key)).length;
  const peak = Math.max(alive.size, peakCount(tally));
  return { lost: Math.max(0, peak - remaining), baseline: peak };
}

/** The most there were at one moment of the window. */
function peakCount({ kind, alive, recent, windowStart }: Tally): number {
  const steps = [...alive.values()].map((since) => ({ at: Math.max(since, windowStart), by: 1 }));
  for (const { kind: its, since, at } of recent) {
    if (its !== kind || at <= windowStart) continue;
    steps.push({ at: Math.max(since, windowStart), by: 1 }, { at, by: -1 });
  }
  // At one moment, what ends goes before what begins: replacing is not having both.
  steps.sort((left, right) => left.at - right.at || left.by - right.by);
  let [count, most] = [0, 0];
  for (const { by } of steps) {
    count += by;
    most = Math.max(most, count);
  }
  return most;
}
