// SPDX-License-Identifier: Apache-2.0
// Ways of following below the best one: a server without content synchronisation, and asking again and again.
import { describe, expect, jest, test } from '@jest/globals';
import type { SlapdOptions, TestSlapd } from '../support/slapd.js';
import type { TcpProxy } from '../support/tcp-proxy.js';
import type { Follower } from './follower.js';
import { dropSyncprov } from './provider-setups.js';
import { useStage } from './stage.js';

jest.setTimeout(30_000);

let slapd: TestSlapd;
const stage = useStage({ pollMs: 100, readMs: 100 });
const { followed, openProxy } = stage;

const ALL = ['cn=node1', 'cn=node2', 'ou=drvs', 'ou=nodes', 'ou=vms'];

async function serve(options: SlapdOptions = {}): Promise<void> {
  slapd = await stage.serve(options);
  await slapd.add(slapd.nodeEntry('node1', 1) + slapd.nodeEntry('node2', 2));
}

/** A server that can be asked for changes but does not go on: the mode of a request is changed on its way. */
async function withoutPersist(): Promise<TcpProxy> {
  const proxy = await openProxy();
  // Critical, an octet string with a sequence, whose ENUMERATED 3 (refreshAndPersist) becomes 1 (refreshOnly).
  proxy.rewrite = (chunk) =>
    Buffer.from(chunk.toString('latin1').replace(/(\x01\xff\x04.\x30.\x0a\x01)\x03/s, '$1\x01'), 'latin1');
  return proxy;
}

async function changesAreSeen(follower: Follower): Promise<void> {
  await slapd.add(slapd.nodeEntry('node3', 3));
  await follower.until('an entry more', () => follower.names().includes('cn=node3'));
  await slapd.modify(`dn: ${slapd.nodeDn('node3')}\nchangetype: modify\nadd: drvsAddress\ndrvsAddress: 10.0.0.3\n`);
  await follower.until('an address', () => follower.find('cn=node3')?.attributes.has('drvsaddress') === true);
  const { uuid } = follower.find('cn=node3')!;
  await slapd.rename(slapd.nodeDn('node3'), 'cn=node4');
  await follower.until('another name', () => follower.find('cn=node4')?.uuid === uuid);
  await slapd.delete(slapd.nodeDn('node4'));
  await follower.until('it is gone', () => !follower.names().includes('cn=node4'));
  expect(follower.names()).toEqual(ALL);
}

describe('refreshOnly', () => {
  test('is taken when the server does not follow, and says how stale it can be', async () => {
    await serve();
    const proxy = await withoutPersist();
    const follower = await followed({ urls: [`ldap://127.0.0.1:${proxy.port}`] });
    expect(follower.running.status()).toMatchObject({ state: 'current', rung: 'refreshOnly', intervalMs: 100 });
    expect(follower.errors).toEqual([]);
    await changesAreSeen(follower);
    expect(follower.running.status().rung).toBe('refreshOnly');
    expect(follower.batches.slice(1).map(({ unnamed }) => unnamed)).not.toContain('absent');
  });

  test('nothing new is no batch, but renews what is known; nothing is deleted by it', async () => {
    await serve({ sessionlog: 0 });
    const proxy = await withoutPersist();
    const follower = await followed({ urls: [`ldap://127.0.0.1:${proxy.port}`] });
    const { provenAt } = follower.running.status();
    const from = Date.now();
    while (follower.running.status().provenAt < from + 300) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(follower.running.status().provenAt).toBeGreaterThan(provenAt);
    expect(follower.batches).toHaveLength(1);
    expect(follower.names()).toEqual(ALL);
  });

  test.each([
    ['the session log names it', {}],
    ['the present phase leaves it out', { sessionlog: 0 }],
  ])('a deletion while away: %s', async (_case, options) => {
    await serve(options);
    const proxy = await withoutPersist();
    const follower = await followed({ urls: [`ldap://127.0.0.1:${proxy.port}`] });
    await follower.stop();
    await slapd.delete(slapd.nodeDn('node2'));
    follower.start();
    await follower.until('it is gone', () => !follower.names().includes('cn=node2'));
    expect(follower.names()).toEqual(ALL.filter((name) => name !== 'cn=node2'));
  });

  test('a slow receiver and a refusing one get every change in the end', async () => {
    await serve();
    const proxy = await withoutPersist();
    const follower = await followed({ urls: [`ldap://127.0.0.1:${proxy.port}`] });
    let refusals = 2;
    follower.before = () => (refusals-- > 0 ? Promise.reject(new Error('database away')) : Promise.resolve());
    await changesAreSeen(follower);
    expect(follower.errors).toEqual(['HandlerFailed', 'HandlerFailed']);
  });

  test('a server that falls silent is noticed', async () => {
    await serve();
    const proxy = await withoutPersist();
    const urls = [`ldap://127.0.0.1:${proxy.port}`];
    const follower = await followed({ urls, livenessMs: 100, deadMs: 500 });
    proxy.silence(true);
    await follower.until('the silence', () => follower.errors.includes('Timeout'));
    const { provenAt } = follower.running.status();
    expect(provenAt).toBeLessThan(Date.now() - 300);
    proxy.silence(false);
    await follower.until('current again', () => follower.running.status().provenAt > provenAt);
  });
});

describe('fullRead', () => {
  test('is taken when the server knows nothing of content synchronisation', async () => {
    await serve();
    await dropSyncprov(slapd);
    const follower = await followed();
    expect(follower.running.status()).toMatchObject({ state: 'current', rung: 'fullRead', intervalMs: 100 });
    expect(follower.batches.at(-1)?.cookie).toBeUndefined();
    await changesAreSeen(follower);
    expect(new Set(follower.batches.map(({ unnamed }) => unnamed))).toEqual(new Set(['absent']));
    expect(follower.errors).toEqual([]);
  });

  test('a list cut short by a limit is an error, and nothing is deleted by it', async () => {
    await serve();
    await dropSyncprov(slapd);
    const follower = await followed();
    const limit = `olcLimits: dn.exact="${slapd.managerDn}" size=2`;
    await slapd.configure(`dn: olcDatabase={1}mdb,cn=config\nchangetype: modify\nreplace: olcLimits\n${limit}\n`);
    await follower.until('the limit is named', () => follower.errors.includes('SizeLimitExceeded'));
    expect(follower.names()).toEqual(ALL);
  });

  test('an account that may not read entryUUID is told so', async () => {
    await serve();
    await dropSyncprov(slapd);
    const rule = 'olcAccess: {0}to attrs=entryUUID by * none';
    await slapd.configure(`dn: olcDatabase={1}mdb,cn=config\nchangetype: modify\nadd: olcAccess\n${rule}\n`);
    const follower = stage.follow();
    await follower.until('the complaint', () => follower.errors.includes('IdentityMissing'));
    expect(follower.running.status().error?.remedy).toContain('entryUUID');
    expect(follower.batches).toEqual([]);
  });

  test('the best way is taken again when the server offers it, without a word to the contrary', async () => {
    await serve();
    const overlay = `dn: olcOverlay=syncprov,olcDatabase={1}mdb,cn=config\nchangetype: add\n`;
    await dropSyncprov(slapd);
    const follower = await followed({ climbMs: 300 });
    expect(follower.running.status().rung).toBe('fullRead');
    await slapd.configure(
      `${overlay}objectClass: olcOverlayConfig\nobjectClass: olcSyncProvConfig\nolcOverlay: syncprov\n`,
    );
    await follower.until('the best way', () => {
      const { rung, state } = follower.running.status();
      return rung === 'refreshAndPersist' && state === 'current';
    });
    await slapd.add(slapd.nodeEntry('node3', 3));
    await follower.until('a change', () => follower.names().includes('cn=node3'));
    expect(follower.errors).toEqual([]);
  });
});
