// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from '@jest/globals';
import type { Problem } from '@drvs/contracts';
import type { Entry } from '@drvs/directory';
import { claimedNumbers, freeNumber, waitingNodes } from './node-numbers.rules.js';

const entry = (uuid: string, createTimestamp: string, ...numbers: string[]): Entry => ({
  uuid,
  dn: `cn=${uuid}`,
  rdn: `cn=${uuid}`,
  createTimestamp,
  attributes: new Map(numbers.length === 0 ? [] : [['drvsnodeid', numbers]]),
});
const problem = (uuid: string, code: string): Problem => ({
  uuid,
  dn: `cn=${uuid}`,
  code,
  message: '',
  remedy: '',
  lastValidInForce: false,
});

describe('freeNumber', () => {
  test.each([
    [[], [], 4, 0],
    [[0, 1], [], 4, 2],
    [[0], [1, 2], 4, 3],
    [[0], [1, 2, 3], 4, 1],
    [[0, 1, 2, 3], [], 4, undefined],
  ])('claimed %j, used lately %j, below %i: %s', (claimed, recent, most, number) => {
    expect(freeNumber(new Set(claimed), new Set(recent), most)).toBe(number);
  });
});

describe('waitingNodes', () => {
  test('who waits, oldest first; who was given a number only when it was lost', () => {
    const entries = [
      entry('young', '20260102000000Z'),
      entry('old', '20260101000000Z'),
      entry('given', '20260101000000Z'),
      entry('lost', '20260103000000Z', '7'),
      entry('mine', '20260101000000Z', '8'),
    ];
    const problems = [
      ...['young', 'old', 'given', 'gone'].map((uuid) => problem(uuid, 'NodeIdPending')),
      ...['lost', 'mine'].map((uuid) => problem(uuid, 'NodeIdDuplicate')),
      problem('old', 'LabelInvalid'),
    ];
    const given = new Map([
      ['given', 3],
      ['lost', 7],
    ]);
    const byUuid = new Map(entries.map((one) => [one.uuid, one]));
    const waiting = waitingNodes(problems, (uuid) => byUuid.get(uuid), given);
    expect(waiting.map(({ uuid, wrong }) => [uuid, wrong])).toEqual([
      ['old', undefined],
      ['young', undefined],
      ['lost', '7'],
    ]);
  });

  test('all numbers count as claimed, also those of entries that are unusable', () => {
    expect(claimedNumbers([entry('a', '', '1', '2'), entry('b', '', 'x'), entry('c', '')])).toEqual(
      new Set([1, 2, NaN]),
    );
  });
});
