// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from '@jest/globals';
import { FRAME_RATE, MAX_FRAME_BYTES } from '@drvs/contracts';
import { FrameBudget } from './frame-budget.js';

/** Frames of one kind that pass at one instant. */
function passing(budget: FrameBudget, kind: string, bytes: number, now: number): number {
  let frames = 0;
  while (frames < 10_000 && budget.spend(kind, bytes, now)) frames++;
  return frames;
}

describe('the budget of frames', () => {
  test('lets a burst pass and then so many a second', () => {
    const budget = new FrameBudget(0);

    expect(passing(budget, 'ping', 60, 0)).toBe(FRAME_RATE.burst);
    // One frame was taken that was not there.
    expect(passing(budget, 'ping', 60, 2_000)).toBe(2 * FRAME_RATE.perSecond - 1);
  });

  test('never fills up beyond the burst', () => {
    const budget = new FrameBudget(0);

    expect(passing(budget, 'ping', 60, 3_600_000)).toBe(FRAME_RATE.burst);
  });

  test('counts bytes beside frames: a few of the largest frames pass at once', () => {
    expect(passing(new FrameBudget(0), 'status', MAX_FRAME_BYTES, 0)).toBe(FRAME_RATE.burstBytes / MAX_FRAME_BYTES);
  });

  test('a hello costs more than other frames', () => {
    expect(passing(new FrameBudget(0), 'hello', 500, 0)).toBeLessThan(FRAME_RATE.burst / 10);
  });

  test('answers cost nothing as far as they were asked for', () => {
    const budget = new FrameBudget(0);
    budget.expect(1_000);

    expect(passing(budget, 'journal', 1, 0)).toBe(1_000 + FRAME_RATE.burst);
  });
});
