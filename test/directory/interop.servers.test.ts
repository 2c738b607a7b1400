// SPDX-License-Identifier: Apache-2.0
// The same cases of following with each server there is (`test/run servers`): this machine's slapd, slapd 2.6, and
// 389 Directory Server with the Content Sync plugin.
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { normalizeDn, parse } from '@drvs/directory';
import { run } from '../support/command.js';
import { TestDs389 } from '../support/ds389.js';
import { startSlapd } from '../support/slapd.js';
import type { TestDirectory } from '../support/test-directory.js';
import { Follower } from './follower.js';

jest.setTimeout(120_000);

/** Where test/support/slapd-2.6 has put it. */
const SLAPD_26 = process.env['DRVS_SLAPD_26'] ?? '';

const release = {
  programs: join(SLAPD_26, 'programs'),
  modules: join(SLAPD_26, 'root/usr/lib/ldap'),
  schema: join(SLAPD_26, 'root/etc/ldap/schema'),
};

const SERVERS: [name: string, start: () => Promise<TestDirectory>][] = [
  ["this machine's slapd", () => startSlapd({ checks: false })],
  ['slapd 2.6', () => startSlapd({ checks: false, release })],
  ['slapd 2.6 without a session log', () => startSlapd({ checks: false, release, sessionlog: 0 })],
  ['389 Directory Server', () => TestDs389.start()],
];

test('the other slapd is one of 2.6', async () => {
  await expect(run('sh', ['-c', `${join(release.programs, 'slapd')} -VV 2>&1 || true`])).resolves.toContain(
    'slapd 2.6.',
  );
});

describe.each(SERVERS)('%s', (_name, start) => {
  let server: TestDirectory;
  let follower: Follower;

  beforeAll(async () => {
    server = await start();
  });
  afterAll(() => server.close());
  beforeEach(async () => {
    await server.add(server.nodeEntry('node1', 1) + server.nodeEntry('node2', 2));
    await server.add(
      server.vmEntry('orders', 10, ['node1', 'node2']) +
        server.processEntry('orders', 'server', 1, 'node1') +
        server.processEntry('orders', 'client', 2, 'node2'),
    );
    follower = new Follower(server).start();
    await follower.current();
  });
  afterEach(async () => {
    await follower.stop();
    for (const unit of ['nodes', 'vms']) await removeBelow(`ou=${unit},${server.base}`);
  });

  /** DNs below a base as a plain search has them, the deepest first. */
  async function names(base: string): Promise<string[]> {
    const text = await server.tool('ldapsearch', ['-LLL', '-o', 'ldif-wrap=no', '-b', base, '(objectClass=*)', '1.1']);
    const dns = [...text.matchAll(/^dn: (.*)$/gm)].map(([, dn]) => normalizeDn(dn ?? '') ?? '');
    return dns.sort((a, b) => b.split(',').length - a.split(',').length || (a < b ? -1 : 1));
  }

  async function removeBelow(base: string): Promise<void> {
    for (const dn of await names(base)) if (dn !== normalizeDn(base)) await server.delete(dn);
  }

  /** What the follower has is what a plain search finds. */
  async function agrees(): Promise<void> {
    const there = (await names(server.base)).sort();
    const have = (): string[] =>
      follower
        .dns()
        .map((dn) => normalizeDn(dn) ?? dn)
        .sort();
    await follower.until(`it has ${there.join(' ')}`, () => String(have()) === String(there), 60_000);
  }

  const address = (value: string): Promise<void> =>
    server.modify(`dn: ${server.nodeDn('node1')}\nchangetype: modify\nreplace: drvsAddress\ndrvsAddress: ${value}\n`);
  const addressOf = (rdn: string): readonly string[] | undefined => follower.find(rdn)?.attributes.get('drvsaddress');

  /** Everything that can happen to entries. */
  async function change(): Promise<void> {
    await address('10.0.0.1');
    await server.add(server.nodeEntry('node3', 3));
    await server.delete(`cn=client,${server.vmDn('orders')}`);
    await server.rename(server.nodeDn('node2'), 'cn=node2x');
  }

  test('it follows, and the records are valid', async () => {
    expect(follower.running.status().rung).toBe('refreshAndPersist');
    expect(follower.batches[0]).toMatchObject({ phase: 'refresh', unnamed: 'absent' });
    await agrees();
    const { topology, problems } = parse(follower.store.entries(), undefined, { baseDn: server.base });
    expect(problems).toEqual([]);
    expect(topology.vms.map(({ name, processes }) => [name, processes.length])).toEqual([['orders', 2]]);
  });

  test('what happens while it follows comes, one entry each', async () => {
    const before = follower.find('cn=node2')?.uuid;
    await change();
    await follower.until('the address', () => addressOf('cn=node1')?.[0] === '10.0.0.1', 60_000);
    await agrees();
    expect(follower.find('cn=node2x')?.uuid).toBe(before);
    expect(follower.batches.slice(1).every(({ unnamed }) => unnamed === 'keep')).toBe(true);
  });

  test('what happened while it was away is found', async () => {
    const before = follower.find('cn=node2')?.uuid;
    await follower.stop();
    await change();
    follower.start();
    await follower.current();
    await agrees();
    expect(addressOf('cn=node1')).toEqual(['10.0.0.1']);
    expect(follower.find('cn=node2x')?.uuid).toBe(before);
    await address('10.0.0.2');
    await follower.until('it follows on', () => addressOf('cn=node1')?.[0] === '10.0.0.2', 60_000);
  });

  test('nothing happened: nothing goes', async () => {
    await follower.stop();
    follower.start();
    await follower.until('a second refresh', () => follower.batches.length === 2, 60_000);
    await agrees();
    expect(follower.changes[1]).toEqual([]);
  });

  test('the server was restarted meanwhile, and entries are gone', async () => {
    await follower.stop();
    await server.delete(`cn=client,${server.vmDn('orders')}`);
    await server.restart();
    await server.delete(`cn=server,${server.vmDn('orders')}`);
    await address('10.0.0.3');
    follower.start();
    await follower.current();
    await agrees();
    expect(addressOf('cn=node1')).toEqual(['10.0.0.3']);
  });

  test('the server is restarted while it follows', async () => {
    await server.restart();
    await server.add(server.nodeEntry('node4', 4));
    await agrees();
    await server.delete(server.nodeDn('node4'));
    await agrees();
  });

  test('deleted and added again under the same names: other entries', async () => {
    const before = follower.find('cn=orders')?.uuid;
    await follower.stop();
    await removeBelow(`ou=vms,${server.base}`);
    await server.add(server.vmEntry('orders', 10, ['node1']) + server.processEntry('orders', 'server', 1, 'node1'));
    follower.start();
    await follower.current();
    await agrees();
    expect(follower.find('cn=orders')?.uuid).not.toBe(before);
    expect(follower.find('cn=server')?.parentUuid).toBe(follower.find('cn=orders')?.uuid);
  });

  test('a renamed VM keeps its processes', async () => {
    const before = follower.find('cn=server')?.uuid;
    await server.rename(server.vmDn('orders'), 'cn=sales');
    await agrees();
    expect(follower.find('cn=server')?.uuid).toBe(before);
  });

  test('everything read again is the same', async () => {
    follower.running.resync();
    await follower.until('the second content', () => follower.batches.length === 2, 60_000);
    expect(follower.changes[1]).toEqual([]);
    await agrees();
  });
});
