// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { CALLS, peerMap, peerNumbers, privilegeNumbers, privilegesOf } from './privileges.js';

describe('privileges', () => {
  test('the calls are the bits of the module, in their order', () => {
    const header = readFileSync(new URL('../../../kernel/m3ipc/uapi/m3ipc_system.h', import.meta.url), 'utf8');
    const names = [...header.matchAll(/#define M3IPC_CALL_(\w+) \(1ULL << (\d+)\)/g)];
    expect(names.map(([, name, bit]) => [Number(bit), name?.replaceAll('_', '').toLowerCase()])).toEqual(
      CALLS.map((name, bit) => [bit, name.toLowerCase()]),
    );
  });

  test('a map of peers names exactly the numbers it was made of', () => {
    const numbers = [-35, -1, 0, 28, 29, 92, 93, 220];
    expect(peerNumbers(peerMap(numbers))).toEqual(numbers);
    expect(peerMap([-35, 29])).toEqual([1n, 1n, 0n, 0n]);
    expect(peerNumbers(peerMap([-4, 251], 4), 4)).toEqual([-4, 251]);
    expect(() => peerMap([221])).toThrow('numbers -35..220, not 221');
    expect(() => peerMap([-36])).toThrow('not -36');
    expect(() => peerMap([0.5])).toThrow('not 0.5');
  });

  test('numbers and words stand for the same', () => {
    const privileges = {
      level: 'task',
      calls: ['send', 'setpriv'],
      peers: { map: peerMap([1]), others: true },
    } as const;
    expect(privilegesOf(privilegeNumbers(privileges))).toEqual(privileges);
    expect(privilegeNumbers(privileges).calls).toBe(1 | (1 << 13));
    expect(privilegesOf(privilegeNumbers({}))).toEqual({});
    expect(privilegeNumbers({ calls: [] }).calls).toBe(0);
    expect(() => privilegeNumbers({ peers: { map: [0n], others: false } })).toThrow('has 4 words');
  });
});
