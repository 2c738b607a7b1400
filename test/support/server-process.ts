// SPDX-License-Identifier: Apache-2.0
// One server program of a test, and whether it listens.
import { type ChildProcess, spawn } from 'node:child_process';
import { connect } from 'node:net';

const START_LIMIT_MS = 60_000;
const RETRY_MS = 20;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

export class ServerProcess {
  private server: ChildProcess | undefined;
  private log = '';
  private readonly killAtExit = (): void => void this.server?.kill('SIGKILL');

  constructor() {
    process.once('exit', this.killAtExit);
  }

  get running(): boolean {
    return this.server !== undefined;
  }

  /** Starts the program; resolves when it takes connections, rejects with what it said when it ends before. */
  async start(program: string, args: readonly string[], env: NodeJS.ProcessEnv, port: number): Promise<void> {
    const server = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'], env });
    this.server = server;
    server.stderr.on('data', (text: Buffer) => {
      this.log = (this.log + text.toString()).slice(-20_000);
    });
    server.once('error', (error) => (this.log += error.message));
    server.once('close', () => {
      if (this.server === server) this.server = undefined;
    });
    const deadline = Date.now() + START_LIMIT_MS;
    while (!(await accepts(port))) {
      if (!this.running) throw new Error(`${program} ended at start:\n${this.log}`);
      if (Date.now() > deadline) throw new Error(`${program} did not start in ${START_LIMIT_MS} ms:\n${this.log}`);
      await pause(RETRY_MS);
    }
  }

  signal(signal: NodeJS.Signals): void {
    this.server?.kill(signal);
  }

  /** Ends the program and waits for it. */
  async end(signal: NodeJS.Signals): Promise<void> {
    const server = this.server;
    if (server === undefined) return;
    const exited = new Promise<void>((resolve) => server.once('exit', () => resolve()));
    server.kill(signal);
    if (signal === 'SIGTERM') server.kill('SIGCONT');
    await exited;
    if (this.server === server) this.server = undefined;
  }

  /** No test needs it any more. */
  async close(): Promise<void> {
    await this.end('SIGKILL');
    process.removeListener('exit', this.killAtExit);
  }
}
