// SPDX-License-Identifier: Apache-2.0
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { parse } from 'yaml';
import { EXIT } from '../errors.js';
import { run } from '../program.js';
import {
  FakeManager,
  apiError,
  event,
  heldView,
  nodeView,
  ok,
  problemView,
  processView,
  sendEvents,
  systemStatus,
  topologyView,
  vmView,
  type Route,
} from '../test-support/fake-manager.js';
import { Home, drvsctl, fakeTerminal } from '../test-support/fake-terminal.js';

// What is awaited comes at once on an idle machine; this is for a busy one.
jest.setTimeout(30_000);

let home: Home;
let manager: FakeManager | undefined;
beforeEach(() => {
  home = new Home();
});
afterEach(async () => {
  await manager?.stop();
  manager = undefined;
  home.dispose();
});

async function serving(routes: Record<string, Route>): Promise<Record<string, string>> {
  manager = await FakeManager.start(routes);
  return home.env(manager.url);
}

const page = (items: unknown[], next: string | null = null) => ({ revision: '7', items, next });

describe('status', () => {
  test('a system that needs nobody', async () => {
    const env = await serving({ 'GET status': ok(systemStatus()) });

    const { status, out, err } = await drvsctl(['status'], { env });

    expect({ status, err }).toEqual({ status: EXIT.ok, err: '' });
    expect(out.trimEnd().split('\n')).toEqual([
      'system     lab',
      'revision   7 (epoch 2)',
      'directory  following the directory',
      'nodes      2 InSync',
      'VMs        1 with 2 processes',
      'agents     2 connected to this manager',
      'problems   0',
      'held       0',
      'changes    0 waiting',
    ]);
  });

  test('a lower rung with its staleness, what waits for somebody, what expires', async () => {
    const nodes = { InSync: 1, Progressing: 0, Degraded: 1, Reconnecting: 0, Unknown: 3, NeverSeen: 0 };
    const answer = systemStatus({
      storedRevision: '9',
      follower: { state: 'current', rung: 'fullRead', stalenessSeconds: 12.6, message: null },
      ...{ problems: 4, held: 1, changesWaiting: 2, nodes },
      certificates: [
        { certificate: 'server', expiresAt: '2026-01-06T18:00:00.000Z' },
        { certificate: 'ldap_ca', expiresAt: '2020-01-01T00:00:00.000Z' },
      ],
    });
    const env = await serving({ 'GET status': ok(answer) });

    const { out } = await drvsctl(['status'], { env });

    for (const line of [
      'revision   7, of 9 (epoch 2)',
      'directory  following the directory by fullRead only, 13 s behind',
      'nodes      1 InSync, 1 Degraded, 3 Unknown',
      'problems   4: drvsctl problems',
      'held       1: drvsctl held show',
      'changes    2 waiting',
      'manager certificate  expires in 5 days',
      'CA of the directory  expired at 2020-01-01T00:00:00.000Z',
    ]) {
      expect(out.split('\n')).toContain(line);
    }
  });
});

describe('topology', () => {
  test('draws nodes, VMs across them and processes', async () => {
    const env = await serving({ 'GET topology': ok(topologyView()) });

    const { status, out, err } = await drvsctl(['topology'], { env });

    expect({ status, err }).toEqual({ status: EXIT.ok, err: '' });
    const lines = out.split('\n');
    expect(lines[0]).toBe('System lab, revision 7, following the directory');
    expect(lines).toContain('node1   1  InSync   active   5 s        7  manager  6.1.0-amd64');
    expect(lines).toContain('VM      ID  STATE  BOUND  node1   node2   NOTE');
    expect(lines).toContain('orders  10  up       2/2  up 2/2  up 0/0');
    expect(lines).toContain('orders  server1   1         1  node1  612  bound  launched  receiving    42');
  });

  test('says first what needs somebody: held changes, problems, a directory that is not followed', async () => {
    const follower = {
      state: 'disconnected',
      rung: 'fullRead',
      stalenessSeconds: 61.4,
      message: 'LDAP refused the bind',
    };
    const env = await serving({ 'GET topology': ok({ ...topologyView({ problems: 1, held: 2 }), follower }) });

    const { out } = await drvsctl(['topology'], { env });

    expect(out.split('\n').slice(0, 4)).toEqual([
      'System lab, revision 7, directory disconnected, 61 s behind',
      'LDAP refused the bind',
      '2 changes are held: drvsctl held show',
      '1 record has a problem: drvsctl problems',
    ]);
  });

  test.each([
    ['json', (text: string): unknown => JSON.parse(text)],
    ['yaml', (text: string): unknown => parse(text)],
  ])('-o %s gives what the manager said, wherever the option stands', async (format, read) => {
    const env = await serving({ 'GET topology': ok(topologyView()) });

    const before = await drvsctl(['-o', format, 'topology'], { env });
    const after = await drvsctl(['topology', '-o', format], { env });

    expect(read(before.out)).toEqual(topologyView());
    expect(after.out).toBe(before.out);
  });

  test('with many nodes lists those of each VM instead of a column each', async () => {
    const nodes = Array.from({ length: 9 }, (_, index) => nodeView({ name: `n${String(index)}`, nodeId: index }));
    const env = await serving({ 'GET topology': ok(topologyView({ nodes })) });

    const { out } = await drvsctl(['topology'], { env });

    expect(out).toMatch(/^VM +ID +STATE +BOUND +NODES +NOTE$/m);
    expect(out).toMatch(/^orders +10 +up +2\/2 +node1 node2$/m);
  });
});

describe('nodes, vms, ps, problems, revisions', () => {
  test('a list is followed over its pages', async () => {
    const env = await serving({
      'GET nodes': ({ query }) => ({
        status: 200,
        body:
          query.get('cursor') === 'two' ? page([nodeView({ name: 'node2', nodeId: 2 })]) : page([nodeView()], 'two'),
      }),
    });

    const { out } = await drvsctl(['nodes', '-o', 'json'], { env });

    expect((JSON.parse(out) as { items: { name: string }[] }).items.map((node) => node.name)).toEqual([
      'node1',
      'node2',
    ]);
  });

  test('a node shows its conditions with message and age, and both numbers where they differ', async () => {
    const conditions = [
      {
        type: 'NodeIdConflict',
        status: 'true',
        reason: 'KernelHasAnother',
        message: 'the kernel has nodeid 4: reboot to renumber',
        since: '2026-01-01T11:00:05.000Z',
      },
    ];
    const env = await serving({ 'GET nodes/node1': ok({ ...nodeView({ kernelNodeId: 4 }), conditions }) });

    const { out } = await drvsctl(['nodes', 'node1'], { env });

    expect(out).toContain('1 wanted, 4 in the kernel (from boot)');
    expect(out).toMatch(/NodeIdConflict +true +1 h +KernelHasAnother +the kernel has nodeid 4: reboot to renumber/);
  });

  test('an unknown VM is named with its near matches', async () => {
    const env = await serving({ 'GET vms': ok(page([vmView(), vmView({ name: 'billing', vmId: 11 })])) });

    const { status, err } = await drvsctl(['vms', 'ordres'], { env });

    expect(status).toBe(EXIT.notFound);
    expect(err).toBe('drvsctl: there is no VM ordres\n  did you mean orders?\n');
  });

  test('ps passes its filters, and a filter that names nothing is an error', async () => {
    const env = await serving({
      'GET processes': ({ query }) => ({
        status: 200,
        body: page(query.get('vm') === 'orders' ? [processView()] : []),
      }),
      'GET vms': ok(page([vmView()])),
    });

    const found = await drvsctl(['ps', '--vm', 'orders', '--node', 'node1'], { env });
    const missing = await drvsctl(['ps', '--vm', 'nope'], { env });

    expect(manager?.seen[0]?.query.get('node')).toBe('node1');
    expect(found.out).toContain('server1');
    expect(missing.status).toBe(EXIT.notFound);
  });

  test('a state that is only the last one known is marked', async () => {
    const env = await serving({ 'GET processes': ok(page([processView({ stale: true })])) });

    const { out } = await drvsctl(['ps'], { env });

    expect(out).toMatch(/bound\? .*last known/);
  });

  test('a problem names entry, rule, remedy and what stays in force', async () => {
    const env = await serving({ 'GET problems': ok(page([problemView()])) });

    const { out } = await drvsctl(['problems'], { env });

    expect(out).toContain('ProcNrRange');
    expect(out).toContain('drvsProcNr 999 of cn=bad is outside -35..220');
    expect(out).toContain('choose a free number in that range');
    expect(out).toContain('the last valid version of the entry');
    expect(out).toContain('2 min (2026-01-01T11:58:00.000Z)');
  });

  test('revisions asks for as many as wanted', async () => {
    const revision = { revision: '7', at: 'x', cause: 'sync', author: null, changes: [] };
    const env = await serving({ 'GET revisions': ok(page([revision, revision, revision], 'more')) });

    const { out } = await drvsctl(['revisions', '-n', '2', '-o', 'json'], { env });

    expect(manager?.seen[0]?.query.get('limit')).toBe('2');
    expect((JSON.parse(out) as { items: unknown[] }).items).toHaveLength(2);
  });

  test('held is shown by `held` alone', async () => {
    const env = await serving({ 'GET held': ok(heldView()) });

    expect((await drvsctl(['held'], { env })).out).toContain(
      'ends 2 bound processes, removes 2 placements and 0 nodes',
    );
  });
});

describe('errors', () => {
  test('nothing listens there', async () => {
    const env = await serving({});
    await manager?.stop();

    const { status, err } = await drvsctl(['topology'], { env });

    expect(status).toBe(EXIT.unreachable);
    expect(err).toContain(`the manager at ${env.MANAGER_URL ?? ''} cannot be reached: connection refused`);
    expect(err).toContain('running VMs are not affected');
  });

  test('a token the manager does not know is named by its file, never by its text', async () => {
    const env = await serving({});
    const file = home.write('other', 'not-the-token');

    const { status, err } = await drvsctl(['topology', '--token-file', file], { env });

    expect(status).toBe(EXIT.denied);
    expect(err).toContain(file);
    expect(err).not.toContain('not-the-token');
  });

  test.each([
    [403, EXIT.denied, 'may not do this'],
    [500, EXIT.refused, 'the manager refused: Broken (SomeCode)'],
    [503, EXIT.unreachable, 'the manager is not ready: Broken (SomeCode)'],
  ])('status %d ends with %d', async (code, expected, words) => {
    const env = await serving({ 'GET topology': () => ({ status: code, body: apiError(code, 'SomeCode', 'Broken') }) });

    const { status, err } = await drvsctl(['topology'], { env });

    expect(status).toBe(expected);
    expect(err).toContain(words);
  });

  test.each([
    ['not JSON', '<html>'],
    ['another shape', { ...topologyView(), nodes: 'none' }],
  ])('an answer that is %s is refused, not drawn', async (_what, body) => {
    const env = await serving({ 'GET topology': ok(body) });

    const { status, out, err } = await drvsctl(['topology'], { env });

    expect(status).toBe(EXIT.protocol);
    expect(out).toBe('');
    expect(err).toContain("the manager's answer to topology is not understood");
  });

  test.each([
    [['vmz'], 'Did you mean vms?'],
    [['vms', '--watch', 'orders'], 'a name goes before it'],
    [['revisions', '-n', '0'], 'from 1 to 1000'],
    [['topology', '-o', 'xml'], 'Allowed choices are table, json, yaml'],
    [['completion', 'tcsh'], 'Allowed choices are bash, zsh, fish'],
    [['nodes', 'a', 'b'], 'too many arguments'],
  ])('%j is refused as wrong usage', async (args, words) => {
    const { status, err } = await drvsctl(args, { env: {} });

    expect(status).toBe(EXIT.usage);
    expect(err).toContain(words);
  });
});

describe('--watch', () => {
  test('redraws when an event arrives, and ends on Ctrl-C', async () => {
    let revision = 7;
    let announce: (() => void) | undefined;
    const env = await serving({
      'GET topology': () => ({ status: 200, body: topologyView({ revision: String(revision) }) }),
      'GET events': (_seen, response) => {
        sendEvents(response, []);
        announce = () => response.write(`id: 1\ndata: ${JSON.stringify(event(1))}\n\n`);
        return undefined;
      },
    });
    const terminal = fakeTerminal({ env, isTerminal: true });

    // An hour between polls: only the event can bring the second picture.
    const done = run(['topology', '--watch', '3600'], terminal);
    await terminal.stdout.saw(/revision 7/);
    await until(() => announce !== undefined);
    revision = 8;
    announce?.();
    await terminal.stdout.saw(/revision 8/);
    terminal.interrupt();

    expect(await done).toBe(EXIT.interrupted);
    expect(terminal.stdout.text).toContain('\x1b[H\x1b[J');
  });

  test('polls where there are no events, and takes an absent manager for a pause', async () => {
    let asked = 0;
    const env = await serving({
      'GET topology': (_seen, response) => {
        asked++;
        if (asked === 2) {
          response.destroy();
          return undefined;
        }
        return { status: 200, body: topologyView({ revision: String(asked) }) };
      },
    });
    const terminal = fakeTerminal({ env });

    const done = run(['topology', '--watch', '0.5', '-o', 'json'], terminal);
    await terminal.stdout.saw(/"revision":"3"/);
    terminal.interrupt();

    expect(await done).toBe(EXIT.interrupted);
    expect(terminal.stderr.text).toContain('asking again');
    const lines = terminal.stdout.text.trim().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { revision: string }).revision).slice(0, 2)).toEqual(['1', '3']);
  });
});

/** Waits for a condition that only another turn of the loop can bring. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}
