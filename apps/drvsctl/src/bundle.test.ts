// SPDX-License-Identifier: Apache-2.0
// The file people run: bundled as it ships, started as a process.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { EXIT } from './errors.js';
import { FakeManager, event, ok, sendEvents, topologyView } from './test-support/fake-manager.js';
import { Home } from './test-support/fake-terminal.js';

/** Each test starts processes, on whatever machine with whatever else to do. */
jest.setTimeout(60_000);

const exec = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), 'drvsctl-bundle-'));
const binary = join(folder, 'bin/drvsctl');
const home = new Home();
let manager: FakeManager;
let env: Record<string, string>;

beforeAll(async () => {
  const script = join(dirname(fileURLToPath(import.meta.url)), '../build.mjs');
  await exec(process.execPath, [script, folder]);
  manager = await FakeManager.start({
    'GET topology': ok(topologyView()),
    'GET events': (_seen, response) => {
      sendEvents(
        response,
        Array.from({ length: 2000 }, (_, index) => event(index + 1)),
      );
      return undefined;
    },
  });
  env = { ...home.env(manager.url), PATH: `${dirname(process.execPath)}:/usr/bin:/bin` };
});
afterAll(async () => {
  await manager.stop();
  home.dispose();
  rmSync(folder, { recursive: true, force: true });
});

/** Runs the file; a status other than 0 comes back too. */
async function runBinary(args: string[], environment = env) {
  const child = spawn(binary, args, { env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
  const out = collect(child.stdout);
  const err = collect(child.stderr);
  const [status] = (await once(child, 'close')) as [number];
  return { status, out: await out, err: await err };
}

async function collect(stream: NodeJS.ReadableStream): Promise<string> {
  let text = '';
  for await (const chunk of stream.setEncoding('utf8')) text += String(chunk);
  return text;
}

describe('the bundled drvsctl', () => {
  test('prints the topology', async () => {
    const { status, out, err } = await runBinary(['topology']);

    expect({ status, err }).toEqual({ status: EXIT.ok, err: '' });
    expect(out).toContain('orders  server1');
    expect(out).not.toContain('\x1b[');
  });

  test('knows its version', async () => {
    expect((await runBinary(['version'])).out).toMatch(/^drvsctl \d+\.\d+\.\d+\n$/);
  });

  test('ends with the documented status', async () => {
    expect((await runBinary(['nope'])).status).toBe(EXIT.usage);
    expect((await runBinary(['topology'], { ...env, MANAGER_URL: '' })).status).toBe(EXIT.configuration);
  });

  test('ends quietly when its reader has seen enough', async () => {
    const pipeline = `"$0" events --follow --after 0 | head -n 2; echo "\${PIPESTATUS[0]}"`;
    const { stdout, stderr } = await exec('bash', ['-c', pipeline, binary], { env });

    expect(stdout.split('\n')).toHaveLength(4);
    expect(stdout).toMatch(/\n0\n$/);
    expect(stderr).toBe('');
  });

  test('Ctrl-C ends a follow', async () => {
    const child = spawn(binary, ['events', '--follow'], { env, stdio: ['ignore', 'pipe', 'ignore'] });
    await once(child.stdout, 'data');
    child.kill('SIGINT');

    const [status] = (await once(child, 'close')) as [number];
    expect(status).toBe(EXIT.interrupted);
  });

  test('says so where there is no Node', async () => {
    const { status, err } = await runBinary(['version'], { PATH: '/nonexistent', HOME: folder });

    expect(status).toBe(EXIT.unreachable);
    expect(err).toContain('no Node.js is installed');
  });
});

describe('completion bash', () => {
  let code: string;
  beforeAll(async () => {
    code = (await runBinary(['completion', 'bash'])).out;
  });

  /** What the shell would offer for the words typed so far. */
  async function offers(...words: string[]): Promise<string[]> {
    const script = `eval "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _drvsctl; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const { stdout } = await exec('bash', ['-c', script, code, ...words], { env });
    return stdout.trim().split('\n');
  }

  test('offers commands, subcommands, options and their choices', async () => {
    expect(await offers('drvsctl', 'to')).toEqual(['topology']);
    expect(await offers('drvsctl', 'held', '')).toEqual(expect.arrayContaining(['show', 'confirm', 'refuse']));
    expect(await offers('drvsctl', 'held', 'confirm', '--h')).toEqual(['--hash', '--help']);
    expect(await offers('drvsctl', 'topology', '-o', 'j')).toEqual(['json']);
    expect(await offers('drvsctl', '-o', 'json', 'ps', '--v')).toEqual(['--vm']);
    expect(await offers('drvsctl', 'completion', 'z')).toEqual(['zsh']);
    expect(await offers('drvsctl', 'set', 'p')).toEqual(['process']);
  });
});

test.each([
  ['bash', 'bash-completion/completions/drvsctl'],
  ['fish', 'fish/vendor_completions.d/drvsctl.fish'],
])('completion %s lies where the shell looks for it', async (shell, path) => {
  expect(readFileSync(join(folder, 'share', path), 'utf8')).toBe((await runBinary(['completion', shell])).out);
});

describe('completion fish', () => {
  /** What the shell offers for a line typed so far, by its own word. */
  async function offers(line: string): Promise<string[]> {
    const { out } = await runBinary(['completion', 'fish']);
    const script = 'echo $argv[1] | source; complete --do-complete $argv[2]';
    const { stdout } = await exec('fish', ['--no-config', '-c', script, out, line], { env });
    return stdout.trim().split('\n');
  }

  test('offers commands, subcommands, options and their choices', async () => {
    expect(await offers('drvsctl to')).toEqual(['topology']);
    expect(await offers('drvsctl held ')).toEqual(expect.arrayContaining(['show', 'confirm', 'refuse']));
    expect(await offers('drvsctl held confirm --has')).toEqual(['--hash']);
    expect(await offers('drvsctl topology -o j')).toEqual(['json']);
    expect(await offers('drvsctl completion z')).toEqual(['zsh']);
  });
});

test('zsh reads its completion', async () => {
  const { out } = await runBinary(['completion', 'zsh']);
  const script = 'autoload -Uz compinit && compinit -D -u; eval "$1"; print $_comps[drvsctl]';
  expect((await exec('zsh', ['-f', '-c', script, 'zsh', out], { env })).stdout).toMatch(/_drvsctl/);
});
