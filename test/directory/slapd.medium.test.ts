// SPDX-License-Identifier: Apache-2.0
// The directory as deploy/ldap makes it: schema, overlays, and who may see what.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { startSlapd, type TestSlapd } from '../support/slapd.js';

let slapd: TestSlapd;

beforeAll(async () => {
  slapd = await startSlapd({ tls: true });
  await slapd.add(
    slapd.nodeEntry('node1', 1, [
      'userPassword: one',
      'drvsAddress: 10.77.0.11',
      'drvsMachineId: 0123',
      'drvsLabel: a=b',
    ]) +
      slapd.nodeEntry('node2', 2, ['userPassword: two', 'drvsAddress: 10.77.0.12', 'drvsMachineId: 4567']) +
      slapd.vmEntry('orders', 10, ['node1']) +
      slapd.processEntry('orders', 'server', 1, 'node1') +
      slapd.vmEntry('billing', 20, ['node1', 'node2']) +
      slapd.processEntry('billing', 'ledger', 1, 'node2'),
  );
}, 60_000);

afterAll(async () => {
  await slapd.close();
});

/** Attribute lines that somebody sees, without values that vary. */
function seen(bindDn: string, password: string, base: string, ...args: string[]): string[] {
  const options = ['-x', '-LLL', '-o', 'ldif-wrap=no', '-H', slapd.url, '-D', bindDn, '-w', password, '-b', base];
  const done = spawnSync('ldapsearch', [...options, ...args], { encoding: 'utf8' });
  if (done.status === 32) return [];
  if (done.status !== 0) throw new Error(`ldapsearch ended with ${done.status}: ${done.stderr}`);
  return done.stdout.split('\n').filter((line) => line !== '');
}

const dns = (lines: readonly string[]): string[] =>
  lines.filter((line) => line.startsWith('dn: ')).map((line) => line.slice(4).split(',')[0] ?? '');

describe('schema and overlays', () => {
  test.each([
    ['a second nodeid 1', () => slapd.nodeEntry('node9', 1), /unique/],
    ['a second vmid 10', () => slapd.vmEntry('copy', 10, []), /unique/],
    ['a nodeid beyond 1023', () => slapd.nodeEntry('node9', 1024), /constraint/i],
    ['a vmid beyond 65535', () => slapd.vmEntry('copy', 65_536, []), /constraint/i],
    ['an unknown state', () => slapd.nodeEntry('node9', 9, ['drvsAdminState: asleep']), /constraint/i],
    ['a number that is none', () => slapd.vmEntry('copy', NaN, []), /Invalid syntax|constraint/i],
    [
      'two commands',
      () => slapd.processEntry('orders', 'x', 5, 'node1', ['drvsExec: /a', 'drvsExec: /b']),
      /SINGLE|multiple|Constraint/i,
    ],
  ])('refuse %s', async (_what, ldif, complaint) => {
    await expect(slapd.add(ldif())).rejects.toThrow(complaint);
  });

  test('the largest numbers pass', async () => {
    await slapd.add(slapd.nodeEntry('last', 1023) + slapd.vmEntry('last', 65_535, ['last']));
    await slapd.delete(slapd.vmDn('last'));
    await slapd.delete(slapd.nodeDn('last'));
  });

  test('eight writers at once get no number twice', async () => {
    const adds = Array.from({ length: 8 }, (_, index) => slapd.add(slapd.vmEntry(`race${index}`, 777, ['node1'])));
    const outcomes = await Promise.allSettled(adds);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const winner = outcomes.findIndex(({ status }) => status === 'fulfilled');
    await slapd.delete(slapd.vmDn(`race${winner}`));
  });

  test('TLS is served with the certificate of the given authority', () => {
    const options = ['-x', '-H', slapd.tlsUrl, '-b', '', '-s', 'base', 'vendorName'];
    const done = spawnSync('ldapsearch', options, { env: { ...process.env, LDAPTLS_REQCERT: 'allow' } });
    expect(done.status).toBe(0);
  });
});

describe('a node', () => {
  const node1 = (base: string, ...args: string[]): string[] => seen(slapd.nodeDn('node1'), 'one', base, ...args);
  const node2 = (base: string, ...args: string[]): string[] => seen(slapd.nodeDn('node2'), 'two', base, ...args);

  test('reads the system entry and its own entry, but no password', () => {
    expect(node1(slapd.base, '-s', 'base').join('\n')).toMatch(/drvsSystemId: [0-9a-f-]{36}/);
    const own = node1(slapd.nodeDn('node1')).join('\n');
    expect(own).toMatch(/drvsMachineId: 0123/);
    expect(own).not.toMatch(/userPassword/);
  });

  test('reads of other nodes only how to reach them', () => {
    const other = node1(slapd.nodeDn('node2'), '*', '+').map((line) => line.split(':')[0]);
    expect([...new Set(other)].sort()).toEqual(
      ['cn', 'createTimestamp', 'dn', 'drvsAddress', 'drvsNodeId', 'entryCSN', 'entryUUID', 'objectClass'].sort(),
    );
  });

  test('reads VMs that span it with their processes, and no others', () => {
    expect(dns(node1(`ou=vms,${slapd.base}`)).sort()).toEqual([
      'cn=billing',
      'cn=ledger',
      'cn=orders',
      'cn=server',
      'ou=vms',
    ]);
    expect(dns(node2(`ou=vms,${slapd.base}`)).sort()).toEqual(['cn=billing', 'cn=ledger', 'ou=vms']);
    expect(node2(slapd.vmDn('orders'))).toEqual([]);
  });

  test('sees nothing of accounts and writes nothing', () => {
    expect(node1(`ou=accounts,${slapd.suffix}`)).toEqual([]);
    const change = `dn: ${slapd.nodeDn('node1')}\nchangetype: modify\nreplace: drvsNodeId\ndrvsNodeId: 7\n`;
    const options = ['-x', '-H', slapd.url, '-D', slapd.nodeDn('node1'), '-w', 'one'];
    expect(spawnSync('ldapmodify', options, { input: change }).status).toBe(50);
  });
});

test('nobody without a name sees anything', () => {
  const done = spawnSync('ldapsearch', ['-x', '-LLL', '-H', slapd.url, '-b', slapd.suffix, '1.1'], {
    encoding: 'utf8',
  });
  expect(done.stdout.trim()).toBe('');
});

describe('the manager', () => {
  const manager = (): string[] => ['-x', '-H', slapd.url, '-D', slapd.managerDn, '-w', slapd.managerPassword];

  test('reads all but passwords', () => {
    const lines = seen(slapd.managerDn, slapd.managerPassword, slapd.base);
    expect(dns(lines)).toHaveLength(9);
    expect(lines.join('\n')).not.toMatch(/userPassword/);
  });

  test('adds and changes entries, and deletes none', () => {
    const ldif = slapd.vmEntry('again', 30, ['node1']);
    expect(spawnSync('ldapadd', manager(), { input: ldif }).status).toBe(0);
    const change = `dn: ${slapd.vmDn('again')}\nchangetype: modify\nreplace: drvsVmId\ndrvsVmId: 31\n`;
    expect(spawnSync('ldapmodify', manager(), { input: change }).status).toBe(0);
    expect(spawnSync('ldapdelete', [...manager(), slapd.vmDn('again')]).status).toBe(50);
    const password = `dn: ${slapd.nodeDn('node1')}\nchangetype: modify\nreplace: userPassword\nuserPassword: mine\n`;
    expect(spawnSync('ldapmodify', manager(), { input: password }).status).toBe(50);
  });
});

test('a killed server comes back with what it acknowledged', async () => {
  await slapd.add(slapd.vmEntry('kept', 40, ['node1']));
  await slapd.kill9();
  await slapd.restart();
  expect(dns(seen(slapd.managerDn, slapd.managerPassword, slapd.vmDn('kept')))).toEqual(['cn=kept']);
}, 30_000);
