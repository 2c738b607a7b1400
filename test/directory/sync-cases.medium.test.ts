// SPDX-License-Identifier: Apache-2.0
// Cases of content synchronisation that a consumer must survive, each as a real slapd sends it (libs/directory/README.md has
// the table of all of them).
import { describe, expect, jest, test } from '@jest/globals';
import type { SlapdOptions, TestSlapd } from '../support/slapd.js';
import type { Follower } from './follower.js';
import { useAccesslog } from './provider-setups.js';
import { useStage } from './stage.js';

jest.setTimeout(30_000);

let slapd: TestSlapd;
const stage = useStage();
const { followed, openProxy } = stage;

const ALL = ['cn=client', 'cn=node1', 'cn=orders', 'cn=server', 'ou=drvs', 'ou=nodes', 'ou=vms'];

async function serve(options: SlapdOptions = {}): Promise<void> {
  slapd = await stage.serve(options);
  await slapd.add(
    slapd.nodeEntry('node1', 1) +
      slapd.vmEntry('orders', 10, ['node1']) +
      slapd.processEntry('orders', 'server', 1, 'node1') +
      slapd.processEntry('orders', 'client', 2, 'node1'),
  );
}

/** What the changes of a batch were, as `put cn=x` and `delete`. */
function told(follower: Follower, batch: number): string[] {
  const changes = follower.batches[batch]?.changes ?? [];
  return changes.map((change) => (change.kind === 'put' ? `put ${change.entry.dn.split(',')[0]}` : 'delete')).sort();
}

const attic = (): string => `ou=attic,${slapd.suffix}`;
const addAttic = (): Promise<void> => slapd.add(`dn: ${attic()}\nobjectClass: organizationalUnit\nou: attic\n`);
const move = (dn: string, rdn: string, to: string): Promise<string> =>
  slapd.tool('ldapmodrdn', ['-r', '-s', to, dn, rdn]);

describe('what happened while away', () => {
  test('one entry modified: that entry alone comes', async () => {
    await serve();
    const follower = await followed();
    await follower.stop();
    await slapd.modify(`dn: ${slapd.nodeDn('node1')}\nchangetype: modify\nadd: drvsAddress\ndrvsAddress: 10.0.0.1\n`);
    follower.start();
    await follower.until('the change', () => follower.batches.length === 2);
    expect(told(follower, 1)).toEqual(['put cn=node1']);
    expect(follower.find('cn=node1')?.attributes.get('drvsaddress')).toEqual(['10.0.0.1']);
    expect(follower.names()).toEqual(ALL);
  });

  test('nothing: nothing comes, and nothing goes', async () => {
    await serve();
    const follower = await followed();
    const { cookie } = follower;
    await follower.stop();
    follower.start();
    await follower.until('a second refresh', () => follower.batches.length === 2);
    expect(follower.batches[1]).toMatchObject({ changes: [], unnamed: 'keep', cookie });
    expect(follower.names()).toEqual(ALL);
  });

  test.each([
    ['with a session log', {}],
    ['without one', { sessionlog: 0 }],
  ])('an entry and those below it deleted and added again, %s: others with the same names', async (_case, options) => {
    await serve(options);
    const follower = await followed();
    const before = new Set([...follower.store.entries()].map(({ uuid }) => uuid));
    await follower.stop();
    await slapd.delete(slapd.vmDn('orders'), { recursive: true });
    await slapd.add(
      slapd.vmEntry('orders', 10, ['node1']) +
        slapd.processEntry('orders', 'server', 1, 'node1') +
        slapd.processEntry('orders', 'client', 2, 'node1'),
    );
    follower.start();
    await follower.until('the change', () => follower.batches.length === 2);
    await follower.current();
    expect(follower.names()).toEqual(ALL);
    const orders = follower.find('cn=orders')!;
    for (const rdn of ['cn=server', 'cn=client']) {
      expect(follower.find(rdn)?.parentUuid).toBe(orders.uuid);
      expect(before.has(follower.find(rdn)!.uuid)).toBe(false);
    }
    expect(before.has(orders.uuid)).toBe(false);
  });

  test('more than the session log holds: the present phase tells what is gone', async () => {
    await serve({ sessionlog: 2 });
    const follower = await followed();
    await follower.stop();
    await slapd.delete(`cn=client,${slapd.vmDn('orders')}`);
    for (const nr of [2, 3, 4]) await slapd.add(slapd.nodeEntry(`node${nr}`, nr));
    for (const nr of [2, 3, 4]) await slapd.delete(slapd.nodeDn(`node${nr}`));
    follower.start();
    await follower.until('the change', () => follower.batches.length === 2);
    expect(follower.batches[1]?.unnamed).toBe('absent-except-present');
    expect(follower.names()).toEqual(ALL.filter((name) => name !== 'cn=client'));
  });

  test('an ancient cookie: everything comes, nothing is missed', async () => {
    await serve();
    const proxy = await openProxy();
    const follower = await followed({ urls: [`ldap://127.0.0.1:${proxy.port}`] });
    await follower.stop();
    await slapd.delete(`cn=client,${slapd.vmDn('orders')}`);
    let rewritten = 0;
    proxy.rewrite = (chunk) => {
      const text = chunk.toString('latin1');
      const aged = text.replace(/csn=20\d\d/, 'csn=2001');
      if (aged !== text) rewritten += 1;
      return Buffer.from(aged, 'latin1');
    };
    follower.start();
    await follower.until('the answer', () => follower.batches.length === 2);
    expect(rewritten).toBe(1);
    expect(follower.names()).toEqual(ALL.filter((name) => name !== 'cn=client'));
  });
});

describe('a session log in a database (accesslog)', () => {
  test('survives a restart of the server: what was deleted is told by name', async () => {
    await serve({ sessionlog: 0 });
    await useAccesslog(slapd);
    // The log can answer for cookies that are not older than its first record.
    await slapd.modify(`dn: ${slapd.nodeDn('node1')}\nchangetype: modify\nadd: description\ndescription: first\n`);
    const follower = await followed();
    await follower.stop();
    await slapd.delete(`cn=client,${slapd.vmDn('orders')}`);
    await slapd.modify(`dn: ${slapd.nodeDn('node1')}\nchangetype: modify\nadd: drvsAddress\ndrvsAddress: 10.0.0.1\n`);
    await slapd.restart();
    await slapd.add(slapd.nodeEntry('node2', 2));
    follower.start();
    await follower.until('the changes', () => follower.batches.length === 2);
    expect(follower.batches[1]?.unnamed).toBe('keep');
    expect(told(follower, 1)).toEqual(['delete', 'put cn=node1', 'put cn=node2']);
    expect(follower.names()).toEqual([...ALL.filter((name) => name !== 'cn=client'), 'cn=node2'].sort());
    const { cookie } = follower;
    await slapd.delete(slapd.nodeDn('node2'));
    await follower.until('it follows on', () => follower.batches.length === 3);
    expect(follower.cookie).not.toBe(cookie);
  });
});

describe('the edge of what is followed', () => {
  test('a subtree moved out is gone whole, in one batch, though only its top is announced', async () => {
    await serve();
    await addAttic();
    const follower = await followed();
    await move(slapd.vmDn('orders'), 'cn=orders', attic());
    await follower.until('it is gone', () => follower.batches.length === 2);
    expect(told(follower, 1)).toEqual(['delete']);
    expect(follower.changes[1]?.map(({ before }) => before?.rdn).sort()).toEqual([
      'cn=client',
      'cn=orders',
      'cn=server',
    ]);
    expect(follower.names()).toEqual(['cn=node1', 'ou=drvs', 'ou=nodes', 'ou=vms']);
  });

  test('a subtree moved in comes whole, though only its top is announced', async () => {
    await serve();
    await addAttic();
    await move(slapd.vmDn('orders'), 'cn=orders', attic());
    const follower = await followed();
    expect(follower.names()).toEqual(['cn=node1', 'ou=drvs', 'ou=nodes', 'ou=vms']);
    await move(`cn=orders,${attic()}`, 'cn=orders', `ou=vms,${slapd.base}`);
    await follower.until('all of it', () => follower.names().length === ALL.length);
    expect(follower.names()).toEqual(ALL);
    expect(follower.doubts).toHaveLength(1);
    expect(follower.doubts[0]).toContain('cn=orders');
  });

  test.each([
    ['with a session log', {}],
    ['without one', { sessionlog: 0 }],
  ])('moved out and in while nobody followed, %s', async (_case, options) => {
    await serve(options);
    await addAttic();
    const follower = await followed();
    await follower.stop();
    await move(slapd.vmDn('orders'), 'cn=orders', attic());
    follower.start();
    await follower.until('it is gone', () => follower.names().length === 4);
    await follower.current();
    await follower.stop();
    await move(`cn=orders,${attic()}`, 'cn=orders', `ou=vms,${slapd.base}`);
    follower.start();
    await follower.until('it is back', () => follower.names().length === ALL.length);
    expect(follower.names()).toEqual(ALL);
  });

  test('with a filter: what matches no longer is gone, what is below it stays', async () => {
    await serve();
    const drvs = (name: string) => ({ equal: ['objectClass', name] }) as const;
    const follower = await followed({ filter: { or: [drvs('drvsProcess'), { equal: ['description', 'shown'] }] } });
    const describe = (verb: string): Promise<void> =>
      slapd.modify(`dn: ${slapd.vmDn('orders')}\nchangetype: modify\n${verb}: description\ndescription: shown\n`);
    await describe('add');
    await follower.until('the VM is shown', () => follower.names().includes('cn=orders'));
    await describe('delete');
    await follower.until('the VM is gone', () => !follower.names().includes('cn=orders'));
    expect(follower.names()).toEqual(['cn=client', 'cn=server']);
    expect(follower.find('cn=server')?.parentUuid).toBeUndefined();
  });

  test('a referral object below the base is an entry like others', async () => {
    await serve();
    const follower = await followed();
    const ref = `ldap://127.0.0.1:1/ou=elsewhere,${slapd.base}`;
    const classes = 'objectClass: referral\nobjectClass: extensibleObject';
    await slapd.tool(
      'ldapmodify',
      ['-M', '-a'],
      `dn: ou=elsewhere,${slapd.base}\n${classes}\nou: elsewhere\nref: ${ref}\n`,
    );
    await follower.until('it came', () => follower.names().includes('ou=elsewhere'));
    follower.running.resync();
    await follower.until('it came again', () => follower.batches.at(-1)?.unnamed === 'absent');
    expect(follower.names()).toEqual([...ALL, 'ou=elsewhere'].sort());
    expect(follower.errors).toEqual([]);
  });
});
