// SPDX-License-Identifier: Apache-2.0
import { expect, test } from '@jest/globals';
import { Gate } from './gate.js';

test('no more tasks run at once than the gate allows, and all of them run, also after failures', async () => {
  const gate = new Gate(2);
  let running = 0;
  let most = 0;
  const task = async (number: number): Promise<number> => {
    most = Math.max(most, ++running);
    await new Promise((resolve) => setImmediate(resolve));
    running--;
    if (number === 1) throw new Error('fails');
    return number;
  };

  const results = await Promise.allSettled([0, 1, 2, 3, 4].map((number) => gate.pass(() => task(number))));

  expect(most).toBe(2);
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled', 'fulfilled']);
});
