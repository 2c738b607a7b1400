// SPDX-License-Identifier: Apache-2.0
import { expect, test } from '@jest/globals';
import { pageOf, sortable } from './page.js';

const keyOf = (number: number): string => sortable(number);

test('pages go on after the last item, also when items come and go between them', () => {
  const first = pageOf('7', [3, 1, 2, 5], keyOf, { limit: 2 });
  expect(first).toMatchObject({ revision: '7', items: [1, 2] });

  const second = pageOf('8', [0, 1, 4, 5], keyOf, { limit: 2, cursor: first.next ?? '' });

  expect(second).toEqual({ revision: '8', items: [4, 5], next: null });
});

test('numbers sort as numbers, negative ones too', () => {
  const numbers = [10, -35, 9, 0, -2];

  expect(numbers.sort((a, b) => (sortable(a) < sortable(b) ? -1 : 1))).toEqual([-35, -2, 0, 9, 10]);
});
