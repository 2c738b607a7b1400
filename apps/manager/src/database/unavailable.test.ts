// SPDX-License-Identifier: Apache-2.0
import { expect, test } from '@jest/globals';
import { DatabaseUnavailableError, isRefusedForGood, isUnavailable } from './unavailable.js';

const withCode = (code: string): Error => Object.assign(new Error('x'), { code });

test.each<[unknown, boolean, boolean]>([
  [new DatabaseUnavailableError('x'), true, false],
  [withCode('ECONNREFUSED'), true, false],
  [withCode('57P03'), true, false],
  [withCode('08006'), true, false],
  [new Error('Connection terminated unexpectedly'), true, false],
  [new Error('Query runner already released. Cannot run queries anymore.'), true, false],
  [new AggregateError([withCode('ECONNREFUSED')]), true, false],
  // What another realm throws has the shape and not the class.
  [{ code: 'ENOENT', message: 'connect ENOENT' }, true, false],
  [withCode('23505'), false, true],
  [withCode('22P05'), false, true],
  [withCode('40001'), false, false],
  [new TypeError('a bug'), false, false],
  ['text', false, false],
  [undefined, false, false],
])('%p: away %p, refused for good %p', (error, unavailable, refused) => {
  expect(isUnavailable(error)).toBe(unavailable);
  expect(isRefusedForGood(error)).toBe(refused);
});
