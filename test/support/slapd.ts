// SPDX-License-Identifier: Apache-2.0
// A throw-away directory: the machine's real slapd, made by deploy/ldap/slapd-init in a directory of its own, on a free
// port of 127.0.0.1 and an ldapi socket.
import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { makeCertificates, type TestCertificates } from './certificates.js';
import { run } from './command.js';
import { freePort } from './ports.js';
import { REPOSITORY } from './repository.js';

const INIT = join(REPOSITORY, 'deploy', 'ldap', 'slapd-init');
const START_LIMIT_MS = 30_000;
const RETRY_MS = 20;

export interface SlapdOptions {
  /** LDIF entries to load below the base (its `ou=nodes` and `ou=vms` are there). */
  readonly entries?: string;
  /** Passwords to set on entries, by DN. */
  readonly passwords?: Readonly<Record<string, string>>;
  /** False: without the overlays unique and constraint, so that bad entries get in. Default true. */
  readonly checks?: boolean;
  /** Deletions remembered for followers; default 10,000, 0 = none. */
  readonly sessionlog?: number;
  /** Entries per search of ordinary accounts; default 500. */
  readonly sizeLimit?: number;
  /** Serve ldaps:// as well. */
  readonly tls?: boolean;
}

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

/** One real slapd of a test file. */
export class TestSlapd {
  readonly suffix = 'dc=drvs,dc=example';
  readonly base = `ou=drvs,${this.suffix}`;
  readonly adminDn = `cn=admin,ou=accounts,${this.suffix}`;
  readonly adminPassword = 'admin-secret';
  readonly managerDn = `cn=manager,ou=accounts,${this.suffix}`;
  readonly managerPassword = 'manager-secret';
  private server: ChildProcess | undefined;
  private log = '';
  private readonly killAtExit = (): void => void this.server?.kill('SIGKILL');

  private constructor(
    private readonly directory: string,
    readonly port: number,
    readonly tlsPort: number | undefined,
    private readonly certificates: TestCertificates | undefined,
  ) {
    process.once('exit', this.killAtExit);
  }

  /** Makes a directory and starts it (about 0.5 s). */
  static async start(options: SlapdOptions = {}): Promise<TestSlapd> {
    const slapd = await TestSlapd.prepare(options);
    await slapd.restart();
    return slapd;
  }

  /** Makes a directory without starting it: `restart()` does. */
  static async prepare(options: SlapdOptions = {}): Promise<TestSlapd> {
    const directory = mkdtempSync('/tmp/drvs-ldap-');
    const certificates = options.tls ? makeCertificates(directory) : undefined;
    const slapd = new TestSlapd(directory, await freePort(), certificates && (await freePort()), certificates);
    slapd.init(options);
    return slapd;
  }

  /** `ldap://` URL on loopback. */
  get url(): string {
    return `ldap://127.0.0.1:${this.port}`;
  }

  /** `ldaps://` URL; only with the option `tls`. */
  get tlsUrl(): string {
    if (this.tlsPort === undefined) throw new Error('this slapd was started without tls');
    return `ldaps://localhost:${this.tlsPort}`;
  }

  /** PEM of the authority of {@link tlsUrl}. */
  get ca(): string {
    if (this.certificates === undefined) throw new Error('this slapd was started without tls');
    return this.certificates.ca;
  }

  /** `ldapi://` URL of the Unix socket. */
  get ldapiUrl(): string {
    return `ldapi://${encodeURIComponent(this.file('ldapi'))}`;
  }

  nodeDn(node: string): string {
    return `cn=${node},ou=nodes,${this.base}`;
  }

  vmDn(vm: string): string {
    return `cn=${vm},ou=vms,${this.base}`;
  }

  /** LDIF of a node entry. */
  nodeEntry(name: string, nodeId: number, lines: readonly string[] = []): string {
    const own = ['objectClass: device', 'objectClass: drvsNode', `cn: ${name}`, `drvsNodeId: ${nodeId}`];
    return [`dn: ${this.nodeDn(name)}`, ...own, ...lines, '', ''].join('\n');
  }

  /** LDIF of a VM entry. */
  vmEntry(name: string, vmId: number, nodes: readonly string[], lines: readonly string[] = []): string {
    const own = ['objectClass: drvsVm', `cn: ${name}`, `drvsVmId: ${vmId}`];
    const spans = nodes.map((node) => `drvsSpansNode: ${this.nodeDn(node)}`);
    return [`dn: ${this.vmDn(name)}`, ...own, ...spans, ...lines, '', ''].join('\n');
  }

  /** LDIF of a launched process entry. */
  processEntry(vm: string, name: string, nr: number, node: string, lines: readonly string[] = []): string {
    const own = ['objectClass: drvsProcess', `cn: ${name}`, `drvsProcNr: ${nr}`, `drvsOnNode: ${this.nodeDn(node)}`];
    const exec = lines.some((line) => line.startsWith('drvsExec')) ? [] : ['drvsExec: /usr/bin/m3ipc serve'];
    return [`dn: cn=${name},${this.vmDn(vm)}`, ...own, ...exec, ...lines, '', ''].join('\n');
  }

  /** Adds LDIF entries as the administrator. */
  async add(ldif: string): Promise<void> {
    await this.tool('ldapmodify', ['-a'], ldif);
  }

  /** Applies LDIF change records as the administrator. */
  async modify(ldif: string): Promise<void> {
    await this.tool('ldapmodify', [], ldif);
  }

  async delete(dn: string, options: { readonly recursive?: boolean } = {}): Promise<void> {
    await this.tool('ldapdelete', [...(options.recursive ? ['-r'] : []), dn]);
  }

  async rename(dn: string, newRdn: string): Promise<void> {
    await this.tool('ldapmodrdn', ['-r', dn, newRdn]);
  }

  /** Runs one of ldap-utils as the administrator; gives what it printed, throws what it complained about. */
  tool(program: string, args: readonly string[], input = ''): Promise<string> {
    return run(program, ['-x', '-H', this.url, '-D', this.adminDn, '-w', this.adminPassword, ...args], { input });
  }

  /** Changes the running server's own configuration (`cn=config`), as the account that runs it. */
  async configure(ldif: string): Promise<void> {
    await run('ldapmodify', ['-Q', '-Y', 'EXTERNAL', '-H', this.ldapiUrl], { input: ldif });
  }

  /** Changes the configuration while the server is stopped, and starts it. */
  async configureOffline(ldif: string): Promise<void> {
    await this.stop();
    await run('/usr/sbin/slapmodify', ['-n', '0', '-F', this.file('server/slapd.d')], { input: ldif });
    await this.restart();
  }

  /** Takes all entries away, as a replica begins. */
  async emptyData(): Promise<void> {
    await this.stop();
    rmSync(this.file('server/data'), { recursive: true });
    mkdirSync(this.file('server/data'));
    await this.restart();
  }

  /** A new folder of this server, for a database of its own. */
  folder(name: string): string {
    mkdirSync(this.file(name));
    return this.file(name);
  }

  /** Keeps a copy of the data as it is now, as a backup would. The server is stopped and started for it. */
  async backup(): Promise<void> {
    await this.stop();
    cpSync(this.file('server/data'), this.file('backup'), { recursive: true });
    await this.restart();
  }

  /** Puts the copy of `backup()` in place of the data. */
  async restoreBackup(): Promise<void> {
    await this.stop();
    rmSync(this.file('server/data'), { recursive: true });
    cpSync(this.file('backup'), this.file('server/data'), { recursive: true });
    await this.restart();
  }

  /** Stops the server as an administrator would. */
  async stop(): Promise<void> {
    await this.end('SIGTERM');
  }

  /** Kills the server as a crash would. */
  async kill9(): Promise<void> {
    await this.end('SIGKILL');
  }

  /** Sends a signal to the running server; `SIGSTOP` makes it silent with its connections up. */
  signal(signal: NodeJS.Signals): void {
    this.server?.kill(signal);
  }

  /** Starts the server again on the same data and port, stopping it first when it runs. */
  async restart(): Promise<void> {
    if (this.server !== undefined) await this.stop();
    this.launch();
    const deadline = Date.now() + START_LIMIT_MS;
    while (!(await accepts(this.port))) {
      if (this.server === undefined) throw new Error(`slapd ended at start:\n${this.log}`);
      if (Date.now() > deadline) throw new Error(`slapd did not start in ${START_LIMIT_MS} ms:\n${this.log}`);
      await pause(RETRY_MS);
    }
  }

  /** Stops the server and removes everything of it. */
  async close(): Promise<void> {
    await this.end('SIGKILL');
    process.removeListener('exit', this.killAtExit);
    rmSync(this.directory, { recursive: true, force: true });
  }

  private file(name: string): string {
    return join(this.directory, name);
  }

  private write(name: string, content: string): string {
    writeFileSync(this.file(name), content, { mode: 0o600 });
    return this.file(name);
  }

  private init(options: SlapdOptions): void {
    const args = ['--admin-password', this.write('admin', this.adminPassword)];
    args.push('--manager-password', this.write('manager', this.managerPassword), '--no-fsync');
    if (options.checks === false) args.push('--no-checks');
    if (options.sessionlog !== undefined) args.push('--sessionlog', String(options.sessionlog));
    if (options.sizeLimit !== undefined) args.push('--size-limit', String(options.sizeLimit));
    if (options.entries !== undefined) args.push('--load', this.write('entries.ldif', options.entries));
    Object.entries(options.passwords ?? {}).forEach(([dn, password], index) =>
      args.push('--password', `${dn}=${this.write(`password${index}`, password)}`),
    );
    if (this.certificates) args.push('--tls-cert', this.certificates.certFile, '--tls-key', this.certificates.keyFile);
    const done = spawnSync(INIT, [...args, this.file('server')], { encoding: 'utf8' });
    if (done.status !== 0) throw new Error(`slapd-init failed: ${done.error?.message ?? done.stderr}`);
  }

  private launch(): void {
    const urls = [
      this.url,
      this.ldapiUrl,
      ...(this.tlsPort === undefined ? [] : [`ldaps://127.0.0.1:${this.tlsPort}`]),
    ];
    const args = ['-F', this.file('server/slapd.d'), '-h', urls.join(' '), '-d', 'none'];
    const environment = { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin` };
    const server = spawn('slapd', args, { stdio: ['ignore', 'ignore', 'pipe'], env: environment });
    this.server = server;
    server.stderr.on('data', (text: Buffer) => {
      this.log = (this.log + text.toString()).slice(-20_000);
    });
    server.once('error', (error) => (this.log += error.message));
    server.once('close', () => {
      if (this.server === server) this.server = undefined;
    });
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    const server = this.server;
    if (server === undefined) return;
    const exited = new Promise<void>((resolve) => server.once('exit', () => resolve()));
    server.kill(signal);
    if (signal === 'SIGTERM') server.kill('SIGCONT');
    await exited;
    if (this.server === server) this.server = undefined;
  }
}

/** Makes and starts a directory. */
export function startSlapd(options: SlapdOptions = {}): Promise<TestSlapd> {
  return TestSlapd.start(options);
}
