// SPDX-License-Identifier: Apache-2.0
// A program that ends while calls are under way, in the way its argument says.
import { Worker } from 'node:worker_threads';
import { Endpoint, openKernel } from '../../dist/index.js';

const [vmId, how] = [Number(process.argv[2]), process.argv[3]];
const kernel = openKernel();
kernel.watch(() => undefined);
const endpoint = await Endpoint.bind(vmId, 80);

if (how !== 'idle') {
  void endpoint.receive();
  new Worker(new URL('worker-server.mjs', import.meta.url), { workerData: { vmId, nr: 81 } });
  await kernel.wait4bindep(vmId, 81);
}
if (how === 'exit') process.exit(3);
if (how === 'worker-exit') {
  const code = 'process.exit(3)';
  new Worker(code, { eval: true }).once('exit', (status) => process.exit(status));
}
if (how === 'throw') throw new Error('on purpose');
