// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from '@jest/globals';
import { paintFor, plain } from './paint.js';
import { facts, table, type Column, type Layout } from './table.js';
import { fakeTerminal } from '../test-support/fake-terminal.js';

const layout: Layout = { paint: plain, width: undefined, now: new Date() };
const columns: Column<{ name: string; count: number; note: string }>[] = [
  { title: 'NAME', cell: (row) => row.name },
  { title: 'COUNT', align: 'right', cell: (row) => String(row.count) },
  { title: 'NOTE', cell: (row) => row.note, tone: () => 'bad' },
];

describe('table', () => {
  test('columns are as wide as their widest cell, numbers end below each other, no line ends in spaces', () => {
    const text = table(
      columns,
      [
        { name: 'a', count: 5, note: '' },
        { name: 'longer', count: 12_345, note: 'x' },
      ],
      layout,
    );

    expect(text.split('\n')).toEqual(['NAME    COUNT  NOTE', 'a           5', 'longer  12345  x']);
  });

  test('without rows only the titles remain', () => {
    expect(table(columns, [], layout)).toBe('NAME  COUNT  NOTE');
  });

  test('on a terminal the last column is cut to fit', () => {
    const lines = table(columns, [{ name: 'a', count: 5, note: 'a long story about nothing' }], {
      ...layout,
      width: 28,
    });

    expect(lines.split('\n')[1]).toBe('a         5  a long story a…');
    expect(lines.split('\n')[1]).toHaveLength(28);
  });

  test('control characters from a directory are shown, not obeyed', () => {
    const text = table(columns, [{ name: 'a\x1b[2Jb', count: 1, note: 'two\nlines\u202e' }], layout);

    expect(text).toContain('a\\u001b[2Jb');
    expect(text).toContain('two lines\\u202e');
    expect(text.split('\n')).toHaveLength(2);
  });

  test('colours do not shift columns', () => {
    const paint = paintFor(fakeTerminal({ isTerminal: true }));
    const rows = [{ name: 'a', count: 5, note: 'x' }];
    const colourful = table(columns, rows, { ...layout, paint });

    expect(colourful.replace(/\x1b\[\d+m/g, '')).toBe(table(columns, rows, layout));
    expect(colourful).toContain('\x1b[31mx\x1b[0m');
  });
});

describe('paintFor', () => {
  test.each([
    ['NO_COLOR is set', { isTerminal: true, env: { NO_COLOR: '1' } }],
    ['the terminal is dumb', { isTerminal: true, env: { TERM: 'dumb' } }],
    ['output is not a terminal', { isTerminal: false }],
  ])('paints nothing when %s', (_why, options) => {
    expect(paintFor(fakeTerminal(options))('text', 'bad')).toBe('text');
  });

  test('an empty NO_COLOR counts as unset', () => {
    expect(paintFor(fakeTerminal({ isTerminal: true, env: { NO_COLOR: '' } }))('text', 'bad')).toContain('\x1b[31m');
  });
});

describe('facts', () => {
  test('values stand below each other and missing ones are left out', () => {
    expect(
      facts(
        [
          ['a', '1'],
          ['long', '2'],
          ['none', null],
          ['empty', ''],
        ],
        layout,
      ),
    ).toBe('a     1\nlong  2');
  });
});
