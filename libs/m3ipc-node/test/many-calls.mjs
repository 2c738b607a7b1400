// SPDX-License-Identifier: Apache-2.0
// Makes 100,000 calls that the kernel refuses, with or without the module, and prints by how many bytes each of them made
// the program grow. src/addon.test.ts runs it with --expose-gc.
import { Endpoint } from '../dist/index.js';

const CALLS = 100_000;
const endpoint = Endpoint.unbound();

async function make(count) {
  for (let i = 0; i < count; i++) {
    await endpoint.send(1, { type: 1 }).then(
      () => process.exit(1),
      () => undefined,
    );
  }
}

/** Bytes in use once garbage is gone. */
async function memory() {
  for (let i = 0; i < 3; i++) {
    globalThis.gc();
    await new Promise(setImmediate);
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

await make(CALLS / 10);
const before = await memory();
await make(CALLS);
console.log(((await memory()) - before) / CALLS);
await endpoint.close();
