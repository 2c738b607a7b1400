// SPDX-License-Identifier: Apache-2.0
// Content synchronisation with a real slapd: what it sends, and what it does when it is stopped, killed or misused.
import { describe, expect, jest, test } from '@jest/globals';
import { parse } from '@drvs/directory';
import { eventually } from '../support/eventually.js';
import type { SlapdOptions, TestSlapd } from '../support/slapd.js';
import { useStage } from './stage.js';

jest.setTimeout(30_000);

let slapd: TestSlapd;
const stage = useStage();
const { follow, followed, openProxy } = stage;

async function serve(options: SlapdOptions = {}): Promise<void> {
  slapd = await stage.serve(options);
  await slapd.add(
    slapd.nodeEntry('node1', 1) +
      slapd.nodeEntry('node2', 2) +
      slapd.vmEntry('orders', 10, ['node1', 'node2']) +
      slapd.processEntry('orders', 'server', 1, 'node1') +
      slapd.processEntry('orders', 'client', 2, 'node2'),
  );
}

const ALL = ['cn=client', 'cn=node1', 'cn=node2', 'cn=orders', 'cn=server', 'ou=drvs', 'ou=nodes', 'ou=vms'];

describe('while following', () => {
  test('the first batch is the whole content, parents linked', async () => {
    await serve();
    const follower = await followed();
    expect(follower.names()).toEqual(ALL);
    expect(follower.batches).toHaveLength(1);
    expect(follower.batches[0]).toMatchObject({ phase: 'refresh', unnamed: 'absent' });
    const server = follower.find('cn=server');
    expect(server?.parentUuid).toBe(follower.find('cn=orders')?.uuid);
    expect(server?.attributes.get('drvsprocnr')).toEqual(['1']);
    expect(server?.csn).toMatch(/^\d{14}\.\d{6}Z#/);
    expect(server?.createTimestamp).toMatch(/^\d{14}Z$/);
    expect(server?.modifiersName).toBe(slapd.adminDn);
    const { topology, problems } = parse(follower.store.entries(), undefined, { baseDn: slapd.base });
    expect(problems).toEqual([]);
    expect(topology.vms[0]?.processes.map(({ name }) => name)).toEqual(['server', 'client']);
  });

  test('adds, modifies and deletes come as they happen, with a cookie each', async () => {
    await serve();
    const follower = await followed();
    await slapd.add(slapd.processEntry('orders', 'third', 3, 'node1'));
    await follower.until('third is there', () => follower.names().includes('cn=third'));
    const cookie = follower.cookie;
    await slapd.modify(
      `dn: cn=third,${slapd.vmDn('orders')}\nchangetype: modify\nreplace: drvsProcNr\ndrvsProcNr: 4\n`,
    );
    await follower.until('it has number 4', () => follower.find('cn=third')?.attributes.get('drvsprocnr')?.[0] === '4');
    expect(follower.cookie).not.toBe(cookie);
    await slapd.delete(`cn=third,${slapd.vmDn('orders')}`);
    await follower.until('it is gone', () => !follower.names().includes('cn=third'));
    expect(follower.names()).toEqual(ALL);
  });

  test('many changes at once come in few batches', async () => {
    await serve();
    const follower = await followed();
    const entries = Array.from({ length: 100 }, (_, index) => slapd.vmEntry(`vm${index}`, 100 + index, []));
    await slapd.add(entries.join(''));
    await follower.until('all are there', () => follower.names().length === ALL.length + 100);
    expect(follower.batches.length).toBeLessThan(30);
  });

  test('a subtree deleted entry by entry, slowly, is one batch', async () => {
    await serve();
    // Each deletion comes later than a batch without one would wait for it, also where starting a program takes long.
    const follower = await followed({ quietMs: 400, maxBatchMs: 2_000 });
    for (const dn of [`cn=client,${slapd.vmDn('orders')}`, `cn=server,${slapd.vmDn('orders')}`, slapd.vmDn('orders')]) {
      await slapd.delete(dn);
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    await follower.until('all is gone', () => follower.names().length === ALL.length - 3);
    expect(follower.changes.at(-1)).toHaveLength(3);
  });

  test('a renamed leaf and a renamed VM keep their UUIDs; the DNs of what is below follow', async () => {
    await serve();
    const follower = await followed();
    const [server, orders] = [follower.find('cn=server')!, follower.find('cn=orders')!];
    await slapd.rename(server.dn, 'cn=serving');
    await follower.until('the leaf has its name', () => follower.find('cn=serving')?.uuid === server.uuid);
    await slapd.rename(orders.dn, 'cn=sales');
    await follower.until('the VM has its name', () => follower.find('cn=sales')?.uuid === orders.uuid);
    expect(follower.dns().filter((dn) => dn.includes('sales'))).toEqual(
      [`cn=client,${slapd.vmDn('sales')}`, `cn=sales,ou=vms,${slapd.base}`, `cn=serving,${slapd.vmDn('sales')}`].sort(),
    );
    expect(follower.dns().filter((dn) => dn.includes('orders'))).toEqual([]);
    expect(
      follower.changes
        .at(-1)
        ?.map(({ after }) => after?.rdn)
        .sort(),
    ).toEqual(['cn=client', 'cn=sales', 'cn=serving']);
    await slapd.add(slapd.processEntry('sales', 'fourth', 4, 'node1'));
    await follower.until('a child of the new name', () => follower.find('cn=fourth')?.parentUuid === orders.uuid);
  });

  test('a DN deleted and added again is another entry', async () => {
    await serve();
    const follower = await followed();
    const before = follower.find('cn=server')!;
    await slapd.delete(before.dn);
    await slapd.add(slapd.processEntry('orders', 'server', 9, 'node1'));
    await follower.until('the new one', () => follower.find('cn=server')?.attributes.get('drvsprocnr')?.[0] === '9');
    expect(follower.find('cn=server')?.uuid).not.toBe(before.uuid);
    expect(follower.names()).toEqual(ALL);
  });

  test('passwords never reach the receiver', async () => {
    await serve();
    const follower = await followed({ bindDn: slapd.adminDn, password: () => slapd.adminPassword });
    await slapd.add(slapd.nodeEntry('node3', 3, ['userPassword: secret']));
    await follower.until('the node', () => follower.names().includes('cn=node3'));
    expect([...follower.find('cn=node3')!.attributes.keys()]).not.toContain('userpassword');
  });

  test('a batch that is not accepted is asked for again', async () => {
    await serve();
    const follower = await followed();
    let refusals = 2;
    follower.before = () => (refusals-- > 0 ? Promise.reject(new Error('database away')) : Promise.resolve());
    await slapd.add(slapd.nodeEntry('node3', 3));
    await follower.until('it came in the end', () => follower.names().includes('cn=node3'));
    expect(follower.errors).toEqual(['HandlerFailed', 'HandlerFailed']);
  });

  test('a slow receiver gets its batches one at a time', async () => {
    await serve();
    const follower = await followed();
    let [running, most] = [0, 0];
    follower.before = async () => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setTimeout(resolve, 120));
      running -= 1;
    };
    for (const nr of [3, 4, 5]) await slapd.add(slapd.nodeEntry(`node${nr}`, nr));
    await follower.until('all are there', () => follower.names().includes('cn=node5'));
    expect(most).toBe(1);
  });

  test('resync reads everything again and finds nothing changed', async () => {
    await serve();
    const follower = await followed();
    follower.running.resync();
    await follower.until('a second refresh', () => follower.batches.length === 2);
    expect(follower.batches[1]).toMatchObject({ phase: 'refresh', unnamed: 'absent' });
    expect(follower.changes[1]).toEqual([]);
    expect(follower.errors).toEqual([]);
  });
});

/** Changes of all sorts while nobody follows. */
async function changeMeanwhile(): Promise<void> {
  await slapd.delete(`cn=client,${slapd.vmDn('orders')}`);
  await slapd.modify(`dn: ${slapd.nodeDn('node1')}\nchangetype: modify\nadd: drvsAddress\ndrvsAddress: 10.0.0.1\n`);
  await slapd.rename(slapd.nodeDn('node2'), 'cn=node2b');
  await slapd.add(slapd.nodeEntry('node3', 3));
}
const CHANGED = ['cn=node1', 'cn=node2b', 'cn=node3', 'cn=orders', 'cn=server', 'ou=drvs', 'ou=nodes', 'ou=vms'];

describe('after an absence', () => {
  test.each([
    ['with the session log', {}, false, 'keep'],
    ['with the session log lost by a restart', {}, true, 'absent-except-present'],
    ['without a session log', { sessionlog: 0 }, false, 'absent-except-present'],
  ] as const)('%s, what changed is found by the cookie', async (_case, options, restart, unnamed) => {
    await serve(options);
    const follower = await followed();
    await follower.stop();
    await changeMeanwhile();
    if (restart) await slapd.restart();
    follower.start();
    await follower.until('the changes', () => follower.batches.length >= 2);
    expect(follower.names()).toEqual(CHANGED);
    expect(follower.batches[1]?.unnamed).toBe(unnamed);
    expect(follower.find('cn=node1')?.attributes.get('drvsaddress')).toEqual(['10.0.0.1']);
  });

  test('without a cookie the whole content is compared', async () => {
    await serve();
    const follower = await followed();
    await follower.stop();
    follower.cookie = undefined;
    await changeMeanwhile();
    follower.start();
    await follower.until('the changes', () => follower.batches.length >= 2);
    expect(follower.names()).toEqual(CHANGED);
    expect(follower.changes[1]?.map(({ before, after }) => (after ?? before)?.rdn).sort()).toEqual([
      'cn=client',
      'cn=node1',
      'cn=node2b',
      'cn=node3',
    ]);
  });

  test.each([
    ['damaged', (cookie: string) => cookie.replace(/.$/, (last) => (last === '0' ? '1' : '0'))],
    ['of another search', (cookie: string) => cookie.replace(/^2\.[0-9a-f]+/, '2.0123456789abcdef')],
    ['not a cookie', () => 'rid=000,csn=nonsense'],
  ])('a cookie that is %s is not sent: deletions are not missed', async (_case, spoil) => {
    await serve();
    const follower = await followed();
    await follower.stop();
    follower.cookie = spoil(follower.cookie ?? '');
    await changeMeanwhile();
    follower.start();
    await follower.until('the changes', () => follower.batches.length >= 2);
    expect(follower.batches[1]?.unnamed).toBe('absent');
    expect(follower.names()).toEqual(CHANGED);
  });

  test('a server restored from an older backup is read anew', async () => {
    await serve();
    await slapd.backup();
    await slapd.add(slapd.nodeEntry('node3', 3));
    const follower = await followed();
    expect(follower.names()).toContain('cn=node3');
    await follower.stop();
    await slapd.restoreBackup();
    follower.start();
    await follower.until('the older state', () => follower.batches.length >= 2);
    expect(follower.names()).toEqual(ALL);
    expect(follower.batches[1]?.unnamed).toBe('absent');
    expect(follower.errors).toEqual([]);
  });
});

describe('when things break', () => {
  test('slapd killed and started again: following goes on', async () => {
    await serve();
    const follower = await followed();
    await slapd.kill9();
    await follower.until('the loss is seen', () => follower.errors.includes('Unreachable'));
    await slapd.restart();
    await slapd.add(slapd.nodeEntry('node3', 3));
    await follower.until('changes come again', () => follower.names().includes('cn=node3'));
    expect(follower.running.status().error).toBeUndefined();
  });

  test('no server at the start: it says so, and follows when there is one', async () => {
    slapd = await stage.prepare();
    const follower = follow();
    await follower.until('three tries', () => follower.errors.length >= 3);
    expect(follower.running.status().error?.message).toContain(slapd.url);
    await slapd.restart();
    await follower.until('current', () => follower.running.status().state === 'current');
    expect(follower.names()).toEqual(['ou=drvs', 'ou=nodes', 'ou=vms']);
  });

  test('a wrong password is named, and a corrected one used', async () => {
    await serve();
    let password = 'wrong';
    const follower = follow({ password: () => password });
    await follower.until('the refusal', () => follower.errors.includes('InvalidCredentials'));
    const error = follower.running.status().error;
    expect(`${error?.message} ${error?.remedy}`).not.toContain('wrong-');
    expect(error?.message).toContain(slapd.managerDn);
    password = slapd.managerPassword;
    await follower.until('current', () => follower.running.status().state === 'current');
  });

  test('an empty password is refused before it is sent', async () => {
    await serve();
    const follower = follow({ password: () => '' });
    await follower.until('the refusal', () => follower.errors.includes('EmptyPassword'));
    expect(follower.batches).toEqual([]);
  });

  test('a connection cut in the middle of a message loses and invents nothing', async () => {
    await serve();
    const proxy = await openProxy();
    proxy.cutAfter(700);
    const follower = follow({ urls: [`ldap://127.0.0.1:${proxy.port}`] });
    await follower.until('the cut is seen', () => follower.errors.length >= 1);
    await follower.until('current', () => follower.running.status().state === 'current');
    expect(follower.names()).toEqual(ALL);
    expect(proxy.accepted).toBeGreaterThan(1);
    for (const bytes of [1, 30, 90]) {
      proxy.cutAfter(bytes);
      await slapd.add(slapd.nodeEntry(`cut${bytes}`, 100 + bytes));
      await follower.until(`after a cut at ${bytes}`, () => follower.names().includes(`cn=cut${bytes}`));
    }
  });

  test('a silent peer is given up in the set time', async () => {
    await serve();
    const proxy = await openProxy();
    const urls = [`ldap://127.0.0.1:${proxy.port}`];
    const follower = await followed({ urls, livenessMs: 200, deadMs: 2_000 });
    const idleFrom = Date.now();
    await eventually({ what: 'the server proved alive while nothing changed', timeoutMs: 10_000 }, () => {
      expect(follower.running.status().provenAt - idleFrom).toBeGreaterThan(2_500);
    });
    expect(follower.errors).toEqual([]);
    proxy.silence(true);
    const from = Date.now();
    await follower.until('the silence is seen', () => follower.errors.includes('Timeout'));
    expect(Date.now() - from).toBeGreaterThan(1_000);
    expect(Date.now() - from).toBeLessThan(6_000);
    proxy.silence(false);
    await follower.current();
  });

  test('a server that stands still with its connection up is given up within 15 s, as set by default', async () => {
    await serve();
    const follower = await followed();
    const before = follower.names();
    slapd.signal('SIGSTOP');
    const from = Date.now();
    await follower.until('the silence is seen', () => follower.errors.includes('Timeout'), 60_000);
    const seen = Date.now() - from;
    slapd.signal('SIGCONT');
    // The last sign of life was up to one question before the stop.
    expect(seen).toBeGreaterThan(9_000);
    expect(seen).toBeLessThan(20_000);
    await slapd.add(slapd.nodeEntry('node3', 3));
    await follower.until('it follows again', () => follower.names().includes('cn=node3'), 30_000);
    expect(follower.names()).toEqual([...before, 'cn=node3'].sort());
  }, 120_000);

  test('the next URL is tried when one does not answer', async () => {
    await serve();
    const follower = await followed({ urls: ['ldap://127.0.0.1:1', slapd.url] });
    expect(follower.running.status().url).toBe(slapd.url);
  });

  test('a size limit is an error, never a short list', async () => {
    await serve();
    const limit = `olcLimits: dn.exact="${slapd.managerDn}" size=5`;
    await slapd.configure(`dn: olcDatabase={1}mdb,cn=config\nchangetype: modify\nreplace: olcLimits\n${limit}\n`);
    const follower = follow();
    await follower.until('the limit is named', () => follower.errors.length > 0);
    expect(follower.errors[0]).toBe('SizeLimitExceeded');
    expect(follower.running.status().error?.remedy).toContain('olcLimits');
    expect(follower.batches).toEqual([]);
  });

  test('a base that is not there is named', async () => {
    await serve();
    const follower = follow({ base: `ou=ghost,${slapd.suffix}` });
    await follower.until('the error', () => follower.errors.length > 0);
    expect(follower.running.status().error?.message).toContain('ou=ghost');
  });

  test('TLS: an unknown authority is refused, the given one accepted', async () => {
    await serve({ tls: true });
    const follower = follow({ urls: [slapd.tlsUrl] });
    await follower.until('the refusal', () => follower.errors.includes('TlsFailure'));
    await followed({ urls: [slapd.tlsUrl], ca: slapd.ca });
  });

  test('an ldapi socket serves as well', async () => {
    await serve();
    const follower = await followed({ urls: [slapd.ldapiUrl] });
    expect(follower.names()).toEqual(ALL);
  });

  test('close ends it, and no batch comes after', async () => {
    await serve();
    const follower = await followed();
    await follower.stop();
    await slapd.add(slapd.nodeEntry('node3', 3));
    expect(follower.running.status().state).toBe('closed');
    expect(follower.batches).toHaveLength(1);
  });
});
