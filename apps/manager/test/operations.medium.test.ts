// SPDX-License-Identifier: Apache-2.0
// Operations and journals with agents that say what a test tells them to; slapd and Postgres are real.
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { journalEntrySchema, operationViewSchema, page, type ManagerFrame, type OperationView } from '@drvs/contracts';
import { Clock } from '@drvs/manager/common/clock';
import { createLogger } from '@drvs/manager/common/logger';
import { startManager } from '@drvs/manager/manager';
import { FakeAgent } from './fake-agent.js';
import { Fixture, SYSTEM, until } from './fixture.js';

jest.setTimeout(90_000);

type Desired = Extract<ManagerFrame, { type: 'desired' }>;
const CAPABILITIES = ['command', 'elsewhere', 'journal'];
const LINE = { at: '2026-01-01T00:00:00.000Z', priority: 6, pid: 7, text: 'hello' };

describe('operations and journals', () => {
  let fixture: Fixture;
  let one: FakeAgent;
  let two: FakeAgent;
  let wishOfOne: Desired;
  let wishOfTwo: Desired;

  const join = async (node: string): Promise<[FakeAgent, Desired]> => {
    const agent = await FakeAgent.join(fixture.agentOptions(node, `${node}-secret`), { capabilities: CAPABILITIES });
    const desired = await agent.next('desired');
    agent.apply(desired);
    return [agent, desired];
  };
  /** Says that everything is bound, with pids that are `more` above the first ones. */
  const report = (agent: FakeAgent, desired: Desired, more = 0): void =>
    agent.reportBound(desired, (status) => ({
      processes: status.processes.map((process) => ({ ...process, pid: (process.pid ?? 0) + more })),
    }));

  beforeAll(async () => {
    fixture = await Fixture.start();
    const { slapd } = fixture;
    const launched = ['drvsExec: /bin/true'];
    await slapd.add(
      [
        ...['node1', 'node2'].map((name, index) => slapd.nodeEntry(name, index + 1, [`userPassword: ${name}-secret`])),
        slapd.vmEntry('orders', 7, ['node1', 'node2']),
        slapd.processEntry('orders', 'first', 1, 'node1', launched),
        slapd.processEntry('orders', 'last', 2, 'node2', [...launched, 'drvsAfter: first']),
        slapd.processEntry('orders', 'guest', 3, 'node1').replace(/^drvsExec.*\n/m, ''),
      ].join(''),
    );
    const known = () => fixture.request('processes?vm=orders');
    await until('the processes', known, ({ body }) => (body as { items: unknown[] }).items?.length === 3);
    [one, wishOfOne] = await join('node1');
    [two, wishOfTwo] = await join('node2');
  });
  afterAll(async () => {
    one.close();
    two.close();
    await fixture.close();
  });

  const operation = (id: string): Promise<OperationView> => fixture.get(`operations/${id}`, operationViewSchema);
  const begin = async (body: object): Promise<OperationView> => {
    const answer = await fixture.post('operations', body);
    expect(answer.status).toBe(202);
    return operationViewSchema.parse(answer.body);
  };
  /** The order for a process, taken. */
  const take = async (agent: FakeAgent, id: string, more: object = { accepted: true }) => {
    const order = await agent.next('command', (frame) => frame.id.startsWith(id));
    agent.send({ type: 'outcome', id: order.id, accepted: true, ...more });
    return order;
  };

  test('a node hears what others have bound, as far as its own processes wait for it', async () => {
    const first = { vmId: 7, nr: 1, nodeId: 1, name: 'first', launched: true, after: [] };
    expect((await two.next('elsewhere')).processes).toEqual([{ ...first, bound: false, fresh: false }]);
    report(one, wishOfOne);
    await two.next('elsewhere', ({ processes }) => processes[0]?.bound === true && processes[0].fresh);
    report(two, wishOfTwo);
    const told = await one.next('elsewhere', ({ processes }) => processes[0]?.bound === true);
    expect(told.processes).toMatchObject([{ name: 'last', nodeId: 2, after: [1] }]);
  });

  test('a restart goes through a VM in its start order, one at a time, and is done when all are bound anew', async () => {
    const { id, progress } = await begin({ kind: 'restart', vm: 'orders', reason: 'new keys' });
    expect(progress).toMatchObject({ total: 2, done: 0 });
    expect(await take(one, id)).toMatchObject({ action: { kind: 'restart', vmId: 7, nr: 1 } });
    await until(
      'taken',
      () => operation(id),
      ({ targets }) => targets[0]?.state === 'accepted',
    );
    expect(two.frames.some((frame) => frame.type === 'command')).toBe(false);
    // A node cannot answer for another one, nor is a process done whose pid is still the same.
    two.send({ type: 'outcome', id: `${id}:0`, accepted: false });
    report(one, wishOfOne);
    report(one, wishOfOne, 100);
    await take(two, id);
    report(two, wishOfTwo, 100);
    const done = await until(
      'done',
      () => operation(id),
      ({ state }) => state === 'done',
    );
    expect(done).toMatchObject({
      message: null,
      reason: 'new keys',
      actor: 'token:admin',
      progress: { done: 2, failed: 0 },
    });
    expect((await fixture.get('operations', page(operationViewSchema))).items[0]?.id).toBe(id);
  });

  test('a refused order pauses it, and resume tries again', async () => {
    const { id } = await begin({ kind: 'restart', vm: 'orders', processes: ['first'], reason: 'x' });
    await take(one, id, { accepted: false, code: 'NodeNotActive', message: 'node1 is cordoned' });
    const paused = await until(
      'paused',
      () => operation(id),
      ({ state }) => state === 'paused',
    );
    expect(paused.targets).toEqual([
      { node: 'node1', process: 'orders/first', state: 'failed', message: 'NodeNotActive: node1 is cordoned' },
    ]);
    one.close();
    [one, wishOfOne] = await join('node1');
    report(one, wishOfOne, 100);
    expect((await fixture.post(`operations/${id}/resume`, {})).status).toBe(200);
    await take(one, id);
    report(one, wishOfOne, 200);
    await until(
      'done',
      () => operation(id),
      ({ state }) => state === 'done',
    );
    expect(await fixture.post(`operations/${id}/stop`, {})).toMatchObject({
      status: 409,
      body: { code: 'OperationEnded' },
    });
  });

  test('a drain is told to its node with its limit, and ends when the node is taken back', async () => {
    const { id } = await begin({ kind: 'drain', node: 'node2', limitSeconds: 30, force: true, reason: 'disk' });
    expect((await take(two, id)).action).toEqual({ kind: 'drain', limitSeconds: 30, force: true });
    const again = await begin({ kind: 'drain', node: 'node2', reason: 'disk' });
    expect(await operation(id)).toMatchObject({
      state: 'stopped',
      message: 'another drain of the node took its place',
    });
    await take(two, again.id);
    await until(
      'taken',
      () => operation(again.id),
      ({ targets }) => targets[0]?.state === 'accepted',
    );
    fixture.clock.advance(6_000);
    await until(
      'stopped',
      () => operation(again.id),
      ({ state }) => state === 'stopped',
    );
  });

  test('what cannot be begun is refused in words', async () => {
    const refused = async (body: object) => {
      const { status, body: problem } = await fixture.post('operations', body);
      return `${status} ${(problem as { code: string }).code}`;
    };
    expect(await refused({ kind: 'restart', vm: 'orders' })).toMatch(/^400/);
    expect(await refused({ kind: 'restart', reason: 'x' })).toBe('400 RestartOfWhat');
    expect(await refused({ kind: 'restart', vm: 'orders', processes: ['guest'], reason: 'x' })).toBe(
      '404 NothingToRestart',
    );
    expect(await refused({ kind: 'drain', node: 'node9', reason: 'x' })).toBe('404 NodeNotFound');
    const token = await fixture.newToken('viewer');
    expect((await fixture.request('operations', { token, method: 'POST', body: '{}' })).status).toBe(403);
    expect((await fixture.request('processes/orders/first/log', { token })).status).toBe(403);
    expect((await fixture.request('processes/orders/guest/log')).body).toMatchObject({ code: 'NotLaunched' });
    expect((await fixture.request('processes/orders/none/log')).body).toMatchObject({ code: 'ProcessNotFound' });
  });

  /** A journal as it is read: its lines, and a way to leave. */
  const readLog = async (address: string, query: string) => {
    const leave = new AbortController();
    const token = await fixture.newToken('operator', `reader-${Math.random()}`);
    const url = `http://${address}/api/v1/systems/${SYSTEM}/processes/orders/first/log${query}`;
    const response = await fetch(url, { headers: { authorization: `Bearer ${token}` }, signal: leave.signal });
    expect(response.status).toBe(200);
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    let rest = '';
    const next = async (): Promise<unknown> => {
      for (;;) {
        const cut = rest.indexOf('\n');
        const line = rest.slice(0, Math.max(0, cut));
        if (cut >= 0) rest = rest.slice(cut + 1);
        if (line !== '') return JSON.parse(line);
        if (cut >= 0) continue;
        const { done, value } = (await reader?.read()) ?? { done: true, value: undefined };
        if (done) return undefined;
        rest += value;
      }
    };
    return { next, leave: () => leave.abort() };
  };

  test('a journal is streamed from its node to the reader, frame by frame as that reads, and ends with it', async () => {
    const log = await readLog(fixture.address, '?lines=5&follow=true');
    const { id, ...asked } = await one.next('journal-open');
    expect(asked).toEqual({ type: 'journal-open', vmId: 7, nr: 1, lines: 5, follow: true });
    two.send({ type: 'journal', id, entries: [{ ...LINE, text: 'not of this node' }] });
    one.send({ type: 'journal', id, entries: [LINE, { ...LINE, text: 'again' }] });
    expect(journalEntrySchema.parse(await log.next())).toEqual(LINE);
    expect(await log.next()).toMatchObject({ text: 'again' });
    await one.next('journal-more', (frame) => frame.id === id && frame.frames === 1);
    log.leave();
    await one.next('journal-close', (frame) => frame.id === id);
  });

  test('a journal that its node cannot read, or that is lost with the node, says so in its last line', async () => {
    const seen = one.frames.length;
    const log = await readLog(fixture.address, '');
    const { id, lines, follow } = await one.next('journal-open', () => true, seen);
    expect([lines, follow]).toEqual([100, false]);
    one.send({ type: 'journal', id, entries: [], end: { code: 'TooManyJournals', message: 'four are read' } });
    expect(await log.next()).toEqual({ end: { code: 'TooManyJournals', message: 'four are read' } });
    expect(await log.next()).toBeUndefined();
    const lost = await readLog(fixture.address, '?follow=true');
    await one.next('journal-open', () => true, one.frames.length - 1);
    one.close();
    expect(await lost.next()).toMatchObject({ end: { code: 'NodeLost' } });
    [one, wishOfOne] = await join('node1');
  });

  test('a reader at another replica reads the same journal', async () => {
    const other = await startManager(fixture.settings, createLogger('silent'), new Clock());
    try {
      const address = other.addresses[0] ?? '';
      const ready = async () => (await fetch(`http://${address}/readyz`)).status;
      await until('the other replica', ready, (status) => status === 200);
      const seen = one.frames.length;
      const log = await readLog(address, '?follow=true');
      const { id } = await one.next('journal-open', () => true, seen);
      const long = { ...LINE, text: 'x'.repeat(7_900) };
      one.send({ type: 'journal', id, entries: [LINE, long, { ...LINE, text: 'after' }] });
      expect(await log.next()).toEqual(LINE);
      expect(((await log.next()) as typeof LINE).text).toMatch(/^x{6000,}\.\.\.$/);
      expect(await log.next()).toMatchObject({ text: 'after' });
      await one.next('journal-more', (frame) => frame.id === id);
      log.leave();
      await one.next('journal-close', (frame) => frame.id === id);
    } finally {
      await other.stop();
    }
  });
});
