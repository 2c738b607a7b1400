// SPDX-License-Identifier: Apache-2.0
// From a change of the directory to the document on a WebSocket, and what people then see.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  nodeViewSchema,
  page,
  problemViewSchema,
  processViewSchema,
  revisionViewSchema,
  topologyViewSchema,
  vmViewSchema,
} from '@drvs/contracts';
import { Fixture, until } from './fixture.js';

const PASSWORD = 'node1-secret';

describe('following the directory', () => {
  let fixture: Fixture;
  beforeAll(async () => {
    fixture = await Fixture.start({ checks: false });
    const { slapd } = fixture;
    await slapd.add(slapd.nodeEntry('node1', 1, [`userPassword: ${PASSWORD}`]) + slapd.nodeEntry('node2', 2));
    await slapd.add(
      slapd.vmEntry('orders', 3, ['node1', 'node2']) + slapd.processEntry('orders', 'server', 1, 'node1'),
    );
  }, 60_000);
  afterAll(() => fixture.close());

  test('an agent gets its document, and its word is what people see', async () => {
    // Before that, the first document could be one without the VM, and no other comes until it is acknowledged.
    await until(
      'the VM orders with its process',
      () => fixture.request('processes?vm=orders'),
      ({ body }) => page(processViewSchema).safeParse(body).data?.items.length === 1,
    );
    const agent = await fixture.join('node1', PASSWORD);
    const desired = await agent.next('desired', ({ document }) => document.vms.length === 1);
    expect(desired.document.node).toMatchObject({ name: 'node1', nodeId: 1 });
    expect(desired.document.vms[0]?.processes.map(({ name }) => name)).toEqual(['server']);

    agent.reportBound(desired);
    agent.apply(desired);

    const view = await until(
      'node1 to be in sync',
      () => fixture.get('topology', topologyViewSchema),
      ({ nodes }) => nodes[0]?.state === 'InSync',
    );
    expect(view.nodes.map(({ name, state }) => `${name} ${state}`)).toEqual(['node1 InSync', 'node2 NeverSeen']);
    expect(view.vms[0]).toMatchObject({ name: 'orders', state: 'partial' });
    expect(view.vms[0]?.processes[0]).toMatchObject({
      name: 'server',
      state: 'bound',
      endpoint: 32_769,
      pid: 1001,
      stale: false,
    });
    agent.close();
  }, 60_000);

  test('a change of the directory is a revision, and on the wire within a second', async () => {
    const { slapd } = fixture;
    const agent = await fixture.join('node1', PASSWORD);
    agent.apply(await agent.next('desired'));
    const times: number[] = [];
    for (const nr of [10, 11, 12, 13, 14]) {
      const from = agent.frames.length;
      await slapd.add(slapd.processEntry('orders', `extra${nr}`, nr, 'node1'));
      const start = performance.now();
      const has =
        (name: string) => (frame: { document: { vms: readonly { processes: readonly { name: string }[] }[] } }) =>
          frame.document.vms.some(({ processes }) => processes.some((process) => process.name === name));
      const desired = await agent.next('desired', has(`extra${nr}`), from);
      times.push(performance.now() - start);
      agent.apply(desired);
    }
    expect(Math.max(...times)).toBeLessThan(1000);

    const { items } = await fixture.get('revisions?limit=1', page(revisionViewSchema));
    expect(items[0]).toMatchObject({ cause: 'directory', author: slapd.adminDn });
    expect(items[0]?.changes).toMatchObject([{ kind: 'process', op: 'add', before: null }]);
    agent.close();
  }, 60_000);

  test('an unparsable record is a problem of its own, and everything else proceeds', async () => {
    const { slapd } = fixture;
    await slapd.add(
      slapd.processEntry('orders', 'bad', 9999, 'node1', ['drvsExec: not/absolute']) +
        slapd.nodeEntry('twin', 1) +
        slapd.vmEntry('billing', 4, ['node2', 'nowhere']) +
        slapd.processEntry('billing', 'ledger', 1, 'node2'),
    );

    const billing = await until(
      'the VM billing',
      () => fixture.request('vms/billing'),
      ({ status }) => status === 200,
    );
    expect(vmViewSchema.parse(billing.body).processes.map(({ name }) => name)).toEqual(['ledger']);
    const problems = await until(
      'three problems',
      () => fixture.get('problems', page(problemViewSchema)),
      ({ items }) => new Set(items.map(({ dn }) => dn)).size >= 3,
    );
    const dns = problems.items.map(({ dn }) => dn.split(',')[0]);
    expect(dns).toEqual(expect.arrayContaining(['cn=bad', 'cn=twin', 'cn=billing']));
    expect(problems.items.every(({ remedy, message }) => remedy !== '' && message !== '')).toBe(true);
    const nodes = await fixture.get('nodes', page(nodeViewSchema));
    expect(nodes.items.map(({ name }) => name)).toEqual(['node1', 'node2']);
  }, 60_000);
});
