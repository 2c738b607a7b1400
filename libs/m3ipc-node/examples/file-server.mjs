// SPDX-License-Identifier: Apache-2.0
// A server of files held in memory, in the way of MINIX: clients tell where their data lies, and vcopy moves it.
//
//   node file-server.mjs VMID NUMBER
import { constants } from 'node:os';
import { Endpoint, isM3Error, m1 } from '@drvs/m3ipc-node';
import { READ, REPLY, WRITE } from './file-protocol.mjs';

const { EINVAL, ENOENT, ENOSPC } = constants.errno;
const MAX_NAME = 255;
const MAX_FILE = 4 * 1024 * 1024;
const files = new Map();

async function nameOf(request, { i1: length, p1: address }) {
  if (length < 1 || length > MAX_NAME) return undefined;
  const name = Buffer.alloc(length);
  await request.read(address, name);
  return name.toString();
}

async function readFile(request, name, { i2: offset, i3: wanted, p2: address }) {
  const file = files.get(name);
  if (!file) return -ENOENT;
  if (offset < 0 || wanted < 0) return -EINVAL;
  return request.write(address, file.subarray(offset, offset + wanted));
}

async function writeFile(request, name, { i2: offset, i3: length, p2: address }) {
  if (offset < 0 || length < 0) return -EINVAL;
  if (offset + length > MAX_FILE) return -ENOSPC;
  const old = files.get(name) ?? Buffer.alloc(0);
  const file = Buffer.alloc(Math.max(old.length, offset + length));
  old.copy(file);
  await request.read(address, file.subarray(offset, offset + length));
  files.set(name, file);
  return length;
}

/** Bytes moved, or -errno for the client. */
async function serve(request) {
  const fields = m1.decode(request);
  const name = await nameOf(request, fields);
  if (name === undefined) return -EINVAL;
  if (request.type === READ) return readFile(request, name, fields);
  return request.type === WRITE ? writeFile(request, name, fields) : -EINVAL;
}

const [vmId, nr] = process.argv.slice(2).map(Number);
const endpoint = await Endpoint.bind(vmId, nr);
console.log(`file server is process ${endpoint.endpoint} of VM ${vmId}`);

for await (const request of endpoint) {
  if (request.isNotification) continue;
  try {
    // A client that lies about its memory gets its EFAULT; one that has died, or gave up, gets nothing.
    const result = await serve(request).catch((error) => {
      if (isM3Error(error, 'EFAULT')) return -error.errno;
      throw error;
    });
    await request.reply(m1.encode(REPLY, { i1: result }));
  } catch (error) {
    if (!isM3Error(error, 'ESRCDIED', 'EDSTDIED', 'EPROCSTS')) throw error;
  }
}
await endpoint.close();
