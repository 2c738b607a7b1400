// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from '@jest/globals';
import { MAX_FRAME_DEPTH } from '@drvs/contracts';
import { isDeeper, readFrame } from './frame-reader.js';

const read = (text: string): unknown => readFrame(Buffer.from(text), false);

describe('frames', () => {
  test('one that the schema describes comes with its size', () => {
    const text = '{"type":"resync","reason":"ä"}';

    expect(read(text)).toEqual({ frame: { type: 'resync', reason: 'ä' }, bytes: Buffer.byteLength(text) });
  });

  test('one in fragments is put together', () => {
    const parts = ['{"type":"resync",', '"reason":"x"}'].map((part) => Buffer.from(part));

    expect(readFrame(parts, false)).toMatchObject({ frame: { type: 'resync', reason: 'x' } });
  });

  test.each([
    ['{', 'not JSON'],
    ['[]', /^frame: /],
    ['{"type":"what"}', /^type: /],
    ['{"type":"resync"}', /^reason: /],
    ['['.repeat(1_000_000), `nested deeper than ${MAX_FRAME_DEPTH} levels`],
    [`{"type":"resync","reason":"x","more":${'{"a":'.repeat(50)}1${'}'.repeat(50)}}`, /^nested deeper/],
  ])('%.40s is none, and is said to be none', (text, why) => {
    expect(read(text)).toEqual(typeof why === 'string' ? why : expect.stringMatching(why));
  });

  test('binary data is none', () => {
    expect(readFrame(Buffer.from('{}'), true)).toBe('a binary frame');
  });
});

describe('depth', () => {
  test.each([
    ['[[1],[2],[3]]', 2],
    ['{"a":[{"b":1}]}', 3],
    ['{"a":"[[[[[["}', 1],
    ['{"a":"\\"[[[[["}', 1],
    ['{"a":"\\\\"}', 1],
    ['1', 0],
  ])('%s is %d deep', (text, depth) => {
    expect(isDeeper(Buffer.from(text), depth)).toBe(false);
    if (depth > 0) expect(isDeeper(Buffer.from(text), depth - 1)).toBe(true);
  });
});
