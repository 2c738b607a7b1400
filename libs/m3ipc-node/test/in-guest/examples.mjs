// SPDX-License-Identifier: Apache-2.0
// The programs of examples/, as their readers run them.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, symlinkSync } from 'node:fs';
import { promisify } from 'node:util';
import { kernel } from './support.mjs';

const VM = 108;
const run = promisify(execFile);
const path = (name) => new URL(`../../examples/${name}`, import.meta.url).pathname;

/** Makes the package known by its name, as an installation does. */
function install() {
  const root = new URL('../../', import.meta.url).pathname;
  mkdirSync(`${root}node_modules/@drvs`, { recursive: true });
  symlinkSync(root, `${root}node_modules/@drvs/m3ipc-node`);
}

/** Starts a server and waits until it is bound. */
async function serve(name, nr) {
  const child = spawn(process.execPath, [path(name), String(VM), String(nr)], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.on('data', (data) => (output += data));
  await kernel.wait4bindep(VM, nr);
  return { child, output: () => output };
}

async function client(name, ...args) {
  const result = await run(process.execPath, [path(name), String(VM), '20', ...args.map(String)]).catch(
    (error) => error,
  );
  return [result.code ?? 0, (result.stdout + result.stderr).trim()];
}

export const checks = {
  'the echo server and its client': async () => {
    install();
    kernel.vmInit({ vmId: VM, name: 'examples' });
    const { child, output } = await serve('echo-server.mjs', 1);
    assert.deepEqual(await client('echo-client.mjs', 1, 'bonjour'), [0, 'process 1 says: bonjour']);
    child.kill('SIGTERM');
    assert.deepEqual(await once(child, 'close'), [0, null]);
    assert.match(output(), /process 1 of VM 108\nserved 1 requests\n$/);
    const [status, text] = await client('echo-client.mjs', 1, 'bonjour');
    assert.equal(status, 1);
    assert.match(text, /^no answer from process 1: sendrec: EDEADSRCDST/);
  },
  'the file server: clients write and read, and it outlives their mistakes': async () => {
    const { child } = await serve('file-server.mjs', 2);
    assert.deepEqual(await client('file-client.mjs', 2, 'write', 'notes', 'kept in memory'), [0, '14 bytes written']);
    assert.deepEqual(await client('file-client.mjs', 2, 'read', 'notes'), [0, 'kept in memory']);
    assert.deepEqual(await client('file-client.mjs', 2, 'read', 'absent'), [1, 'read absent: ENOENT']);
    const ended = once(child, 'exit');
    kernel.vmEnd(VM);
    assert.deepEqual(await ended, [0, null]); // its loop ends with its VM
  },
};
