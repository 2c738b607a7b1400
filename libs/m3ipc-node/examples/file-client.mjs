// SPDX-License-Identifier: Apache-2.0
// Reads and writes files of the file server.
//
//   node file-client.mjs VMID NUMBER SERVER write NAME TEXT
//   node file-client.mjs VMID NUMBER SERVER read NAME
import { getSystemErrorName } from 'node:util';
import { Endpoint, m1 } from '@drvs/m3ipc-node';
import { READ, WRITE } from './file-protocol.mjs';

const [vmId, nr, server] = process.argv.slice(2, 5).map(Number);
const [what, name, text = ''] = process.argv.slice(5);

/** Bytes moved between `data` and the file. */
async function transfer(endpoint, type, data) {
  const file = Buffer.from(name);
  // The buffers are named by their addresses, and kept until the server has answered.
  const request = m1.encode(type, { i1: file.length, i3: data.length, p1: file, p2: data });
  const { i1: result } = m1.decode(await endpoint.sendrec(server, request));
  if (result < 0) throw new Error(`${what} ${name}: ${getSystemErrorName(result)}`);
  return result;
}

const endpoint = await Endpoint.bind(vmId, nr);
try {
  if (what === 'write') {
    console.log(`${await transfer(endpoint, WRITE, Buffer.from(text))} bytes written`);
  } else {
    const data = Buffer.alloc(64 * 1024);
    console.log(data.toString('utf8', 0, await transfer(endpoint, READ, data)));
  }
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
} finally {
  await endpoint.close();
}
