// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from '@jest/globals';
import { distribution } from './distribution.js';

describe('distribution', () => {
  test('takes the nearest rank', () => {
    const samples = Array.from({ length: 200 }, (_, index) => 200 - index);
    expect(distribution(samples)).toEqual({ p50: 100, p99: 198, max: 200 });
  });

  test('of one sample is that sample', () => {
    expect(distribution([7])).toEqual({ p50: 7, p99: 7, max: 7 });
  });

  test('refuses an empty sample', () => {
    expect(() => distribution([])).toThrow('at least one');
  });
});
