// SPDX-License-Identifier: Apache-2.0
// A server in a worker: answers with the type + 1 until told to end.
import { parentPort, workerData } from 'node:worker_threads';
import { Endpoint } from '../../dist/index.js';

const endpoint = await Endpoint.bind(workerData.vmId, workerData.nr);
parentPort.once('message', () => void endpoint.close());
for await (const request of endpoint) await request.reply({ type: request.type + 1 });
parentPort.close();
