// SPDX-License-Identifier: Apache-2.0
// A server that gives back what it is sent.
//
//   node echo-server.mjs VMID NUMBER
//
// It ends with its VM, or by SIGINT or SIGTERM.
import { Endpoint } from '@drvs/m3ipc-node';

const [vmId, nr] = process.argv.slice(2).map(Number);
const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => stop.abort());

const endpoint = await Endpoint.bind(vmId, nr);
console.log(`echo server is process ${endpoint.endpoint} of VM ${vmId}`);

let served = 0;
for await (const request of endpoint.requests({ signal: stop.signal })) {
  if (request.isNotification) continue; // wants no answer
  try {
    await request.reply(request.message);
    served++;
  } catch (error) {
    console.error(`client ${request.source} did not wait: ${error.message}`); // EPROCSTS: it sent without asking, or gave up
  }
}
console.log(`served ${served} requests`);
await endpoint.close();
