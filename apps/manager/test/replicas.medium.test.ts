// SPDX-License-Identifier: Apache-2.0
// Two managers on one database: one follows, both serve, and either may go.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { LINK_CLOSE, encodeLinkCredentials, nodeViewSchema } from '@drvs/contracts';
import { createLogger } from '@drvs/manager/common/logger';
import { startManager } from '@drvs/manager/manager';
import type { RunningManager } from '@drvs/manager/manager';
import { FakeAgent } from './fake-agent.js';
import { Fixture, until } from './fixture.js';

const PASSWORD = 'node1-secret';

describe('two replicas', () => {
  let fixture: Fixture;
  let second: RunningManager;
  beforeAll(async () => {
    fixture = await Fixture.start();
    const { slapd } = fixture;
    await slapd.add(slapd.nodeEntry('node1', 1, [`userPassword: ${PASSWORD}`]));
    await slapd.add(slapd.vmEntry('orders', 3, ['node1']));
    await until(
      'node1',
      () => fixture.request('nodes/node1'),
      ({ status }) => status === 200,
    );
    second = await startManager(fixture.settings, createLogger('silent'));
  }, 60_000);
  afterAll(async () => {
    await second.stop();
    await fixture.close();
  });

  const agentOf = async (address: string): Promise<FakeAgent> => {
    const nodeDn = fixture.slapd.nodeDn('node1');
    const options = {
      url: `ws://${address}/agent/v1/lab`,
      authorization: encodeLinkCredentials({ dn: nodeDn, password: PASSWORD }),
      nodeDn,
    };
    return until(
      `welcome at ${address}`,
      () => FakeAgent.join(options),
      () => true,
      10_000,
    );
  };
  const hasProcess =
    (name: string) => (frame: { document: { vms: readonly { processes: readonly { name: string }[] }[] } }) =>
      frame.document.vms.some(({ processes }) => processes.some((process) => process.name === name));

  test('an agent at the one that does not follow gets every change, and its word is seen at the other', async () => {
    const address = second.addresses[0] ?? '';
    const agent = await agentOf(address);
    agent.apply(await agent.next('desired'));
    await fixture.slapd.add(fixture.slapd.processEntry('orders', 'first', 1, 'node1'));
    const desired = await agent.next('desired', hasProcess('first'));
    agent.reportBound(desired);
    agent.apply(desired);

    await until(
      'node1 to be in sync',
      () => fixture.get('nodes/node1', nodeViewSchema),
      ({ state }) => state === 'InSync',
    );

    const moved = await agentOf(fixture.address);
    expect(await agent.closed()).toBe(LINK_CLOSE.superseded);
    moved.apply(await moved.next('desired'));
    await until(
      'node1 to be in sync',
      () => fixture.get('nodes/node1', nodeViewSchema),
      ({ state }) => state === 'InSync',
    );
    moved.close();
  }, 60_000);

  test('when the one that follows goes, the other takes over', async () => {
    const agent = await agentOf(second.addresses[0] ?? '');
    agent.apply(await agent.next('desired'));
    const start = performance.now();
    await fixture.stopManager();
    await fixture.slapd.add(fixture.slapd.processEntry('orders', 'taken-over', 2, 'node1'));

    await agent.next('desired', hasProcess('taken-over'));

    expect(performance.now() - start).toBeLessThan(10_000);
    agent.close();
  }, 60_000);
});
