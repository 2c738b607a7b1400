// SPDX-License-Identifier: Apache-2.0
// A throw-away PostgreSQL: the real server of the machine in a directory of its own, reachable by a Unix socket only.
import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';

const INSTALL_ROOT = '/usr/lib/postgresql';
const START_LIMIT_MS = 30_000;
const RETRY_MS = 40;
/** initdb and postgres refuse to run as root: then they run as this account, which Debian's package makes. */
const SERVER_ACCOUNT = 'postgres';

/** Where the newest installed server's programs are. */
function programs(): string {
  const versions = existsSync(INSTALL_ROOT) ? readdirSync(INSTALL_ROOT).filter((name) => /^\d+$/.test(name)) : [];
  const newest = versions.map(Number).sort((a, b) => b - a)[0];
  if (newest === undefined) {
    throw new Error(`no PostgreSQL server under ${INSTALL_ROOT}: install it with 'apt-get install postgresql'`);
  }
  return join(INSTALL_ROOT, String(newest), 'bin');
}

/** The command line that runs a program as an account that may be a database server. */
function unprivileged(program: string, args: readonly string[]): [string, string[]] {
  if (process.getuid?.() !== 0) return [program, [...args]];
  return ['setpriv', [`--reuid=${SERVER_ACCOUNT}`, `--regid=${SERVER_ACCOUNT}`, '--clear-groups', program, ...args]];
}

function run(program: string, args: readonly string[]): void {
  const [command, argv] = unprivileged(program, args);
  const done = spawnSync(command, argv, { encoding: 'utf8', cwd: '/' });
  if (done.status !== 0) throw new Error(`${program} failed: ${done.error?.message ?? done.stderr}`);
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** One real PostgreSQL server of a test file. */
export class TestPostgres {
  private server: ChildProcess | undefined;
  private databases = 0;
  private log = '';
  private readonly killAtExit = (): void => void this.server?.kill('SIGKILL');

  private constructor(
    private readonly bin: string,
    private readonly directory: string,
  ) {
    process.once('exit', this.killAtExit);
  }

  /** Makes a cluster and starts it (about 0.7 s). */
  static async start(): Promise<TestPostgres> {
    const bin = programs();
    const directory = mkdtempSync('/tmp/drvs-pg-');
    if (process.getuid?.() === 0) spawnSync('chown', [SERVER_ACCOUNT, directory]);
    const data = join(directory, 'data');
    run(join(bin, 'initdb'), ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync']);
    const postgres = new TestPostgres(bin, directory);
    await postgres.restart();
    return postgres;
  }

  /** Connection URL of a database of this server. */
  url(database = 'postgres'): string {
    return `postgresql://postgres@localhost/${database}?host=${this.directory}`;
  }

  /** Makes a database, empty or as a copy of another one of this server, and gives its URL. */
  async createDatabase(template?: string): Promise<string> {
    const name = `t${++this.databases}`;
    const from = template === undefined ? '' : ` TEMPLATE "${new URL(template).pathname.slice(1)}"`;
    await this.query(`CREATE DATABASE "${name}"${from}`);
    return this.url(name);
  }

  /** Stops the server as an administrator would (sessions are ended). */
  async stop(): Promise<void> {
    await this.end('SIGINT');
  }

  /** Kills the server as a crash would. */
  async kill9(): Promise<void> {
    await this.end('SIGKILL');
  }

  /** Starts the server again on the same data, stopping it first when it runs. */
  async restart(): Promise<void> {
    if (this.server !== undefined) await this.stop();
    const deadline = Date.now() + START_LIMIT_MS;
    for (;;) {
      if (this.server === undefined) this.launch();
      if (await this.answers()) return;
      if (Date.now() > deadline) throw new Error(`PostgreSQL did not start in ${START_LIMIT_MS} ms:\n${this.log}`);
      await pause(RETRY_MS);
    }
  }

  /** Stops the server and removes everything of it. */
  async close(): Promise<void> {
    await this.end('SIGQUIT');
    process.removeListener('exit', this.killAtExit);
    rmSync(this.directory, { recursive: true, force: true });
  }

  private launch(): void {
    const settings = {
      listen_addresses: '',
      unix_socket_directories: this.directory,
      fsync: 'off',
      max_connections: 200,
    };
    const options = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const [command, argv] = unprivileged(join(this.bin, 'postgres'), ['-D', join(this.directory, 'data'), ...options]);
    const server = spawn(command, argv, { stdio: ['ignore', 'ignore', 'pipe'], cwd: '/' });
    this.server = server;
    server.stderr.on('data', (text: Buffer) => {
      this.log = (this.log + text.toString()).slice(-20_000);
    });
    // A server killed hard leaves its shared memory for a moment: it then refuses to start and is tried again.
    server.once('exit', () => {
      if (this.server === server) this.server = undefined;
    });
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    const server = this.server;
    if (server === undefined) return;
    const exited = new Promise<void>((resolve) => server.once('exit', () => resolve()));
    server.kill(signal);
    await exited;
  }

  private async answers(): Promise<boolean> {
    try {
      await this.query('SELECT 1');
      return true;
    } catch {
      return false;
    }
  }

  private async query(sql: string): Promise<void> {
    const client = new pg.Client({ connectionString: this.url() });
    client.on('error', () => undefined);
    await client.connect();
    try {
      await client.query(sql);
    } finally {
      await client.end();
    }
  }
}

/** Starts a throw-away PostgreSQL; `close()` it at the end of the test file. */
export function startPostgres(): Promise<TestPostgres> {
  return TestPostgres.start();
}
