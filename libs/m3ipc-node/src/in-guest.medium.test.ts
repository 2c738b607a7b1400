// SPDX-License-Identifier: Apache-2.0
// The binding against the real module: test/in-guest.mjs runs in a throw-away guest, each of its checks is a test here.
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from '@jest/globals';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const PROGRAM = `${ROOT}libs/m3ipc-node/test/in-guest.mjs`;
const names = [...readFileSync(PROGRAM, 'utf8').matchAll(/^ {2}'([^']+)': (?:async )?\(\) => \{$/gm)].map(
  ([, name]) => name,
);

/** Runs the program in a guest; resolves to its output whatever its status: the checks tell. */
function runInGuest(): Promise<string> {
  const bring = [
    'libs/m3ipc-node/dist',
    'libs/m3ipc-node/package.json',
    'build/lib/m3ipc_node.node',
    'libs/m3ipc-node/test',
  ];
  const options = ['--memory', '1024', '--timeout', '150', ...bring.flatMap((path) => ['--with', ROOT + path])];
  return new Promise((resolve) => {
    const args = [...options, '--', process.execPath, PROGRAM];
    execFile(`${ROOT}deploy/lab/guest`, args, { timeout: 240_000 }, (_error, stdout, stderr) =>
      resolve(stdout + stderr),
    );
  });
}

describe('the binding in a guest', () => {
  let output = '';

  beforeAll(async () => {
    output = await runInGuest();
  }, 250_000);

  test('all checks are known here', () => {
    expect(names.length).toBeGreaterThan(10);
  });

  test.each(names)('%s', (name) => {
    const line = output.split('\n').find((one) => one.startsWith(`ok ${name}`) || one.startsWith(`not ok ${name}`));
    expect(line ?? output).toBe(`ok ${name}`);
  });
});
