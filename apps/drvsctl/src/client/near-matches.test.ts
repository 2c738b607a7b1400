// SPDX-License-Identifier: Apache-2.0
import { expect, test } from '@jest/globals';
import { nearMatches } from './near-matches.js';

const known = ['orders', 'orders-old', 'billing', 'a'];

test.each([
  ['ordrs', ['orders']],
  ['order', ['orders', 'orders-old']],
  ['bliling', ['billing']],
  ['b', ['billing', 'a']],
  ['warehouse', []],
])('%s may have meant %j', (name, expected) => {
  expect(nearMatches(name, known)).toEqual(expected);
});

test('at most three are offered, the nearest first', () => {
  expect(nearMatches('node1', ['node9', 'node2', 'node3', 'node4', 'node10'])).toEqual(['node10', 'node2', 'node3']);
});
