// SPDX-License-Identifier: Apache-2.0
// Round trips per second of servers and clients in TypeScript and in C, side by side, and what many calls leave in memory.
//
//   node --expose-gc in-guest.mjs M3IPC_TOOL ROUND_TRIPS CALLS
//
// bench/run starts it in a guest. Exit status 1: memory grew.
import { execFile, spawn } from 'node:child_process';
import { promisify } from 'node:util';
import { Endpoint } from '../dist/index.js';
import { growth } from '../test/in-guest/endurance.mjs';
import { kernel } from '../test/in-guest/support.mjs';

const VM = 5;
const SERVER = 1;
const CLIENT = 20;
/** What is no leak: anything that each call left behind would be at least four times as much. */
const ALLOWED_BYTES_PER_CALL = 4;

const [tool, roundTrips, calls] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])];
const run = promisify(execFile);

/** Runs `use` while a server written in C serves. */
async function withCServer(use) {
  const server = spawn(tool, ['serve', '--vm', String(VM), '--nr', String(SERVER)], { stdio: 'ignore' });
  await kernel.wait4bindep(VM, SERVER);
  await use();
  server.kill();
  await kernel.wait4unbind(VM, SERVER);
}

/** The same with one in TypeScript, in this process. */
async function withServer(use) {
  const server = await Endpoint.bind(VM, SERVER);
  const serving = (async () => {
    for await (const request of server) void request.reply(request.message).catch(() => undefined);
  })();
  await use();
  await server.close();
  await serving;
}

/** Makes round trips from C. */
async function cClient() {
  const count = String(roundTrips);
  const options = ['--vm', String(VM), '--count', count, '--burst', count, '--interval', '0', String(SERVER)];
  const { stdout } = await run(tool, ['ping', ...options]);
  return `${/: (\d+)\/s/.exec(stdout)?.[1]} round trips/s`;
}

/** Makes round trips from TypeScript. */
async function ask(count) {
  const client = await Endpoint.bind(VM, CLIENT);
  const started = performance.now();
  for (let type = 0; type < count; type++) await client.sendrec(SERVER, { type });
  const seconds = (performance.now() - started) / 1000;
  await client.close();
  return `${Math.round(count / seconds)} round trips/s`;
}

kernel.drvsInit({ nodeId: 1 });
kernel.vmInit({ vmId: VM, name: 'bench' });
await withCServer(async () => {
  console.log(`C client, C server:                    ${await cClient()}`);
  console.log(`TypeScript client, C server:           ${await ask(roundTrips)}`);
});
await withServer(async () => {
  console.log(`C client, TypeScript server:           ${await cClient()}`);
  console.log(`TypeScript client and server, one loop: ${await ask(roundTrips)}`);
});
const { bytesPerCall, seconds } = await growth(VM, calls);
console.log(`${calls} calls in ${seconds.toFixed(1)} s: ${bytesPerCall.toFixed(2)} bytes more in use per call`);
kernel.drvsEnd();
process.exit(bytesPerCall < ALLOWED_BYTES_PER_CALL ? 0 : 1);
