// SPDX-License-Identifier: Apache-2.0
// What the manager needs goes away and comes back: it says what it waits for, and goes on by itself.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { nodeViewSchema, page, revisionViewSchema, topologyViewSchema, vmViewSchema } from '@drvs/contracts';
import type { NodeView } from '@drvs/contracts';
import { FakeAgent, HandshakeRefused } from './fake-agent.js';
import { Fixture, until } from './fixture.js';

const PASSWORD = 'node1-secret';
const READY = (waiting: string): boolean => waiting === '';

describe('faults', () => {
  let fixture: Fixture;
  beforeAll(async () => {
    fixture = await Fixture.start({ manager: false });
    const { slapd } = fixture;
    await slapd.add(slapd.nodeEntry('node1', 1, [`userPassword: ${PASSWORD}`]) + slapd.nodeEntry('node2', 2));
    await slapd.add(slapd.vmEntry('orders', 3, ['node1']) + slapd.processEntry('orders', 'server', 1, 'node1'));
  }, 60_000);
  afterAll(() => fixture.close());

  const node1 = (): Promise<NodeView> => fixture.get('nodes/node1', nodeViewSchema);
  const addProcess = (name: string, nr: number): Promise<void> =>
    fixture.slapd.add(fixture.slapd.processEntry('orders', name, nr, 'node1'));
  const seesProcess = (name: string, ms?: number): Promise<unknown> =>
    until(
      `process ${name}`,
      () => fixture.get('vms/orders', vmViewSchema),
      ({ processes }) => processes.some((process) => process.name === name),
      ms,
    );

  test('started without Postgres, without the directory and with a wrong password, it says so and recovers', async () => {
    await Promise.all([fixture.postgres.stop(), fixture.slapd.stop()]);
    fixture.writePassword('mistyped');
    await fixture.startManager();
    expect((await fixture.request('/healthz')).status).toBe(200);
    expect(
      await until(
        'Postgres to be waited for',
        () => fixture.waitsFor(),
        (text) => /postgres: .*(ENOENT|REFUSED)/.test(text),
      ),
    ).toMatch(/directory of lab/);
    expect(await fixture.request('topology')).toMatchObject({ status: 503, body: { code: 'DatabaseUnavailable' } });

    await fixture.postgres.restart();
    await until(
      'the directory alone to be waited for',
      () => fixture.waitsFor(),
      (text) => /^directory of lab: .*No connection/.test(text),
    );
    await fixture.slapd.restart();
    await until(
      'the password to be named',
      () => fixture.waitsFor(),
      (text) => /password is wrong/.test(text) && !text.includes('mistyped'),
      30_000,
    );
    fixture.writePassword(fixture.slapd.managerPassword);

    await until('the manager to be ready', () => fixture.waitsFor(), READY, 30_000);
    await seesProcess('server');
  }, 120_000);

  test('restarted, it goes on from its cookie: what changed meanwhile is one revision more', async () => {
    const before = await fixture.get('topology', topologyViewSchema);
    await fixture.stopManager();
    await addProcess('meanwhile', 2);
    await fixture.startManager();
    await seesProcess('meanwhile');

    const after = await fixture.get('topology', topologyViewSchema);
    expect(after.epoch).toEqual(before.epoch);
    expect(BigInt(after.revision)).toBe(BigInt(before.revision) + 1n);
    const { items } = await fixture.get('revisions?limit=1', page(revisionViewSchema));
    expect(items[0]?.changes).toMatchObject([{ op: 'add', kind: 'process' }]);
  }, 60_000);

  test('a deletion that a killed slapd has forgotten is found soon after the connection, not at the next hourly read', async () => {
    const { slapd, clock } = fixture;
    const gone = `cn=forgotten,${slapd.vmDn('orders')}`;
    await addProcess('forgotten', 9);
    await seesProcess('forgotten');
    await fixture.stopManager();
    await slapd.delete(gone);
    await slapd.kill9();
    await slapd.restart();

    await fixture.startManager();
    await until('the directory to be followed', () => fixture.waitsFor(), READY, 30_000);
    clock.advance(31_000);

    await until(
      'the deletion',
      () => fixture.get('vms/orders', vmViewSchema),
      ({ processes }) => processes.every(({ name }) => name !== 'forgotten'),
      30_000,
    );
  }, 120_000);

  test('slapd killed: agents keep their sessions and come back by token; returned, it is followed again', async () => {
    const agent = await fixture.join('node1', PASSWORD);
    const { sessionToken } = await agent.next('welcome');
    agent.apply(await agent.next('desired'));
    await fixture.slapd.kill9();
    await until(
      'the directory to be waited for',
      () => fixture.waitsFor(),
      (text) => /directory of lab/.test(text),
    );
    await until(
      'the topology to say so',
      () => fixture.get('topology', topologyViewSchema),
      ({ follower }) => follower.state === 'disconnected',
    );

    expect(agent.closeCode).toBeUndefined();
    const options = fixture.agentOptions('node1', PASSWORD);
    const refused = await FakeAgent.open(options).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(HandshakeRefused);
    expect(refused).toMatchObject({ status: 503, code: 'DirectoryUnavailable' });
    agent.vanish();
    const back = await FakeAgent.join({ ...options, authorization: `Bearer ${sessionToken}` });
    const desired = await back.next('desired');
    back.apply(desired);

    await fixture.slapd.restart();
    await addProcess('afterwards', 3);
    await back.next(
      'desired',
      ({ document }) => document.vms[0]?.processes.some(({ name }) => name === 'afterwards') === true,
    );
    await until('the manager to be ready', () => fixture.waitsFor(), READY);
    back.close();
  }, 60_000);

  test('Postgres killed: sessions live on, reports wait, and nothing is lost or done twice', async () => {
    const agent = await fixture.join('node1', PASSWORD);
    const desired = await agent.next('desired');
    agent.apply(desired);
    const before = await fixture.get('topology', topologyViewSchema);
    await fixture.postgres.kill9();
    await until(
      'Postgres to be waited for',
      () => fixture.waitsFor(),
      (text) => /postgres/.test(text),
    );
    expect((await fixture.request('/healthz')).status).toBe(200);

    agent.reportBound(desired);
    await addProcess('without-postgres', 4);
    expect(agent.closeCode).toBeUndefined();
    await fixture.postgres.restart();

    await seesProcess('without-postgres', 30_000);
    await agent.next('desired', ({ document }) => document.vms[0]?.processes.some(({ nr }) => nr === 4) === true);
    await until(
      'the report to be stored',
      () => fixture.get('vms/orders', vmViewSchema),
      ({ processes }) => processes.some(({ name, state }) => name === 'server' && state === 'bound'),
    );
    const after = await fixture.get('topology', topologyViewSchema);
    expect(after.epoch).toEqual(before.epoch);
    expect(BigInt(after.revision)).toBe(BigInt(before.revision) + 1n);
    agent.close();
  }, 60_000);

  test('a silent node is Unknown 15 s after its last frame, not before, and its last state is marked as such', async () => {
    const agent = await fixture.join('node1', PASSWORD);
    const desired = await agent.next('desired');
    agent.reportBound(desired);
    agent.apply(desired);
    await until('node1 to be in sync', node1, ({ state }) => state === 'InSync');
    agent.silence();
    const lastSeen = Date.parse((await node1()).lastSeen ?? '');

    fixture.clock.advance(14_000 - (fixture.clock.now() - lastSeen));
    await fixture.request('/healthz');
    expect((await node1()).state).toBe('InSync');
    fixture.clock.advance(1_500);

    const view = await until('node1 to be Unknown', node1, ({ state }) => state === 'Unknown', 5_000);
    expect(view.lastSeen).toBe(new Date(lastSeen).toISOString());
    const orders = await fixture.get('vms/orders', vmViewSchema);
    expect(orders).toMatchObject({ state: 'unknown', nodes: [{ node: 'node1', stale: true }] });
    expect(orders.processes.find(({ name }) => name === 'server')).toMatchObject({ state: 'bound', stale: true });
    expect(await agent.closed()).toBe(1006);

    const back = await fixture.join('node1', PASSWORD);
    back.apply(await back.next('desired'));
    await until('node1 to be in sync again', node1, ({ state }) => state === 'InSync');
    back.close();
  }, 60_000);

  test('a connection cut is Unknown too when its lease ends; a manager killed leaves its nodes Reconnecting', async () => {
    const agent = await fixture.join('node1', PASSWORD);
    agent.apply(await agent.next('desired'));
    await until('node1 to be in sync', node1, ({ state }) => state === 'InSync');
    agent.vanish();
    expect((await node1()).state).toBe('InSync');
    fixture.clock.advance(15_500);
    await until('node1 to be Unknown', node1, ({ state }) => state === 'Unknown', 5_000);

    const again = await fixture.join('node1', PASSWORD);
    again.apply(await again.next('desired'));
    await until('node1 to be in sync', node1, ({ state }) => state === 'InSync');
    await fixture.stopManager();
    expect(await again.closed()).toBe(1001);
    await fixture.startManager();
    const view = await until('node1 to be waited for', node1, () => true);
    expect(view.state).toBe('Reconnecting');
    const third = await fixture.join('node1', PASSWORD);
    third.apply(await third.next('desired'));
    await until('node1 to be in sync', node1, ({ state }) => state === 'InSync');
    third.close();
  }, 60_000);
});
