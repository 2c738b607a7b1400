// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from '@jest/globals';
import { storableJson, storableText } from './stored-json.js';

describe('storable text and JSON', () => {
  test.each([
    ['plain', 'plain'],
    ['a\u0000b', 'a\uFFFDb'],
    ['half \uD83D pair', 'half \uFFFD pair'],
    ['whole \u{1F600} pair', 'whole \u{1F600} pair'],
    [String.raw`written \u0000`, String.raw`written \u0000`],
  ])('%j becomes %j', (text, stored) => {
    expect(storableText(text)).toBe(stored);
    expect(JSON.parse(storableJson({ deep: [text] }) ?? '')).toEqual({ deep: [stored] });
  });

  test('null and undefined are SQL null', () => {
    expect([storableJson(null), storableJson(undefined)]).toEqual([null, null]);
  });
});
