// SPDX-License-Identifier: Apache-2.0
import { expect, test } from '@jest/globals';
import type { JournalEntry } from '@drvs/contracts';
import { partsOf, relayWordSchema } from './journal-relay.rules.js';

const entry = (text: string): JournalEntry => ({ at: '2026-01-01T00:00:00.000Z', priority: 6, pid: 1, text });

test('a frame of any size becomes notifications that Postgres takes, in order, and only the last ends it', () => {
  const texts = Array.from({ length: 40 }, (_, index) => `${index} ${'x'.repeat(index * 40)}`);
  const frame = { type: 'journal' as const, id: 'a', entries: texts.map(entry), end: { code: 'End', message: 'all' } };
  const parts = partsOf(frame, 'there');
  expect(parts.length).toBeGreaterThan(3);
  for (const part of parts) {
    expect(Buffer.byteLength(JSON.stringify(relayWordSchema.parse(part)))).toBeLessThan(8_000);
  }
  expect(parts.flatMap(({ entries }) => entries.map(({ text }) => text))).toEqual(texts);
  expect(parts.map(({ last }) => last)).toEqual([...parts.slice(1).map(() => false), true]);
  expect(parts.at(-1)?.end?.code).toBe('End');
});

test('a line that is too long by itself, as JSON writes it, is cut', () => {
  const [part, ...rest] = partsOf({ type: 'journal', id: 'a', entries: [entry('\u0001'.repeat(8_000))] }, 'there');
  expect(rest).toEqual([]);
  expect(Buffer.byteLength(JSON.stringify(part))).toBeLessThan(8_000);
  expect(part?.entries[0]?.text).toMatch(/^\u0001+\.\.\.$/);
});

test('a frame without lines is one word', () => {
  expect(partsOf({ type: 'journal', id: 'a', entries: [] }, 'there')).toEqual([
    { kind: 'part', to: 'there', id: 'a', entries: [], last: true },
  ]);
});
