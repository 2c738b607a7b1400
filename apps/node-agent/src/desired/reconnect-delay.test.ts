// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from '@jest/globals';
import { reconnectDelay } from './reconnect-delay.js';

describe('reconnect delay', () => {
  test('the first retry comes fast, later ones within 1..30 s, spread over all of it', () => {
    expect(reconnectDelay(0, () => 1)).toBeLessThanOrEqual(500);
    for (const failures of [1, 2, 5, 50]) {
      expect(reconnectDelay(failures, () => 0)).toBe(1_000);
      expect(reconnectDelay(failures, () => 1)).toBeLessThanOrEqual(30_000);
    }
    expect(reconnectDelay(50, () => 1)).toBe(30_000);
    expect(reconnectDelay(2, () => 0.5)).toBe(2_500);
  });
});
