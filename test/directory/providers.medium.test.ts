// SPDX-License-Identifier: Apache-2.0
// Several servers that replicate each other: following one, going over to another, and one that is behind.
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { eventually } from '../support/eventually.js';
import { startSlapd, type TestSlapd } from '../support/slapd.js';
import { Follower } from './follower.js';
import { replicate, startReplication, stopReplication } from './provider-setups.js';

jest.setTimeout(60_000);

let servers: [TestSlapd, TestSlapd];
let follower: Follower;
let started: Follower | undefined;

const ALL = ['cn=node1', 'cn=node2', 'ou=drvs', 'ou=nodes', 'ou=vms'];

/** Until a server has an entry, or has it no more. */
async function replicated(slapd: TestSlapd, node: string, there = true): Promise<void> {
  const args = ['-LLL', '-o', 'ldif-wrap=no', '-b', `ou=nodes,${slapd.base}`, `(cn=${node})`, 'cn'];
  await eventually({ what: `${node} at ${slapd.url}`, timeoutMs: 20_000, everyMs: 50 }, async () => {
    expect((await slapd.tool('ldapsearch', args)).includes(`cn: ${node}`)).toBe(there);
  });
}

/** Server ids in the cookie, as it was on the wire. */
function sids(cookie: string | undefined): string[] {
  const text = Buffer.from(cookie?.split('.')[3] ?? '', 'base64url').toString();
  return [...text.matchAll(/Z#[0-9a-f]{6}#([0-9a-f]{3})#/g)].map(([, sid]) => sid ?? '').sort();
}

/** The first holds the content, the second gets it by replication. */
beforeEach(async () => {
  started = undefined;
  const start = (): Promise<TestSlapd> => startSlapd({ checks: false });
  servers = await Promise.all([start(), start()]);
  // Both were made with the same entries of other UUIDs: the second begins empty, so that it takes those of the first.
  await servers[1].emptyData();
  await replicate(servers);
  await servers[0].add(servers[0].nodeEntry('node1', 1));
  await replicated(servers[1], 'node1');
  await servers[1].add(servers[1].nodeEntry('node2', 2));
  await replicated(servers[0], 'node2');
});

afterEach(async () => {
  await started?.stop();
  await Promise.all(servers.map((slapd) => slapd.close()));
});

function follow(patience = 600_000): Follower {
  const urls = servers.map(({ url }) => url);
  follower = new Follower(servers[0], { urls, lagPatienceMs: patience }).start();
  started = follower;
  return follower;
}

test('a change written elsewhere does not make the cookie forget the server that is followed', async () => {
  await follow().current();
  expect(follower.names()).toEqual(ALL);
  const all = sids(follower.cookie);
  expect(all).toEqual(expect.arrayContaining(['001', '002']));
  await servers[1].add(servers[1].nodeEntry('node3', 3));
  await follower.until('the change of the other', () => follower.names().includes('cn=node3'));
  expect(sids(follower.cookie)).toEqual(all);
  await follower.stop();
  await servers[0].delete(servers[0].nodeDn('node1'));
  await servers[1].delete(servers[1].nodeDn('node3'));
  await replicated(servers[0], 'node3', false);
  const batches = follower.batches.length;
  follower.start();
  await follower.until('the refresh', () => follower.batches.length > batches);
  expect(follower.batches[batches]?.unnamed).toBe('keep');
  expect(follower.batches[batches]?.changes.every(({ kind }) => kind === 'delete')).toBe(true);
  expect(follower.names()).toEqual(['cn=node2', 'ou=drvs', 'ou=nodes', 'ou=vms']);
  await servers[0].add(servers[0].nodeEntry('node4', 4));
  await follower.until('what its own server writes', () => follower.names().includes('cn=node4'));
});

test('the other server is followed when the first ends, and nothing is told twice or lost', async () => {
  await follow().current();
  const before = follower.changes.length;
  await servers[0].kill9();
  await follower.until('the other', () => follower.running.status().url === servers[1].url);
  await follower.current();
  expect(follower.changes.slice(before).flat()).toEqual([]);
  await servers[1].add(servers[1].nodeEntry('node3', 3));
  await follower.until('a change', () => follower.names().includes('cn=node3'));
  expect(follower.names()).toEqual([...ALL.slice(0, 2), 'cn=node3', ...ALL.slice(2)]);
});

test('what a server that is behind does not have yet is not taken for deleted', async () => {
  await follow().current();
  await stopReplication(servers[1]);
  await servers[0].add(servers[0].nodeEntry('node3', 3));
  await follower.until('a change that the other has not', () => follower.names().includes('cn=node3'));
  await servers[0].stop();
  await follower.until('the other is behind', () => follower.errors.includes('ProviderBehind'));
  const { error } = follower.running.status();
  expect(follower.names()).toContain('cn=node3');
  if (error?.code === 'ProviderBehind') expect(error.message).toContain('of server 001');
  await follower.until(
    'it was asked again',
    () => follower.errors.filter((code) => code === 'ProviderBehind').length > 2,
  );
  expect(follower.names()).toContain('cn=node3');
  await servers[0].restart();
  await startReplication(servers[1], servers);
  await follower.current();
  expect(follower.names()).toContain('cn=node3');
});

test('a server that stays behind is believed in the end', async () => {
  await follow(1_500).current();
  await stopReplication(servers[1]);
  await servers[0].add(servers[0].nodeEntry('node3', 3));
  await follower.until('a change that the other has not', () => follower.names().includes('cn=node3'));
  await servers[0].kill9();
  await follower.until('the other is believed', () => !follower.names().includes('cn=node3'));
  expect(follower.errors).toContain('ProviderBehind');
  await follower.current();
  expect(follower.running.status()).toMatchObject({ url: servers[1].url, state: 'current' });
});
