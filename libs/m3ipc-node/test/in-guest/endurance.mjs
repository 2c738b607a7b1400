// SPDX-License-Identifier: Apache-2.0
// What many calls leave in memory: nothing.
import assert from 'node:assert/strict';
import { Endpoint } from '../../dist/index.js';
import { kernel } from './support.mjs';

const VM = 109;
const CALLS = 6000;
/** What is compiled and remembered of types while it warms up is 300 bytes a call. */
const WARM_CALLS = 1200;
/** Less than the least that a call could leave, its entry in a table; more than the noise of so many calls. */
const ALLOWED_BYTES_PER_CALL = 128;
const KINDS = 6;

/** Bytes in use once garbage is gone. */
async function memory() {
  for (let i = 0; i < 3; i++) {
    globalThis.gc();
    await new Promise(setImmediate);
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** So many calls, of the kinds that are made often: some wait, one is refused. */
async function manyCalls(vmId, count) {
  const one = await Endpoint.bind(vmId, 1);
  const other = await Endpoint.bind(vmId, 2);
  for (let made = 0; made < count; made += KINDS) {
    const received = one.receive();
    await other.send(1, { type: 1 });
    const asked = other.sendrec(1, { type: (await received).type });
    await one.reply((await one.receive()).source, { type: 2 });
    await asked;
    await assert.rejects(one.receive(undefined, { timeoutMs: 0 }));
  }
  await Promise.all([one.close(), other.close()]);
}

/** By how many bytes each of so many calls makes the program grow, once all is warm; and how long they take. */
export async function growth(vmId, calls) {
  await manyCalls(vmId, WARM_CALLS);
  const before = await memory();
  const started = performance.now();
  await manyCalls(vmId, calls);
  const seconds = (performance.now() - started) / 1000;
  return { bytesPerCall: ((await memory()) - before) / calls, seconds };
}

export const checks = {
  'many calls leave nothing in memory': async () => {
    kernel.vmInit({ vmId: VM, name: 'endurance' });
    const { bytesPerCall } = await growth(VM, CALLS);
    assert.ok(bytesPerCall < ALLOWED_BYTES_PER_CALL, `${bytesPerCall} bytes per call`);
    kernel.vmEnd(VM);
  },
};
