// SPDX-License-Identifier: Apache-2.0
// What ships, started as it ships: `node dist/main.js`, over TLS, on TCP and on a Unix socket.
import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { encodeLinkCredentials } from '@drvs/contracts';
import { makeCertificates } from '@drvs/testkit/certificates';
import type { TestCertificates } from '@drvs/testkit/certificates';
import { freePort } from '@drvs/testkit/ports';
import { startPostgres } from '@drvs/testkit/postgres';
import type { TestPostgres } from '@drvs/testkit/postgres';
import { startSlapd } from '@drvs/testkit/slapd';
import type { TestSlapd } from '@drvs/testkit/slapd';
import { FakeAgent } from './fake-agent.js';
import { until } from './fixture.js';

const MAIN = fileURLToPath(new URL('../main.js', import.meta.url));
const PASSWORD = 'node1-secret';

describe('dist/main.js', () => {
  let directory: string;
  let certificates: TestCertificates;
  let slapd: TestSlapd;
  let postgres: TestPostgres;
  let environment: NodeJS.ProcessEnv;
  let port: number;
  let child: ChildProcess | undefined;
  let log = '';

  beforeAll(async () => {
    directory = mkdtempSync('/tmp/drvs-main-');
    certificates = makeCertificates(directory);
    [slapd, postgres, port] = await Promise.all([startSlapd({ tls: true }), startPostgres(), freePort()]);
    const file = (name: string, text: string): string => {
      writeFileSync(join(directory, name), text, { mode: 0o600 });
      return join(directory, name);
    };
    environment = {
      PATH: process.env['PATH'],
      DRVS_SYSTEMS: `lab=${slapd.base}`,
      DRVS_LISTEN: `127.0.0.1:${port},unix:${join(directory, 'socket')}`,
      DRVS_TLS_CERT: certificates.certFile,
      DRVS_TLS_KEY: certificates.keyFile,
      DATABASE_URL: await postgres.createDatabase(),
      LDAP_URL: slapd.tlsUrl,
      LDAP_CA: file('ldap-ca.pem', slapd.ca),
      LDAP_BIND_DN: slapd.managerDn,
      LDAP_PASSWORD_FILE: file('password', slapd.managerPassword),
    };
    await slapd.add(slapd.nodeEntry('node1', 1, [`userPassword: ${PASSWORD}`]));
  }, 60_000);
  afterAll(async () => {
    child?.kill('SIGKILL');
    await Promise.all([slapd.close(), postgres.close()]);
    rmSync(directory, { recursive: true, force: true });
  });

  const start = (): ChildProcess => {
    const manager = spawn(process.execPath, [MAIN], { env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
    manager.stdout.on('data', (text: Buffer) => (log += text.toString()));
    manager.stderr.on('data', (text: Buffer) => (log += text.toString()));
    child = manager;
    return manager;
  };
  const get = (path: string, token?: string, socketPath?: string): Promise<{ status: number; body: string }> =>
    new Promise((resolve, reject) => {
      const where = socketPath === undefined ? { host: 'localhost', port } : { socketPath, servername: 'localhost' };
      const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
      const asked = request({ ...where, path, ca: certificates.ca, headers }, (response) => {
        let body = '';
        response.on('data', (text: Buffer) => (body += text.toString()));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
      });
      asked.on('error', reject);
      asked.end();
    });
  const run = (...args: string[]): { status: number | null; text: string } => {
    const done = spawnSync(process.execPath, [MAIN, ...args], { env: environment, encoding: 'utf8' });
    return { status: done.status, text: done.stdout + done.stderr };
  };

  test('makes, lists and revokes tokens, before it has ever run', () => {
    const out = join(directory, 'token');
    expect(run('token', 'create', '--role', 'admin', '--name', 'first', '--out', out)).toMatchObject({ status: 0 });
    expect(statSync(out).mode & 0o777).toBe(0o600);
    expect(readFileSync(out, 'utf8')).toMatch(/^drvs_[\w-]{43}\n$/);
    expect(run('token', 'create', '--role', 'viewer', '--name', 'second', '--out', `${out}2`).status).toBe(0);

    expect(run('token', 'revoke', '--name', 'second').text).toMatch(/revoked 1 token/);

    const list = run('token', 'list').text;
    expect(list).toMatch(/^first\tadmin\t.*until/m);
    expect(list).toMatch(/^second\tviewer\t.*revoked/m);
    expect(list).not.toContain('drvs_');
    expect(run('token', 'create', '--role', 'king', '--name', 'x', '--out', out)).toMatchObject({ status: 2 });
    expect(run('what')).toMatchObject({ status: 2 });
  }, 60_000);

  test('refuses an environment it cannot use, with the name of the variable', () => {
    const done = spawnSync(process.execPath, [MAIN], { env: { PATH: process.env['PATH'] }, encoding: 'utf8' });

    expect(done.status).toBe(2);
    expect(done.stderr).toMatch(/DRVS_SYSTEMS: is not set/);
  });

  test('serves over TLS on every listener, takes agents, stops on SIGTERM, and leaves no secret in its log', async () => {
    const token = readFileSync(join(directory, 'token'), 'utf8').trim();
    const manager = start();
    await until(
      'it to be ready',
      () => get('/readyz'),
      ({ status }) => status === 200,
      30_000,
    );
    expect(await get('/healthz', undefined, join(directory, 'socket'))).toMatchObject({ status: 200 });
    await until(
      'node1',
      () => get('/api/v1/systems/lab/nodes/node1', token),
      ({ status }) => status === 200,
    );

    const agent = await FakeAgent.join({
      url: `wss://localhost:${port}/agent/v1/lab`,
      authorization: encodeLinkCredentials({ dn: slapd.nodeDn('node1'), password: PASSWORD }),
      nodeDn: slapd.nodeDn('node1'),
      ca: certificates.ca,
    });
    const { sessionToken } = await agent.next('welcome');
    expect((await agent.next('desired')).document.node.name).toBe('node1');

    const exited = new Promise<number | null>((resolve) => manager.once('exit', resolve));
    manager.kill('SIGTERM');
    expect(await exited).toBe(0);
    expect(await agent.closed()).toBe(1001);
    for (const secret of [token, sessionToken, PASSWORD, slapd.managerPassword]) expect(log).not.toContain(secret);
  }, 60_000);

  test('killed hard, it starts again on the socket it left behind', async () => {
    const killed = start();
    await until(
      'it to be ready',
      () => get('/readyz'),
      ({ status }) => status === 200,
      30_000,
    );
    const exited = new Promise((resolve) => killed.once('exit', resolve));
    killed.kill('SIGKILL');
    await exited;

    const again = start();
    await until(
      'it to be ready again',
      () => get('/readyz', undefined, join(directory, 'socket')),
      ({ status }) => status === 200,
      30_000,
    );
    const stopped = new Promise((resolve) => again.once('exit', resolve));
    again.kill('SIGTERM');
    expect(await stopped).toBe(0);
  }, 90_000);
});
