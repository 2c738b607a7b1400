// SPDX-License-Identifier: Apache-2.0
// A terminal of a test: what a person would type, what they would see, and a clock that stands still.
import { PassThrough, Writable } from 'node:stream';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../program.js';
import type { Terminal } from '../terminal.js';
import { TOKEN } from './fake-manager.js';

class Recorder extends Writable {
  text = '';
  private waiting: { pattern: RegExp; resolve: () => void }[] = [];

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString('utf8');
    this.waiting = this.waiting.filter(({ pattern, resolve }) => {
      if (!pattern.test(this.text)) return true;
      resolve();
      return false;
    });
    done();
  }

  /** Resolves when everything written so far matches. */
  async saw(pattern: RegExp): Promise<void> {
    if (!pattern.test(this.text)) await new Promise<void>((resolve) => this.waiting.push({ pattern, resolve }));
  }
}

export interface FakeTerminal extends Terminal {
  readonly stdin: PassThrough;
  readonly stdout: Recorder;
  readonly stderr: Recorder;
  interrupt(): void;
}

export interface FakeTerminalOptions {
  readonly env?: Record<string, string>;
  readonly canAsk?: boolean;
  readonly isTerminal?: boolean;
  readonly width?: number;
}

export function fakeTerminal(options: FakeTerminalOptions = {}): FakeTerminal {
  const interrupt = new AbortController();
  return {
    stdin: new PassThrough(),
    stdout: new Recorder(),
    stderr: new Recorder(),
    env: options.env ?? {},
    canAsk: options.canAsk ?? false,
    isTerminal: options.isTerminal ?? false,
    columns: () => options.width,
    now: () => new Date('2026-01-01T12:00:05.000Z'),
    interrupted: interrupt.signal,
    interrupt: () => interrupt.abort(),
  };
}

/** A home folder with a token file, gone after `dispose`. */
export class Home {
  readonly path = mkdtempSync(join(tmpdir(), 'drvsctl-'));

  write(name: string, text: string, mode = 0o600): string {
    const file = join(this.path, name);
    writeFileSync(file, text, { mode });
    return file;
  }

  /** Environment that asks this manager, system `lab`, with the token it accepts. */
  env(url: string): Record<string, string> {
    return {
      HOME: this.path,
      MANAGER_URL: url,
      DRVS_SYSTEM: 'lab',
      DRVS_TOKEN_FILE: this.write('token', `${TOKEN}\n`),
      DRVS_INSECURE: '1',
    };
  }

  dispose(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** Runs one command line to its end. */
export async function drvsctl(args: readonly string[], options: FakeTerminalOptions) {
  const terminal = fakeTerminal(options);
  const status = await run(args, terminal);
  return { status, out: terminal.stdout.text, err: terminal.stderr.text };
}
