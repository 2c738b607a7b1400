// SPDX-License-Identifier: Apache-2.0
import { expect, test } from '@jest/globals';
import { parseInstant } from './instant.js';

const NOW = new Date('2026-03-01T12:00:00Z');

test.each([
  ['30m', '2026-03-01T11:30:00.000Z'],
  ['2d', '2026-02-27T12:00:00.000Z'],
  ['2026-01-31', '2026-01-31T00:00:00.000Z'],
  ['2026-01-31T12:00:00+02:00', '2026-01-31T10:00:00.000Z'],
])('%s is %s', (text, instant) => {
  expect(parseInstant(text, NOW)).toBe(instant);
});

test.each(['yesterday', '5y', '2026-13-01', '12:00', ''])('%j is refused with what may be written', (text) => {
  expect(() => parseInstant(text, NOW)).toThrow(/30m, 2h, 7d/);
});
