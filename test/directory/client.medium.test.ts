// SPDX-License-Identifier: Apache-2.0
// Reading, writing and checking passwords with a real slapd.
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { type LdapDirectory, openDirectory, parse, project, verifyPassword } from '@drvs/directory';
import { startSlapd, type TestSlapd } from '../support/slapd.js';

jest.setTimeout(30_000);

let slapd: TestSlapd;
let admin: LdapDirectory;
const opened: LdapDirectory[] = [];

function open(bindDn: string, password: string, url = slapd.url): LdapDirectory {
  const directory = openDirectory({ urls: [url], bindDn, password: () => password, operationTimeoutMs: 5_000 });
  opened.push(directory);
  return directory;
}

beforeAll(async () => {
  slapd = await startSlapd({ tls: true });
  await slapd.add(
    slapd.nodeEntry('node1', 1, ['userPassword: one', 'drvsAddress: 10.77.0.11']) +
      slapd.nodeEntry('node2', 2, ['userPassword: two', 'drvsAddress: 10.77.0.12']) +
      slapd.nodeEntry('node3', 3) +
      slapd.vmEntry('orders', 10, ['node1', 'node2']) +
      slapd.processEntry('orders', 'server', 1, 'node1') +
      slapd.processEntry('orders', 'client', 2, 'node2', ['drvsAfter: server']) +
      slapd.vmEntry('billing', 20, ['node2', 'node3']) +
      slapd.processEntry('billing', 'ledger', 1, 'node3'),
  );
  admin = open(slapd.adminDn, slapd.adminPassword);
});

afterAll(async () => {
  await Promise.all(opened.map((directory) => directory.close()));
  await slapd.close();
});

describe('openDirectory', () => {
  test('reads entries with their facts, parents linked', async () => {
    const entries = await admin.search(slapd.base);
    expect(entries).toHaveLength(11);
    const server = entries.find(({ rdn }) => rdn === 'cn=server');
    expect(server?.parentUuid).toBe(entries.find(({ rdn }) => rdn === 'cn=orders')?.uuid);
    expect(server?.csn).toMatch(/^\d{14}/);
    expect(await admin.read(slapd.nodeDn('ghost'))).toBeUndefined();
  });

  test('filters', async () => {
    const names = async (filter: Parameters<LdapDirectory['search']>[1]): Promise<string[]> =>
      (await admin.search(slapd.base, filter)).map(({ rdn }) => rdn).sort();
    const isVm = { equal: ['objectClass', 'drvsVm'] } as const;
    expect(await names({ filter: isVm })).toEqual(['cn=billing', 'cn=orders']);
    expect(await names({ filter: { and: [isVm, { not: { equal: ['cn', 'orders'] } }] } })).toEqual(['cn=billing']);
    expect(await names({ filter: { or: [{ equal: ['cn', 'a*)(b'] }, { present: 'drvsAfter' }] } })).toEqual([
      'cn=client',
    ]);
  });

  test('adds, changes, renames and deletes', async () => {
    const dn = slapd.vmDn('temporary');
    await admin.add(dn, { objectClass: 'drvsVm', cn: 'temporary', drvsVmId: '77', description: 'größer' });
    await admin.modify(dn, [
      { op: 'replace', attribute: 'drvsVmId', values: ['78'] },
      { op: 'add', attribute: 'drvsLabel', values: ['a=b', 'c=d'] },
      { op: 'delete', attribute: 'description', values: [] },
    ]);
    const entry = await admin.read(dn);
    expect(Object.fromEntries(entry!.attributes)).toMatchObject({ drvsvmid: ['78'], drvslabel: ['a=b', 'c=d'] });
    expect(entry!.attributes.has('description')).toBe(false);
    await admin.rename(dn, 'cn=renamed');
    expect((await admin.read(slapd.vmDn('renamed')))?.uuid).toBe(entry?.uuid);
    await admin.delete(slapd.vmDn('renamed'));
    expect(await admin.read(slapd.vmDn('renamed'))).toBeUndefined();
  });

  test('pages: more entries than one page, and none lost', async () => {
    expect(await admin.search(slapd.base, { pageSize: 3 })).toHaveLength(11);
  });

  test.each([
    [
      'a missing parent',
      () => admin.add('cn=a,ou=ghost,dc=drvs,dc=example', { objectClass: 'device', cn: 'a' }),
      'NoSuchObject',
    ],
    [
      'an entry that is there',
      () => admin.add(slapd.nodeDn('node1'), { objectClass: ['device', 'drvsNode'], cn: 'node1' }),
      'AlreadyExists',
    ],
    ['a parent with children', () => admin.delete(slapd.vmDn('orders')), 'NotAllowedOnNonLeaf'],
    [
      'a taken number',
      () => admin.modify(slapd.nodeDn('node3'), [{ op: 'replace', attribute: 'drvsNodeId', values: ['1'] }]),
      'ConstraintViolation',
    ],
    ['no object class', () => admin.add(slapd.vmDn('x'), { cn: 'x' }), 'SchemaViolation'],
    ['no DN', () => admin.delete('this is no DN'), 'InvalidDn'],
    [
      'an unknown attribute',
      () => admin.modify(slapd.nodeDn('node3'), [{ op: 'add', attribute: 'drvsNothing', values: ['1'] }]),
      'SchemaViolation',
    ],
    ['no right to', () => open(slapd.nodeDn('node1'), 'one').delete(slapd.nodeDn('node1')), 'InsufficientAccess'],
    ['a wrong password', () => open(slapd.adminDn, 'wrong').read(slapd.base), 'InvalidCredentials'],
    ['an empty password', () => open(slapd.adminDn, '').read(slapd.base), 'EmptyPassword'],
    ['nobody there', () => open(slapd.adminDn, 'x', 'ldap://127.0.0.1:1').read(slapd.base), 'Unreachable'],
    [
      'an unknown authority',
      () => open(slapd.adminDn, slapd.adminPassword, slapd.tlsUrl).read(slapd.base),
      'TlsFailure',
    ],
  ])('%s is an error with a code and a remedy', async (_case, act, code) => {
    const error: unknown = await act().then(
      () => 'no error',
      (reason: unknown) => reason,
    );
    expect(error).toMatchObject({ code });
    expect(error).toMatchObject({ remedy: expect.stringMatching(/./), message: expect.stringMatching(/\.$/) });
  });

  test('through TLS and through the Unix socket', async () => {
    const options = { bindDn: slapd.adminDn, password: () => slapd.adminPassword };
    for (const reach of [{ urls: [slapd.tlsUrl], ca: slapd.ca }, { urls: [slapd.ldapiUrl] }]) {
      const directory = openDirectory({ ...options, ...reach });
      opened.push(directory);
      expect(await directory.read(slapd.base)).toBeDefined();
    }
  });

  test('connects again after the server was killed', async () => {
    expect(await admin.read(slapd.base)).toBeDefined();
    await slapd.kill9();
    await expect(admin.read(slapd.base)).rejects.toMatchObject({ code: 'Unreachable' });
    await slapd.restart();
    expect(await admin.read(slapd.base)).toBeDefined();
  });
});

describe('verifyPassword', () => {
  const server = () => ({ urls: [slapd.url] });
  test.each([
    ['the right one', 'one', true],
    ['a wrong one', 'two', false],
    ['an empty one', '', false],
  ])('%s', async (_case, password, answer) => {
    expect(await verifyPassword(server(), slapd.nodeDn('node1'), password)).toBe(answer);
  });

  test('of nobody, of no DN, of an entry without password: false', async () => {
    expect(await verifyPassword(server(), slapd.nodeDn('ghost'), 'x')).toBe(false);
    expect(await verifyPassword(server(), 'not a DN', 'x')).toBe(false);
    expect(await verifyPassword(server(), '', 'x')).toBe(false);
    expect(await verifyPassword(server(), slapd.nodeDn('node3'), 'x')).toBe(false);
  });

  test('that cannot be asked for is an error, not a refusal', async () => {
    const nowhere = { urls: ['ldap://127.0.0.1:1'] };
    await expect(verifyPassword(nowhere, slapd.nodeDn('node1'), 'one')).rejects.toMatchObject({ code: 'Unreachable' });
  });
});

test.each(['node1', 'node2'])('%s projects from what it may read what the manager projects', async (name) => {
  const whole = parse(await admin.search(slapd.base), undefined, { baseDn: slapd.base });
  expect(whole.problems).toEqual([]);
  const node = open(slapd.nodeDn(name), name === 'node1' ? 'one' : 'two');
  const view = parse(await node.search(slapd.base), undefined, { baseDn: slapd.base });
  expect(view.problems).toEqual([]);
  expect(project(view.topology, slapd.nodeDn(name))).toEqual(project(whole.topology, slapd.nodeDn(name)));
});
