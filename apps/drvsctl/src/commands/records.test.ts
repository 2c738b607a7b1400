// SPDX-License-Identifier: Apache-2.0
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { PlanView } from '@drvs/contracts';
import { EXIT } from '../errors.js';
import {
  FakeManager,
  changeView,
  ok,
  operationView,
  planView,
  processView,
  topologyView,
  vmView,
} from '../test-support/fake-manager.js';
import { Home, drvsctl } from '../test-support/fake-terminal.js';

// What is awaited comes at once on an idle machine; this is for a busy one.
jest.setTimeout(30_000);

const BASE = 'ou=drvs,dc=drvs,dc=example';
const NODE1 = `cn=node1,ou=nodes,${BASE}`;
const ORDERS = `cn=orders,ou=vms,${BASE}`;

let home: Home;
let manager: FakeManager;
/** What is said of an operation, one after the other; the last one for ever. */
let operations: unknown[];
let present: PlanView;
beforeEach(async () => {
  home = new Home();
  operations = [];
  present = planView();
  const vms = [vmView({ processes: [processView(), processView({ name: 'stranger', nr: 9, desired: false })] })];
  manager = await FakeManager.start({
    'GET topology': ok(topologyView({ vms })),
    'POST operations': () => ({ status: 202, body: operations[0] }),
    'GET operations/op-1': () => ({
      status: 200,
      body: operations.length > 1 ? operations.splice(0, 1) && operations[0] : operations[0],
    }),
    'POST plan': () => ({ status: 200, body: present }),
    'POST changes': ok(changeView()),
  });
});
afterEach(async () => {
  await manager.stop();
  home.dispose();
});

const type = (...args: string[]) => drvsctl(args, { env: home.env(manager.url) });
/** Whatever was written or begun. */
const begun = (): unknown[] => manager.seen.filter(({ path }) => path === 'changes' || path === 'operations');
const written = (): unknown[] => manager.seen.filter(({ path }) => path === 'changes').map(({ body }) => body);

describe('drvsctl create', () => {
  test('a VM, with nodes by name', async () => {
    expect(await type('create', 'vm', 'books', 'vmId=12', 'spansNode=node1', 'spansNode=node2')).toMatchObject({
      status: EXIT.ok,
    });
    const attributes = {
      objectClass: ['drvsVm'],
      cn: ['books'],
      drvsVmId: ['12'],
      drvsSpansNode: [NODE1, `cn=node2,ou=nodes,${BASE}`],
    };
    expect(written()).toEqual([
      { operations: [{ op: 'add', dn: `cn=books,ou=vms,${BASE}`, attributes }], plan: 'plan-1' },
    ]);
  });

  test('a node without a number asks for one', async () => {
    await type('create', 'node', 'node9.example', 'address=10.77.0.19', 'label=rack=3');
    expect(written()).toEqual([
      {
        operations: [
          {
            op: 'add',
            dn: `cn=node9.example,ou=nodes,${BASE}`,
            attributes: {
              objectClass: ['device', 'drvsNode'],
              cn: ['node9.example'],
              drvsAddress: ['10.77.0.19'],
              drvsLabel: ['rack=3'],
              drvsNodeIdAuto: ['TRUE'],
            },
          },
        ],
        plan: 'plan-1',
      },
    ]);
  });

  test('a VM without a number leaves it to the manager', async () => {
    await type('create', 'vm', 'books', 'spansNode=node1');
    const attributes = { objectClass: ['drvsVm'], cn: ['books'], drvsSpansNode: [`cn=node1,ou=nodes,${BASE}`] };
    expect(written()).toEqual([
      { operations: [{ op: 'add', dn: `cn=books,ou=vms,${BASE}`, attributes }], plan: 'plan-1' },
    ]);
  });

  test.each([
    [['process', 'orders/x', 'onNode=node1'], /a process needs procNr[^]*add procNr=VALUE/],
    [['vm', 'Books', 'vmId=1'], /'Books' is no name for a vm[^]*lower-case/],
    [['node', 'a,b'], /'a,b' is no name for a node/],
    [['process', 'server9', 'procNr=9'], /'server9' names no process[^]*VM\/PROCESS/],
    [['process', 'ordres/server9', 'procNr=9'], /there is no VM ordres[^]*did you mean orders/],
    [['process', 'orders/x', 'procNr=9', 'onNode=node7'], /there is no node node7/],
    [['vm', 'books', 'vmID'], /'vmID' is no assignment/],
    [['vm', 'books', 'vmNumber=1'], /a vm has no attribute vmNumber[^]*there are: vmId/],
    [['vm', 'books', 'vmId=1', 'vmId=2'], /vmId takes one value, not 2/],
    [['vm', 'books', 'vmId-=1'], /vmId-= takes a value/],
  ])('%j is refused in words', async (args, complaint) => {
    const { status, err } = await type('create', ...args);
    expect([EXIT.usage, EXIT.notFound]).toContain(status);
    expect(err).toMatch(complaint);
    expect(written()).toEqual([]);
  });
});

describe('drvsctl set', () => {
  test('replaces, adds, removes and takes away', async () => {
    await type('set', 'vm', 'orders', 'MAXPROCS=300', 'label+=a=b', 'spansNode-=node1', 'drvsOwner=');
    expect(written()).toMatchObject([
      {
        operations: [
          {
            op: 'modify',
            dn: ORDERS,
            changes: [
              { op: 'replace', attribute: 'drvsMaxProcs', values: ['300'] },
              { op: 'add', attribute: 'drvsLabel', values: ['a=b'] },
              { op: 'delete', attribute: 'drvsSpansNode', values: [NODE1] },
              { op: 'replace', attribute: 'drvsOwner', values: [] },
            ],
          },
        ],
      },
    ]);
  });

  test('of a process that nobody wants there is refused', async () => {
    expect(await type('set', 'process', 'orders/stranger', 'procNr=3')).toMatchObject({
      status: EXIT.notFound,
      err: expect.stringMatching(/there is no process stranger/),
    });
  });
});

describe('drvsctl delete', () => {
  test('a VM goes with its processes, which go first', async () => {
    await type('delete', 'vm', 'orders', '--reason', 'moved');
    expect(written()).toMatchObject([
      {
        operations: [
          { op: 'delete', dn: `cn=server1,${ORDERS}` },
          { op: 'delete', dn: ORDERS },
        ],
        reason: 'moved',
      },
    ]);
  });

  test('a node is no longer spanned', async () => {
    await type('delete', 'node', 'node1');
    expect(written()).toMatchObject([
      {
        operations: [
          {
            op: 'modify',
            dn: ORDERS,
            changes: [{ op: 'delete', attribute: 'drvsSpansNode', values: [NODE1] }],
          },
          { op: 'delete', dn: NODE1 },
        ],
      },
    ]);
  });
});

describe('administrative states', () => {
  test.each([
    ['cordon', 'node1', NODE1, 'cordoned'],
    ['pause', 'node1', NODE1, 'paused'],
    ['disable', 'node1', NODE1, 'disabled'],
    ['stop', 'orders', ORDERS, 'stopped'],
  ])('%s %s writes its state and the reason', async (verb, name, dn, state) => {
    expect(await type(verb, name)).toMatchObject({
      status: EXIT.usage,
      err: expect.stringMatching(/needs a reason[^]*--reason/),
    });
    await type(verb, name, '--reason', 'a new disk');
    const changes = [
      { op: 'replace', attribute: 'drvsAdminState', values: [state] },
      { op: 'replace', attribute: 'drvsAdminReason', values: ['a new disk'] },
    ];
    expect(written()).toMatchObject([{ operations: [{ op: 'modify', dn, changes }], reason: 'a new disk' }]);
  });

  test.each([
    ['activate', 'node1', 'active'],
    ['start', 'orders', 'running'],
  ])('%s %s takes the reason away', async (verb, name, state) => {
    await type(verb, name);
    const changes = [
      { op: 'replace', attribute: 'drvsAdminState', values: [state] },
      { op: 'replace', attribute: 'drvsAdminReason', values: [] },
    ];
    expect(written()).toMatchObject([{ operations: [{ changes }] }]);
  });

  test('drain has a manager see it through, and says who is still there', async () => {
    operations = [
      operationView({ kind: 'drain', message: '2 process(es) still bound on node1: server1, client1' }),
      operationView({ kind: 'drain', state: 'done', progress: { total: 1, done: 1, failed: 0, underWay: 0 } }),
    ];
    const { status, err } = await type('drain', 'node1', '--reason', 'a new disk', '--timeout', '60');
    expect(status).toBe(EXIT.ok);
    expect(err).toMatch(
      /still bound on node1: server1, client1[^]*1\/1 done[^]*drain op-1 is done[^]*node1 is drained/,
    );
    const asked = manager.seen.find(({ method, path }) => method === 'POST' && path === 'operations')?.body;
    expect(asked).toEqual({ kind: 'drain', node: 'node1', limitSeconds: 60, force: false, reason: 'a new disk' });
  });

  test.each([
    ['create', 'vm', 'books', 'vmId=12'],
    ['set', 'vm', 'orders', 'description=x'],
    ['delete', 'vm', 'orders'],
    ['cordon', 'node1', '--reason', 'a new disk'],
    ['drain', 'node1', '--reason', 'a new disk'],
    ['stop', 'orders', '--reason', 'a new disk'],
  ])('%s as a dry run only shows its plan', async (...args) => {
    const { status, out, err } = await type(...args, '--dry-run');
    expect([status, out]).toEqual([EXIT.changes, expect.stringMatching(/cn=/)]);
    expect(err).toMatch(/the same command with --plan plan-1/);
    expect(begun()).toEqual([]);
  });

  test('a dry run of what changes nothing is 0, and begins nothing either', async () => {
    present = planView({ objects: [], nodes: [] });
    const drain = ['drain', 'node1', '--reason', 'a new disk'];
    expect((await type(...drain, '--dry-run')).status).toBe(EXIT.ok);
    expect(begun()).toEqual([]);
  });

  test('drain that somebody stays in fails with what to do', async () => {
    operations = [operationView({ kind: 'drain', state: 'failed', message: 'StillBound: server1' })];
    expect(await type('drain', 'node1', '--reason', 'a new disk')).toMatchObject({
      status: EXIT.refused,
      err: expect.stringMatching(/drain is failed: StillBound: server1[^]*drvsctl operations show op-1/),
    });
  });

  test('drain --no-wait does not follow it', async () => {
    operations = [operationView({ kind: 'drain' })];
    expect((await type('drain', 'node1', '--reason', 'a new disk', '--no-wait')).status).toBe(EXIT.ok);
    expect(manager.seen.some(({ path }) => path === 'operations/op-1')).toBe(false);
  });
});
