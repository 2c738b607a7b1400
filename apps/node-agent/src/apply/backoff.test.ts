// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from '@jest/globals';
import type { Step } from '../plan/step.js';
import { Backoff, FORGET_AFTER_MS, LONGEST_DELAY_MS } from './backoff.js';

const reserve = (nr: number): Step => ({
  kind: 'slot-reserve',
  object: `process:7:${nr}`,
  vmId: 7,
  nr,
  nodeId: 1,
  tasks: 35,
  slot: { uid: null, level: null, calls: null, peers: null },
});
const free = (nr: number): Step => ({ kind: 'slot-free', object: `process:7:${nr}`, vmId: 7, nr, ends: [] });
const failure = { code: 'EPERM', message: 'slotSet: EPERM' };
const create = () => new Backoff(() => 1);

describe('back-off', () => {
  test('a failed step waits longer each time, up to a limit; others do not wait', () => {
    const backoff = create();
    const waits: number[] = [];
    let now = 0;
    for (let tries = 0; tries < 10; tries++) {
      backoff.failed(reserve(1), failure, now);
      const next = backoff.nextTry([reserve(1)]) ?? 0;
      expect(backoff.isDue(reserve(1), next - 1)).toBe(false);
      expect(backoff.isDue(reserve(2), now)).toBe(true);
      waits.push(next - now);
      now = next;
    }
    expect(waits.slice(0, 4)).toEqual([500, 1000, 2000, 4000]);
    expect(waits.at(-1)).toBe(LONGEST_DELAY_MS);
    expect(backoff.failureOf('process:7:1')).toMatchObject({ attempts: 10, failure });
    expect(backoff.failureOf('process:7:2')).toBeUndefined();
  });

  test('a step that succeeds again and again waits, too: it did not hold', () => {
    const backoff = create();
    backoff.succeeded(reserve(1), 0);
    expect(backoff.isDue(reserve(1), 499)).toBe(false);
    expect(backoff.isDue(reserve(1), 500)).toBe(true);
    expect(backoff.failureOf('process:7:1')).toBeUndefined();
  });

  test('what is removed and wanted again starts at once', () => {
    const backoff = create();
    backoff.succeeded(reserve(1), 0);
    backoff.succeeded(free(1), 10);
    expect(backoff.isDue(reserve(1), 11)).toBe(true);
    backoff.succeeded(reserve(1), 12);
    expect(backoff.isDue(free(1), 13)).toBe(true);
  });

  test('a success that turns out to be a failure is one try', () => {
    const backoff = create();
    backoff.refute(reserve(1), failure);
    expect(backoff.failureOf('process:7:1')).toBeUndefined();
    backoff.succeeded(reserve(1), 0);
    backoff.refute(reserve(1), failure);
    expect(backoff.failureOf('process:7:1')).toMatchObject({ attempts: 1, nextTry: 500, failure });
  });

  test('a failure is forgotten when its step is no longer planned, a success after its time', () => {
    const backoff = create();
    backoff.failed(reserve(1), failure, 0);
    backoff.succeeded(reserve(2), 0);
    backoff.settle([], 1);
    expect(backoff.failureOf('process:7:1')).toBeUndefined();
    expect(backoff.isDue(reserve(2), 1)).toBe(false);
    backoff.settle([], FORGET_AFTER_MS + 1);
    expect(backoff.isDue(reserve(2), 1)).toBe(true);
  });
});
