// SPDX-License-Identifier: Apache-2.0
// Asks an echo server, and gives up after a second.
//
//   node echo-client.mjs VMID NUMBER SERVER TEXT
import { Endpoint, isM3Error, m3 } from '@drvs/m3ipc-node';

const [vmId, nr, server] = process.argv.slice(2, 5).map(Number);
const text = process.argv[5] ?? 'hello';

const endpoint = await Endpoint.bind(vmId, nr);
try {
  const answer = await endpoint.sendrec(server, m3.encode(1, { ca1: text }), { timeoutMs: 1000 });
  console.log(`process ${answer.source} says: ${m3.decode(answer).ca1}`);
} catch (error) {
  if (!isM3Error(error, 'EDEADSRCDST', 'EDSTDIED', 'ESRCDIED', 'ETIMEDOUT')) throw error;
  console.error(`no answer from process ${server}: ${error.message}`);
  process.exitCode = 1;
} finally {
  await endpoint.close();
}
