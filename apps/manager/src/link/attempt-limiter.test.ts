// SPDX-License-Identifier: Apache-2.0
import { expect, test } from '@jest/globals';
import { AttemptLimiter } from './attempt-limiter.js';

test('a key is blocked by its own failures only, until the oldest of them leaves the window', () => {
  const limiter = new AttemptLimiter(2, 1000);
  limiter.fail('a', 0);
  expect(limiter.blockedFor('a', 100)).toBe(0);
  limiter.fail('a', 400);

  expect(limiter.blockedFor('a', 500)).toBe(500);
  expect(limiter.blockedFor('b', 500)).toBe(0);
  expect(limiter.blockedFor('a', 1000)).toBe(0);
});

test('a success forgets the failures', () => {
  const limiter = new AttemptLimiter(1, 1000);
  limiter.fail('a', 0);
  limiter.succeed('a');

  expect(limiter.blockedFor('a', 1)).toBe(0);
});

test('the number of keys is bounded: the one longest quiet goes first', () => {
  const limiter = new AttemptLimiter(1, 1_000_000);
  for (let key = 0; key <= 10_000; key++) limiter.fail(String(key), key);

  expect(limiter.blockedFor('0', 10_001)).toBe(0);
  expect(limiter.blockedFor('1', 10_001)).toBeGreaterThan(0);
});
