// SPDX-License-Identifier: Apache-2.0
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { PlanView } from '@drvs/contracts';
import { EXIT } from '../errors.js';
import { run } from '../program.js';
import { FakeManager, apiError, changeView, planView } from '../test-support/fake-manager.js';
import { Home, drvsctl, fakeTerminal } from '../test-support/fake-terminal.js';

// What is awaited comes at once on an idle machine; this is for a busy one.
jest.setTimeout(30_000);

const harmless = planView({
  objects: [{ kind: 'process', op: 'add', dn: 'cn=third,cn=orders,ou=vms,ou=drvs' }],
  nodes: [{ node: 'node1', fields: ['vms[orders].processes[third]'] }],
});
const destructive: PlanView = {
  ...harmless,
  effects: { processesEnded: 1, placementsRemoved: 0, nodesRemoved: 0 },
  ends: [{ vm: 'orders', name: 'server', nr: 1, node: 'node1' }],
  destructive: true,
};
const nothing: PlanView = { ...harmless, objects: [], nodes: [] };
const fault = {
  index: 0,
  line: 3,
  dn: 'cn=x',
  code: 'EntryAbsent',
  message: 'there is no cn=x.',
  remedy: 'Correct the DN.',
};
const done = changeView();

const leading = { revision: '5', ldif: 'dn: cn=x\nchangetype: delete\n', operations: 1, passwordsLost: ['cn=node3'] };

let back: typeof leading;
let home: Home;
let manager: FakeManager;
let present: PlanView;
let outcome: { status: number; body: unknown };
let file: string;
beforeEach(async () => {
  home = new Home();
  present = harmless;
  back = leading;
  outcome = { status: 200, body: done };
  manager = await FakeManager.start({
    'POST plan': () => ({ status: 200, body: present }),
    'POST changes': () => outcome,
    'GET revisions/5/rollback': () => ({ status: 200, body: back }),
    'GET revisions/5/ldif': () => ({
      status: 200,
      body: { revision: '5', forward: 'forward\n', backward: 'backward\n' },
    }),
  });
  file = home.write('change.ldif', 'dn: cn=x\nchangetype: delete\n');
});
afterEach(async () => {
  await manager.stop();
  home.dispose();
});

const env = (): Record<string, string> => home.env(manager.url);
const written = (): unknown[] => manager.seen.filter(({ path }) => path === 'changes').map(({ body }) => body);

describe('drvsctl plan', () => {
  test('shows what would change and end, with exit status 2', async () => {
    present = destructive;
    const { status, out } = await drvsctl(['plan', '-f', file], { env: env() });
    expect(status).toBe(EXIT.changes);
    expect(out).toMatch(/add +process +cn=third/);
    expect(out).toMatch(/node1 +vms\[orders\]\.processes\[third\]/);
    expect(out).toMatch(/orders +server +1 +node1/);
    expect(manager.seen[0]?.body).toEqual({ ldif: 'dn: cn=x\nchangetype: delete\n' });
  });

  test('nothing to change is 0, and what cannot be applied 1', async () => {
    present = nothing;
    expect((await drvsctl(['plan', '-f', file], { env: env() })).status).toBe(EXIT.ok);
    present = { ...harmless, faults: [fault] };
    const { status, out, err } = await drvsctl(['plan', '-f', file], { env: env() });
    expect(status).toBe(EXIT.refused);
    expect(out).toMatch(/line 3, cn=x[^]*EntryAbsent[^]*Correct the DN/);
    expect(err).toMatch(/one thing keeps it from being applied/);
  });

  test('takes operations in YAML, and several files as one change set', async () => {
    const yaml = home.write('more.yaml', '- { op: delete, dn: cn=y }\n');
    await drvsctl(['plan', '-f', file, yaml, '-o', 'json'], { env: env() });
    expect(manager.seen[0]?.body).toEqual({
      operations: [
        { op: 'delete', dn: 'cn=x' },
        { op: 'delete', dn: 'cn=y' },
      ],
    });
  });

  test.each([
    ['bad.yaml', '- { op: upsert, dn: cn=y }\n', /bad\.yaml: 0\.op/],
    ['worse.yaml', '- [\n', /worse\.yaml: /],
  ])('%s is refused by name', async (name, content, complaint) => {
    const { status, err } = await drvsctl(['plan', '-f', home.write(name, content)], { env: env() });
    expect(status).toBe(EXIT.usage);
    expect(err).toMatch(complaint);
    expect(manager.seen).toEqual([]);
  });
});

describe('drvsctl apply', () => {
  test('what ends nothing is applied by its plan, without being asked', async () => {
    const { status, out, err } = await drvsctl(['apply', '-f', file, '--reason', 'why not'], { env: env() });
    expect({ status, err }).toEqual({ status: EXIT.ok, err: '' });
    expect(out).toBe('Applied 1 operation: revision 8.\n');
    expect(written()).toEqual([{ ldif: 'dn: cn=x\nchangetype: delete\n', plan: 'plan-1', reason: 'why not' }]);
    expect(manager.seen[1]?.headers['idempotency-key']).toMatch(/^[0-9a-f-]{36}$/);
  });

  test.each([
    ['apply', EXIT.ok, 1],
    ['yes', EXIT.refused, 0],
  ])('what ends something is shown and asked for: %s', async (answer, status, times) => {
    present = destructive;
    const terminal = fakeTerminal({ env: env(), canAsk: true });
    const running = run(['apply', '-f', file], terminal);
    await terminal.stderr.saw(/orders +server[^]*Type apply to go on/);
    terminal.stdin.write(`${answer}\n`);
    expect(await running).toBe(status);
    expect(written()).toHaveLength(times);
  });

  test('without a terminal a plan, --yes or --force with a reason is needed', async () => {
    present = destructive;
    const { status, err } = await drvsctl(['apply', '-f', file], { env: env() });
    expect(status).toBe(EXIT.usage);
    expect(err).toMatch(/pass --plan plan-1, or --yes/);
    expect((await drvsctl(['apply', '-f', file, '--force'], { env: env() })).err).toMatch(/--force needs a reason/);
    expect(written()).toEqual([]);
    await drvsctl(['apply', '-f', file, '--plan', 'plan-0'], { env: env() });
    await drvsctl(['apply', '-f', file, '--yes'], { env: env() });
    await drvsctl(['apply', '-f', file, '--force', '--reason', 'fire'], { env: env() });
    expect(written()).toMatchObject([{ plan: 'plan-0' }, { plan: 'plan-1' }, { force: true, reason: 'fire' }]);
  });

  test('a plan that no longer fits is said so, with exit status 75', async () => {
    const stale = apiError(409, 'PlanStale', 'the change set would no longer do what its plan says');
    outcome = { status: 409, body: { ...stale, current: destructive } };
    const { status, err } = await drvsctl(['apply', '-f', file, '--plan', 'plan-0'], { env: env() });
    expect(status).toBe(EXIT.conflict);
    expect(err).toMatch(/PlanStale/);
  });

  test('a change set that is still being written is told as such', async () => {
    outcome = { status: 202, body: { ...done, state: 'writing', revision: null, written: 0 } };
    const { status, out } = await drvsctl(['apply', '-f', file], { env: env() });
    expect(status).toBe(EXIT.ok);
    expect(out).toMatch(/Change set c-1 is writing: 0 of 1 operations/);
  });
});

describe('drvsctl rollback and show', () => {
  test('rollback plans and applies the change set that leads back, and names lost passwords', async () => {
    const { status, out, err } = await drvsctl(['rollback', '5'], { env: env() });
    expect(status).toBe(EXIT.ok);
    expect(out).toBe('Applied 1 operation: revision 8.\n');
    // What it does is shown first, also where nothing ends.
    expect(err).toMatch(/cn=third,cn=orders[^]*Set a new password for .*cn=node3/);
    expect(written()).toEqual([{ ldif: leading.ldif, plan: 'plan-1', reason: 'rollback to revision 5' }]);
  });

  test('rollback asks before something ends, and says when there is nothing to do', async () => {
    present = destructive;
    expect((await drvsctl(['rollback', '5'], { env: env() })).status).toBe(EXIT.usage);
    back = { ...leading, ldif: '', operations: 0 };
    const { status, out } = await drvsctl(['rollback', '5'], { env: env() });
    expect(status).toBe(EXIT.ok);
    expect(out).toMatch(/as it was at revision 5: nothing to do/);
    expect(written()).toEqual([]);
  });

  test('show prints what a revision did, or what takes it back', async () => {
    expect((await drvsctl(['show', '5'], { env: env() })).out).toBe('forward\n');
    expect((await drvsctl(['show', '5', '--undo'], { env: env() })).out).toBe('backward\n');
  });
});
