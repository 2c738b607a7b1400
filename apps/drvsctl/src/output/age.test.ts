// SPDX-License-Identifier: Apache-2.0
import { expect, test } from '@jest/globals';
import { age } from './age.js';

const now = new Date('2026-01-02T00:00:00.000Z');

test.each([
  [null, '-'],
  ['2026-01-02T00:00:00.000Z', '0 s'],
  ['2026-01-02T00:10:00.000Z', '0 s'],
  ['2026-01-01T23:59:01.000Z', '59 s'],
  ['2026-01-01T23:59:00.000Z', '1 min'],
  ['2026-01-01T22:00:00.001Z', '1 h'],
  ['2025-12-30T00:00:00.000Z', '3 d'],
  ['not an instant', 'not an instant'],
])('age of %s is %s', (instant, expected) => {
  expect(age(instant, now)).toBe(expected);
});
