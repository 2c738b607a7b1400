// SPDX-License-Identifier: Apache-2.0
// TLS with certificates made by openssl: who is trusted, and what is said of who is not.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { EXIT } from '../errors.js';
import { FakeManager, ok, topologyView } from '../test-support/fake-manager.js';
import { Home, drvsctl } from '../test-support/fake-terminal.js';

const home = new Home();
const file = (name: string) => join(home.path, name);
const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: home.path, stdio: 'pipe' });

/** A certificate for `name`, signed by the authority of this test, valid for `days` (negative: already over). */
function certificate(label: string, name: string, days: number): { key: string; cert: string } {
  const subject = ['-subj', `/CN=${label}`, '-addext', `subjectAltName=${name}`];
  openssl('req', '-newkey', 'rsa:2048', '-nodes', '-keyout', `${label}.key`, '-out', `${label}.csr`, ...subject);
  const signing = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-copy_extensions', 'copy'];
  openssl('x509', '-req', '-in', `${label}.csr`, ...signing, '-days', String(days), '-out', `${label}.pem`);
  return { key: readFileSync(file(`${label}.key`), 'utf8'), cert: readFileSync(file(`${label}.pem`), 'utf8') };
}

beforeAll(() => {
  openssl(
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-keyout',
    'ca.key',
    '-out',
    'ca.pem',
    '-subj',
    '/CN=test authority',
  );
});
afterAll(() => home.dispose());

async function ask(tls: { key: string; cert: string }, extra: readonly string[]) {
  const manager = await FakeManager.start({ 'GET topology': ok(topologyView()) }, tls);
  try {
    const { DRVS_INSECURE: _, ...env } = home.env(manager.url);
    return { ...(await drvsctl(['topology', ...extra], { env })), seen: manager.seen };
  } finally {
    await manager.stop();
  }
}

describe('TLS', () => {
  test('a manager whose authority is given is trusted', async () => {
    const { status } = await ask(certificate('good', 'IP:127.0.0.1', 2), ['--ca', file('ca.pem')]);

    expect(status).toBe(EXIT.ok);
  });

  test('one whose authority is not known gets no token', async () => {
    const { status, err, seen } = await ask(certificate('stranger', 'IP:127.0.0.1', 2), []);

    expect(status).toBe(EXIT.unreachable);
    expect(err).toContain('is not signed by');
    expect(err).toContain('--ca FILE');
    expect(seen).toEqual([]);
  });

  test('a certificate for another host is refused', async () => {
    const { status, err, seen } = await ask(certificate('elsewhere', 'DNS:elsewhere.example', 2), [
      '--ca',
      file('ca.pem'),
    ]);

    expect(status).toBe(EXIT.unreachable);
    expect(err).toContain('its certificate is for another host');
    expect(seen).toEqual([]);
  });

  test('an expired certificate is refused', async () => {
    const { err, seen } = await ask(certificate('expired', 'IP:127.0.0.1', -1), ['--ca', file('ca.pem')]);

    expect(err).toContain('its certificate is not valid now');
    expect(seen).toEqual([]);
  });

  test('an authority file that cannot be read is named', async () => {
    const { status, err } = await ask(certificate('unread', 'IP:127.0.0.1', 2), ['--ca', file('none.pem')]);

    expect(status).toBe(EXIT.configuration);
    expect(err).toContain(file('none.pem'));
  });
});
