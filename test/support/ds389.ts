// SPDX-License-Identifier: Apache-2.0
// A throw-away 389 Directory Server with the Content Sync plugin: made from the package's own templates in a folder of its
// own, without dscreate, systemd or root, on a free port of 127.0.0.1.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync, copyFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { freePort } from './ports.js';
import { REPOSITORY } from './repository.js';
import { ServerProcess } from './server-process.js';
import { TestDirectory } from './test-directory.js';

const TEMPLATES = '/usr/share/dirsrv/data';
const CONFIGURATION = '/etc/dirsrv';
const PLUGINS = ['Content Synchronization', 'Retro Changelog Plugin'];
const FOLDERS = ['config', 'config/schema', 'lock', 'tmp', 'ldif', 'bak', 'run', 'inst', 'log', 'db'];

/** Fills a template of the package: `%name%` becomes the value of `name`. */
function fill(file: string, values: Readonly<Record<string, string>>): string {
  const text = readFileSync(join(TEMPLATES, file), 'utf8').replace(/^#.*\n/gm, '');
  return text.replace(/%(\w+)%/g, (token, name: string) => values[name] ?? token);
}

/** Switches a plugin on that the template has off. */
function enable(dse: string, plugin: string): string {
  const start = dse.indexOf(`dn: cn=${plugin},cn=plugins,cn=config`);
  if (start < 0) throw new Error(`the template of 389 Directory Server has no plugin ${plugin}`);
  return dse.slice(0, start) + dse.slice(start).replace('nsslapd-pluginenabled: off', 'nsslapd-pluginenabled: on');
}

export class TestDs389 extends TestDirectory {
  readonly adminDn = 'cn=Directory Manager';
  readonly adminPassword = 'directory-secret';
  readonly managerDn = this.adminDn;
  readonly managerPassword = this.adminPassword;
  private readonly server = new ServerProcess();

  private constructor(
    private readonly directory: string,
    readonly port: number,
  ) {
    super();
  }

  /** Makes a directory with the system's entry and starts it. */
  static async start(): Promise<TestDs389> {
    const server = new TestDs389(mkdtempSync(join(tmpdir(), 'drvs-389-')), await freePort());
    server.write();
    await server.restart();
    await server.fillIn();
    return server;
  }

  get url(): string {
    return `ldap://127.0.0.1:${this.port}`;
  }

  async restart(): Promise<void> {
    await this.server.end('SIGTERM');
    const args = ['-D', this.file('config'), '-i', this.file('run/pid'), '-d', '0'];
    const environment = { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin` };
    await this.server.start('ns-slapd', args, environment, this.port);
  }

  async close(): Promise<void> {
    await this.server.close();
    rmSync(this.directory, { recursive: true, force: true });
  }

  private file(name: string): string {
    return join(this.directory, name);
  }

  private get values(): Record<string, string> {
    const folders = { schema_dir: 'config/schema', cert_dir: 'config', config_dir: 'config', db_home_dir: 'db' };
    const own = ['lock', 'tmp', 'ldif', 'bak', 'run', 'inst', 'log', 'db'].map((name) => [
      `${name}_dir`,
      this.file(name),
    ]);
    return {
      ...Object.fromEntries(Object.entries(folders).map(([name, folder]) => [name, this.file(folder)])),
      ...(Object.fromEntries(own) as Record<string, string>),
      fqdn: 'localhost',
      ds_port: String(this.port),
      ds_user: userInfo().username,
      rootdn: this.adminDn,
      ds_passwd: `{CLEAR}${this.adminPassword}`,
      ldapi_enabled: 'off',
      ldapi_autobind: 'off',
      ldapi: this.file('run/ldapi'),
      db_lib: 'bdb',
      ds_suffix: this.suffix,
      ds_bename: 'userRoot',
    };
  }

  private write(): void {
    for (const folder of FOLDERS) mkdirSync(this.file(folder), { mode: 0o700 });
    for (const name of ['certmap.conf', 'slapd-collations.conf']) {
      copyFileSync(join(CONFIGURATION, 'config', name), this.file(`config/${name}`));
    }
    copyFileSync(join(CONFIGURATION, 'schema/99user.ldif'), this.file('config/schema/99user.ldif'));
    copyFileSync(join(REPOSITORY, 'deploy/ldap/98drvs.ldif'), this.file('config/schema/98drvs.ldif'));
    const dse = PLUGINS.reduce(enable, fill('template-dse.ldif', this.values)).replace(
      'cn: Retro Changelog Plugin\n',
      // Without it the server answers a cookie with silence, whatever has happened.
      'cn: Retro Changelog Plugin\nnsslapd-attribute: nsuniqueid:targetUniqueId\n',
    );
    writeFileSync(this.file('config/dse.ldif'), dse, { mode: 0o600 });
  }

  /** The database of the suffix, and the entries that slapd-init makes elsewhere. */
  private async fillIn(): Promise<void> {
    // Its "encrypted attributes" come by themselves.
    const database = fill('template-suffix-db.ldif', this.values).split(/\n{2,}/);
    await this.add(database.filter((entry) => !entry.startsWith('dn: cn=encrypted')).join('\n\n'));
    const units = ['nodes', 'vms'].map(
      (name) => `dn: ou=${name},${this.base}\nobjectClass: organizationalUnit\nou: ${name}\n\n`,
    );
    await this.add(
      `dn: ${this.suffix}\nobjectClass: domain\ndc: drvs\n\n` +
        `dn: ${this.base}\nobjectClass: organizationalUnit\nobjectClass: drvsSystem\nou: drvs\n` +
        `drvsSystemId: 6f1f2a51-25b7-4d0e-9a55-1b9a3f0f7d10\n\n${units.join('')}`,
    );
  }
}
