// SPDX-License-Identifier: Apache-2.0
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { EXIT } from '../errors.js';
import { FakeManager, operationView } from '../test-support/fake-manager.js';
import { Home, drvsctl } from '../test-support/fake-terminal.js';

jest.setTimeout(30_000);

const LINE = { at: '2026-01-01T11:59:00.000Z', priority: 6, pid: 42, text: 'said \u001b[31mred' };
let home: Home;
let manager: FakeManager;
let views: ReturnType<typeof operationView>[];
let log: unknown[];
beforeEach(async () => {
  home = new Home();
  log = [LINE];
  const next = () => ({ status: 200, body: views.length > 1 ? views.shift() : views[0] });
  manager = await FakeManager.start({
    'POST operations': next,
    'GET operations/op-1': next,
    'GET operations': () => ({ status: 200, body: { revision: '7', items: views, next: null } }),
    'POST operations/op-1/resume': next,
    'POST operations/op-1/stop': next,
    'GET processes/orders/server1/log': (_, response) => {
      response.writeHead(200, { 'content-type': 'application/x-ndjson' });
      for (const line of log) response.write(`${JSON.stringify(line)}\n\n`);
      response.end();
      return undefined;
    },
  });
});
afterEach(async () => {
  await manager.stop();
  home.dispose();
});
const type = (...args: string[]) => drvsctl(args, { env: home.env(manager.url) });
const done = operationView({ state: 'done', progress: { total: 1, done: 1, failed: 0, underWay: 0 } });

describe('drvsctl restart', () => {
  test('follows it to its end', async () => {
    views = [operationView(), done];
    const rolling = ['--batch', '2', '--pause', '5', '--max-failures', '1'];
    const { status, err } = await type('restart', 'orders', '--node', 'node1', '--reason', 'new keys', ...rolling);
    expect(status).toBe(EXIT.ok);
    expect(err).toMatch(/0\/1 done, 1 under way[^]*1\/1 done[^]*restart op-1 is done/);
    const limits = { batch: 2, pauseSeconds: 5, maxFailures: 1 };
    expect(manager.seen[0]?.body).toEqual({
      kind: 'restart',
      vm: 'orders',
      node: 'node1',
      ...limits,
      reason: 'new keys',
    });
  });

  test('of one process; one that pauses fails with what failed and how to go on', async () => {
    const target = { node: 'node1', process: 'orders/server1', state: 'failed' as const, message: 'NodeNotActive' };
    views = [operationView({ state: 'paused', message: '1 failed', targets: [target] })];
    const { status, err } = await type('restart', 'orders/server1', '--reason', 'x');
    expect(manager.seen[0]?.body).toMatchObject({ vm: 'orders', processes: ['server1'] });
    expect(status).toBe(EXIT.refused);
    expect(err).toMatch(/paused: 1 failed; orders\/server1: NodeNotActive[^]*operations resume op-1/);
  });

  test.each([
    [['restart'], /needs a VM/],
    [['restart', 'orders'], /needs a reason/],
    [['restart', 'orders/', '--reason', 'x'], /names no process/],
    [['restart', 'orders', '--batch', '0', '--reason', 'x'], /from 1 to 1000/],
  ])('%j is refused before anybody is asked', async (args, message) => {
    expect(await type(...args)).toMatchObject({ status: EXIT.usage, err: expect.stringMatching(message) });
    expect(manager.seen).toEqual([]);
  });
});

describe('drvsctl operations', () => {
  test('are listed, shown, resumed and stopped', async () => {
    views = [done];
    expect((await type('operations')).out).toMatch(/ID .*STATE[^]*op-1 .*done .*1\/1/);
    expect((await type('operations', 'show', 'op-1')).out).toMatch(/operation +op-1[^]*orders\/server1/);
    expect(await type('operations', 'resume', 'op-1')).toMatchObject({ status: EXIT.ok });
    expect((await type('operations', 'stop', 'op-1')).out).toContain('op-1');
    expect(manager.seen.map(({ method, path }) => `${method} ${path}`)).toContain('POST operations/op-1/stop');
  });
});

describe('drvsctl logs', () => {
  test('writes the journal, and nothing in it moves the terminal', async () => {
    const { status, out } = await type('logs', 'orders/server1', '-n', '5');
    expect(status).toBe(EXIT.ok);
    expect(out).toMatch(/^2026-01-01T11:59:00.000Z \[42\] said /);
    expect(out).not.toContain('\u001b');
    expect(manager.seen[0]?.query.toString()).toBe('lines=5&follow=false');
    expect(JSON.parse((await type('logs', 'orders/server1', '-o', 'json')).out)).toEqual(LINE);
  });

  test('says why it broke off', async () => {
    log = [LINE, { end: { code: 'NodeLost', message: 'the connection to the node was lost' } }];
    const { status, err } = await type('logs', '-f', 'orders/server1');
    expect(status).toBe(EXIT.unreachable);
    expect(err).toMatch(/broke off: the connection to the node was lost/);
  });
});
