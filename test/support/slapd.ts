// SPDX-License-Identifier: Apache-2.0
// A throw-away directory: the machine's real slapd, made by deploy/ldap/slapd-init in a directory of its own, on a free
// port of 127.0.0.1 and an ldapi socket.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeCertificates, type TestCertificates } from './certificates.js';
import { run } from './command.js';
import { freePort } from './ports.js';
import { REPOSITORY } from './repository.js';
import { ServerProcess } from './server-process.js';
import { TestDirectory } from './test-directory.js';

const INIT = join(REPOSITORY, 'deploy', 'ldap', 'slapd-init');
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
  readonly release?: SlapdRelease;
}

/** The programs of a release, when it is not the machine's own. */
export interface SlapdRelease {
  /** Folder of slapd, slapadd, slapmodify, slappasswd and slaptest. */
  readonly programs: string;
  readonly modules: string;
  readonly schema: string;
}

/** One real slapd of a test file. */
export class TestSlapd extends TestDirectory {
  readonly adminDn = `cn=admin,ou=accounts,${this.suffix}`;
  readonly adminPassword = 'admin-secret';
  readonly managerDn = `cn=manager,ou=accounts,${this.suffix}`;
  readonly managerPassword = 'manager-secret';
  private readonly server = new ServerProcess();

  private constructor(
    private readonly directory: string,
    readonly port: number,
    readonly tlsPort: number | undefined,
    private readonly certificates: TestCertificates | undefined,
    private readonly release: SlapdRelease | undefined,
  ) {
    super();
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
    const slapd = new TestSlapd(
      directory,
      await freePort(),
      certificates && (await freePort()),
      certificates,
      options.release,
    );
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

  /** Changes the running server's own configuration (`cn=config`), as the account that runs it. */
  async configure(ldif: string): Promise<void> {
    await run('ldapmodify', ['-Q', '-Y', 'EXTERNAL', '-H', this.ldapiUrl], { input: ldif });
  }

  /** Changes the configuration while the server is stopped, and starts it. */
  async configureOffline(ldif: string): Promise<void> {
    await this.stop();
    await run('slapmodify', ['-n', '0', '-F', this.file('server/slapd.d')], { input: ldif, env: this.environment });
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
    await this.server.end('SIGTERM');
  }

  /** Kills the server as a crash would. */
  async kill9(): Promise<void> {
    await this.server.end('SIGKILL');
  }

  /** Sends a signal to the running server; `SIGSTOP` makes it silent with its connections up. */
  signal(signal: NodeJS.Signals): void {
    this.server.signal(signal);
  }

  /** Starts the server again on the same data and port, stopping it first when it runs. */
  async restart(): Promise<void> {
    if (this.server.running) await this.stop();
    const urls = [
      this.url,
      this.ldapiUrl,
      ...(this.tlsPort === undefined ? [] : [`ldaps://127.0.0.1:${this.tlsPort}`]),
    ];
    const args = ['-F', this.file('server/slapd.d'), '-h', urls.join(' '), '-d', 'none'];
    await this.server.start('slapd', args, this.environment, this.port);
  }

  /** Stops the server and removes everything of it. */
  async close(): Promise<void> {
    await this.server.close();
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
    const done = spawnSync(INIT, [...args, this.file('server')], { encoding: 'utf8', env: this.environment });
    if (done.status !== 0) throw new Error(`slapd-init failed: ${done.error?.message ?? done.stderr}`);
  }

  /** Where its programs are found. */
  private get environment(): NodeJS.ProcessEnv {
    const path = `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`;
    if (this.release === undefined) return { ...process.env, PATH: path };
    const { programs, modules, schema } = this.release;
    return { ...process.env, PATH: `${programs}:${path}`, SLAPD_MODULE_DIR: modules, SLAPD_SCHEMA_DIR: schema };
  }
}

/** Makes and starts a directory. */
export function startSlapd(options: SlapdOptions = {}): Promise<TestSlapd> {
  return TestSlapd.start(options);
}
