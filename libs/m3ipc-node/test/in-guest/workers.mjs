// SPDX-License-Identifier: Apache-2.0
// Worker threads, each with endpoints of its own, and programs that end in the middle of calls.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { Endpoint } from '../../dist/index.js';
import { blocked, eventually, kernel, threads, withEndpoints } from './support.mjs';

const VM = 107;
const SERVER = new URL('worker-server.mjs', import.meta.url);

function start(nr) {
  return new Worker(SERVER, { workerData: { vmId: VM, nr } });
}

export const checks = {
  'workers serve side by side, each its own endpoint': async () => {
    kernel.vmInit({ vmId: VM, name: 'workers' });
    const before = await threads();
    const workers = [1, 2, 3].map(start);
    await withEndpoints(VM, [50, 51, 52], async (...clients) => {
      await Promise.all(
        clients.map(async (client, i) => {
          await client.wait4bindep(i + 1);
          for (let type = 0; type < 9; type++) {
            assert.equal((await client.sendrec((type % 3) + 1, { type }).catch(retry(client, type))).type, type + 1);
          }
        }),
      );
    });
    for (const worker of workers) worker.postMessage('end');
    assert.deepEqual((await Promise.all(workers.map((worker) => once(worker, 'exit')))).flat(), [0, 0, 0]);
    await eventually(async () => (await threads()) === before);
  },
  'a worker terminated in a call that waits takes its binding with it, every time': async () => {
    const before = await threads();
    for (let round = 0; round < 6; round++) {
      const worker = start(1);
      await kernel.wait4bindep(VM, 1);
      if (round % 2) await blocked(VM, 1, 'receiving');
      await worker.terminate();
      await kernel.wait4unbind(VM, 1);
    }
    await eventually(async () => (await threads()) === before);
  },
  'a worker terminated while it serves: its client learns it, the next worker goes on': async () => {
    const client = await Endpoint.bind(VM, 50);
    for (let round = 0; round < 4; round++) {
      const worker = start(1);
      await client.wait4bindep(1);
      const asking = (async () => {
        for (;;) await client.sendrec(1, { type: 1 });
      })();
      setImmediate(() => void worker.terminate());
      await assert.rejects(asking, ({ code }) => ['ESRCDIED', 'EDSTDIED', 'EDEADSRCDST'].includes(code));
    }
    await client.close();
  },
  'process.exit in the middle of calls is clean': () => endsInCall('exit', 3),
  'process.exit of a worker in the middle of calls is clean': () => endsInCall('worker-exit', 3),
  'an uncaught error in the middle of calls is clean': () => endsInCall('throw', 1),
  'a program with nothing under way ends by itself, bound or not': async () => {
    const program = new URL('exit-in-call.mjs', import.meta.url).pathname;
    const child = spawn(process.execPath, [program, String(VM), 'idle'], { stdio: 'ignore' });
    assert.deepEqual(await once(child, 'exit'), [0, null]);
    kernel.vmEnd(VM);
  },
};

/** Runs a program that ends like that while it has calls under way: by its own status, with nothing left bound. */
async function endsInCall(how, wanted) {
  const program = new URL('exit-in-call.mjs', import.meta.url).pathname;
  const child = spawn(process.execPath, [program, String(VM), how], { stdio: 'ignore' });
  assert.deepEqual(await once(child, 'exit'), [wanted, null]);
  assert.equal(kernel.vm(VM).bound, 0);
}

/** The others may not be bound yet: waits for the one, then asks again. */
function retry(client, type) {
  return async (error) => {
    if (error.code !== 'EDEADSRCDST') throw error;
    await client.wait4bindep((type % 3) + 1);
    return client.sendrec((type % 3) + 1, { type });
  };
}
