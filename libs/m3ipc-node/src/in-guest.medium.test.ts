// SPDX-License-Identifier: Apache-2.0
// The binding against the real module: test/in-guest.mjs runs in a throw-away guest, each of its checks is a test here.
import { execFile, execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from '@jest/globals';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const PROGRAM = `${ROOT}libs/m3ipc-node/test/in-guest.mjs`;
const names = execFileSync(process.execPath, [PROGRAM, '--list'], { encoding: 'utf8' }).trim().split('\n');

/** Runs the program in a guest; resolves to its output whatever its status: the checks tell. */
function runInGuest(): Promise<string> {
  const bring = ['dist', 'package.json', 'test', 'examples'].map((path) => `libs/m3ipc-node/${path}`);
  const files = [...bring, 'build/lib/m3ipc_node.node'].flatMap((path) => ['--with', ROOT + path]);
  const args = ['--memory', '1024', '--timeout', '600', ...files, '--', process.execPath, '--expose-gc', PROGRAM];
  return new Promise((resolve) => {
    execFile(`${ROOT}deploy/lab/guest`, args, { timeout: 700_000 }, (_error, stdout, stderr) =>
      resolve(stdout + stderr),
    );
  });
}

describe('the binding in a guest', () => {
  let output = '';

  beforeAll(async () => {
    output = await runInGuest();
  }, 720_000);

  test('all checks are known here', () => {
    expect(names.length).toBeGreaterThan(40);
  });

  test.each(names)('%s', (name) => {
    const line = output.split('\n').find((one) => one.startsWith(`ok ${name}`) || one.startsWith(`not ok ${name}`));
    expect(line ?? output).toBe(`ok ${name}`);
  });
});
