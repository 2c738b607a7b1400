// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from '@jest/globals';
import { type Claim, settleClaims } from './claims.js';

function claim(uuid: string, wanted: number, facts: Partial<Claim> = {}): Claim {
  return { uuid, wanted, createTimestamp: '20260101000000Z', lost: false, ...facts };
}

describe('settleClaims', () => {
  test('the holder keeps its number against an older entry', () => {
    const grants = settleClaims([claim('a', 1, { createTimestamp: '2020' }), claim('b', 1, { held: 1 })]);
    expect(Object.fromEntries(grants)).toEqual({ b: 1 });
  });

  test('among newcomers the older wins, then the lower UUID', () => {
    expect([
      ...settleClaims([claim('b', 1, { createTimestamp: '2' }), claim('a', 1, { createTimestamp: '3' })]),
    ]).toEqual([['b', 1]]);
    expect([...settleClaims([claim('b', 1), claim('a', 1)])]).toEqual([['a', 1]]);
  });

  test('who edits itself into a conflict keeps its old number, even against a newcomer', () => {
    const grants = settleClaims([
      claim('editor', 2, { held: 1 }),
      claim('holder', 2, { held: 2 }),
      claim('newcomer', 1, { createTimestamp: '1' }),
    ]);
    expect(Object.fromEntries(grants)).toEqual({ holder: 2, editor: 1 });
  });

  test('two entries may swap numbers', () => {
    const grants = settleClaims([claim('a', 2, { held: 1 }), claim('b', 1, { held: 2 })]);
    expect(Object.fromEntries(grants)).toEqual({ a: 2, b: 1 });
  });

  test('a named loser loses, whatever its age', () => {
    const grants = settleClaims([claim('a', 1, { createTimestamp: '1', lost: true }), claim('b', 1)]);
    expect(Object.fromEntries(grants)).toEqual({ b: 1 });
  });

  test('the order of claims does not matter', () => {
    const claims = [claim('a', 1), claim('b', 1, { held: 3 }), claim('c', 3), claim('d', 1, { held: 1 })];
    const expected = settleClaims(claims);
    expect(new Map([...settleClaims([...claims].reverse())].sort())).toEqual(new Map([...expected].sort()));
  });
});
