// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import * as layouts from './layouts.js';
import type { Layout, MessageAbi } from './layouts.js';
import { decodeMessage, encodeMessage } from './message.js';

const { m1, m2, m3, m4, m5, m6, m7, m8, m9, mA, mB, mC } = layouts;
const ALL: Readonly<Record<string, Layout<Record<string, 'int'>>>> = Object.fromEntries(
  [m1, m2, m3, m4, m5, m6, m7, m8, m9, mA, mB, mC].map((one) => [one.name, one as unknown as Layout<{ i1: 'int' }>]),
);
const ABIS = ['native', 'compat'] as const;

/** A generator of numbers whose seed a failure names. */
function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Members of a struct of libm3ipc's header, in order: C type, name, elements. */
function membersOf(name: string): { type: string; member: string; elements: string | undefined }[] {
  const header = readFileSync(new URL('../../m3ipc-c/include/m3ipc/message.h', import.meta.url), 'utf8');
  const body = header.match(new RegExp(`typedef struct \\{([^}]*)\\} mess_${name.slice(1)};`))?.[1] ?? '';
  return body.split(';').flatMap((line) => {
    const [, type = '', rest = ''] = line.trim().match(/^((?:unsigned |struct )?\w+) (.*)$/s) ?? [];
    return rest.split(',').flatMap((one) => {
      const [, star, member = '', elements] = one.trim().match(/^(\*?)m\w(\w+?)(?:\[(.+)\])?$/) ?? [];
      return member ? [{ type: type + (star ?? ''), member, elements }] : [];
    });
  });
}

const C_TYPES: Readonly<Record<string, string>> = {
  short: 'short',
  int: 'int',
  long: 'long',
  'char*': 'pointer',
  'struct timespec': 'timespec',
};

/** Any value that a field of this kind can have. */
function anyValue(field: string, sample: unknown, abi: MessageAbi, next: () => number): unknown {
  const word = abi === 'native' ? 64 : 32;
  const any = (bits: number) =>
    [BigInt(Math.floor(next() * 2 ** 32)), -1n, 0n, 1n << BigInt(bits - 1)][Math.floor(next() * 4)] ?? 0n;
  const long = () => BigInt.asIntN(word, any(word));
  if (typeof sample === 'bigint') return field.startsWith('p') ? BigInt.asUintN(word, any(word)) : long();
  if (typeof sample === 'string') return 'text äöü'.slice(0, Math.floor(next() * 7));
  if (Buffer.isBuffer(sample)) return Buffer.from(sample.map(() => next() * 256));
  if (Array.isArray(sample)) return sample.map(() => Number(BigInt.asIntN(32, any(32))));
  if (typeof sample === 'number') return Number(BigInt.asIntN(field.startsWith('c') ? 16 : 32, any(32)));
  return { sec: long(), nsec: long() };
}

describe('message layouts', () => {
  test.each(Object.keys(ALL))('%s has the fields of libm3ipc, in their order', (name) => {
    const members = membersOf(name);
    expect(members.length).toBeGreaterThan(0);
    const blank = ALL[name]?.decode({ payload: Buffer.alloc(40) }) as Record<string, unknown>;
    expect(Object.keys(blank)).toEqual(members.map(({ member }) => member));
    for (const { type, member, elements } of members) {
      const value = blank[member];
      if (elements !== undefined) expect(typeof value === 'string' || typeof value === 'object').toBe(true);
      else if (C_TYPES[type] === 'timespec') expect(value).toEqual({ sec: 0n, nsec: 0n });
      else expect(typeof value).toBe(['long', 'pointer'].includes(C_TYPES[type] ?? '') ? 'bigint' : 'number');
    }
  });

  test('sizes are those that C gives them, in both layouts', () => {
    const sizes = Object.values(ALL).map((one) => [one.name, one.size('compat'), one.size('native')]);
    expect(sizes).toEqual([
      ['m1', 24, 40],
      ['m2', 24, 40],
      ['m3', 28, 32],
      ['m4', 20, 40],
      ['m5', 24, 40],
      ['m6', 28, 32],
      ['m7', 24, 32],
      ['m8', 24, 40],
      ['m9', 16, 24],
      ['mA', 24, 24],
      ['mB', 20, 24],
      ['mC', 28, 28],
    ]);
  });

  test('fields lie where C puts them', () => {
    const payload = (one: { payload?: Uint8Array }) => Buffer.from(one.payload ?? []);
    expect(payload(m2.encode(1, { i3: 7, l1: -2, p1: 0xabn })).toString('hex')).toBe(
      `${'00'.repeat(8)}07000000${'00'.repeat(4)}feffffffffffffff${'00'.repeat(8)}ab${'00'.repeat(7)}`,
    );
    expect(payload(m2.encode(1, { i3: 7, l1: -2, p1: 0xabn }, 'compat')).toString('hex')).toBe(
      `${'00'.repeat(8)}07000000feffffff${'00'.repeat(4)}ab000000${'00'.repeat(4)}`,
    );
    expect(payload(m3.encode(1, { ca1: 'ab' })).indexOf('ab')).toBe(16);
    expect(payload(m3.encode(1, { ca1: 'ab' }, 'compat')).indexOf('ab')).toBe(12);
    expect(
      payload(m5.encode(1, { c2: 0x0102, i1: 3 }))
        .subarray(0, 8)
        .toString('hex'),
    ).toBe('0000020103000000');
  });

  test.each(Object.keys(ALL).flatMap((name) => ABIS.map((abi) => [name, abi] as const)))(
    '%s (%s): whatever is encoded is decoded again',
    (name, abi) => {
      const seed = Math.floor(Math.random() * 2 ** 32);
      const next = random(seed);
      const one = ALL[name] as Layout<Record<string, 'int'>>;
      const blank = Object.entries(one.decode({ payload: Buffer.alloc(40) }, abi));
      for (let round = 0; round < 200; round++) {
        const fields = Object.fromEntries(blank.map(([field, sample]) => [field, anyValue(field, sample, abi, next)]));
        const type = Number(BigInt.asIntN(32, BigInt(Math.floor(next() * 2 ** 32))));
        const message = decodeMessage(encodeMessage(one.encode(type, fields as Record<string, number>, abi)));
        expect({ seed, type: message.type, ...one.decode(message, abi) }).toEqual({ seed, type, ...fields });
      }
    },
  );

  test('a value that does not fit is refused by its name', () => {
    expect(() => m1.encode(1, { i2: 2 ** 31 })).toThrow(
      'm1.i2 is 2147483648; it must be a whole number, -2147483648..2147483647',
    );
    expect(() => m1.encode(1, { i1: 1.5 })).toThrow('m1.i1 is 1.5');
    expect(() => m1.encode(1, { i1: Number.NaN })).toThrow('m1.i1 is NaN');
    expect(() => m1.encode(2 ** 31, {})).toThrow('m1 type is 2147483648');
    expect(() => m5.encode(1, { c1: 40_000 })).toThrow('-32768..32767');
    expect(() => m4.encode(1, { l1: 2n ** 31n }, 'compat')).toThrow('m4.l1');
    expect(() => m4.encode(1, { l5: 2n ** 63n })).toThrow('m4.l5');
    expect(() => m8.encode(1, { p4: -1n })).toThrow('m8.p4 is -1; it must be a whole number, 0..');
    expect(() => m8.encode(1, { p4: 2n ** 32n }, 'compat')).toThrow('m8.p4');
    expect(() => m3.encode(1, { ca1: 'more than 14 bytes' })).toThrow('m3.ca1 must be text of at most 14 bytes');
    expect(() => m3.encode(1, { ca1: 'a\0b' })).toThrow('without NUL');
    expect(() => m3.encode(1, { ca1: 'äääääää' })).not.toThrow();
    expect(() => m3.encode(1, { ca1: 'ääääääää' })).toThrow('at most 14 bytes');
    expect(() => mA.encode(1, { ia: [1, 2, 3] })).toThrow('mA.ia has 3 elements; it must have 4');
    expect(() => mB.encode(1, { md5: Buffer.alloc(15) })).toThrow('mB.md5 has 15 elements');
    expect(() => m9.encode(1, { t1: { sec: 2n ** 31n, nsec: 0n } }, 'compat')).toThrow('m9.t1');
  });

  test('text that fills its field has no NUL, shorter text ends at it', () => {
    const decode = (text: string) => m3.decode({ payload: Buffer.from(m3.encode(1, { ca1: text }).payload ?? []) }).ca1;
    expect(decode('fourteen bytes')).toBe('fourteen bytes');
    expect(decode('short')).toBe('short');
    expect(decode('')).toBe('');
  });

  test('a payload that is too short is refused', () => {
    expect(() => m1.decode({ payload: Buffer.alloc(39) })).toThrow(
      'a payload of m1 (native) has 40 bytes, this one 39',
    );
  });

  test('a buffer given for a pointer is named by its address and kept', () => {
    const buffer = Buffer.alloc(100_000);
    const message = m1.encode(1, { p1: buffer, p2: buffer.subarray(5) });
    const { p1, p2 } = m1.decode({ payload: Buffer.from(message.payload ?? []) });
    expect(p1).toBeGreaterThan(0n);
    expect(p2 - p1).toBe(5n);
    expect(message.buffers?.[0]).toBe(buffer);
    expect(message.buffers?.length).toBe(2);
  });
});
