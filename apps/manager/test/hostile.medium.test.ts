// SPDX-License-Identifier: Apache-2.0
// An agent that means harm, over TLS: it loses its own session, with a reason, and nobody else notices.
import { mkdtempSync, rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { LINK_CLOSE, nodeViewSchema, page, processViewSchema } from '@drvs/contracts';
import type { AppliedRef, ProcessView } from '@drvs/contracts';
import { createLogger } from '@drvs/manager/common/logger';
import { startManager } from '@drvs/manager/manager';
import type { RunningManager } from '@drvs/manager/manager';
import { makeCertificates } from '@drvs/testkit/certificates';
import { FakeAgent } from './fake-agent.js';
import type { AgentOptions } from './fake-agent.js';
import { Fixture, until } from './fixture.js';

const PASSWORDS = { node1: 'one-secret', node2: 'two-secret' };
/** Fewer than may wait for a hello, so that it is the rate that is met. */
const ROUND = 50;

describe('a hostile agent', () => {
  const directory = mkdtempSync('/tmp/drvs-hostile-');
  let ca: string;
  /** Its API, without TLS, tells what has become of the nodes. */
  let fixture: Fixture;
  /** Where the agents are. */
  let secure: RunningManager;
  let victim: FakeAgent;

  const processes = async (): Promise<readonly ProcessView[]> =>
    (await fixture.get('processes?vm=orders&node=node2', page(processViewSchema))).items;
  const options = (node: keyof typeof PASSWORDS): AgentOptions =>
    fixture.agentOptions(node, PASSWORDS[node], { url: `wss://${secure.addresses[0]}/agent/v1/lab`, ca });

  beforeAll(async () => {
    const certificates = makeCertificates(directory);
    ca = certificates.ca;
    fixture = await Fixture.start();
    const { slapd } = fixture;
    const nodes = Object.entries(PASSWORDS).map(([name, password], index) =>
      slapd.nodeEntry(name, index + 1, [`userPassword: ${password}`]),
    );
    await slapd.add([...nodes, slapd.vmEntry('orders', 3, ['node2']), slapd.vmEntry('mine', 4, ['node1'])].join('\n'));
    await slapd.add(slapd.processEntry('orders', 'db', 1, 'node2'));
    await until(
      'the process',
      () => processes(),
      ({ length }) => length === 1,
    );
    const tls = { cert: certificates.certFile, key: certificates.keyFile };
    secure = await startManager({ ...fixture.settings, tls }, createLogger('silent'));
    victim = await until(
      'a manager that lets agents in',
      () => FakeAgent.join(options('node2')),
      () => true,
    );
    victim.apply(await victim.next('desired', ({ document }) => document.vms[0]?.processes.length === 1));
  }, 60_000);
  afterAll(async () => {
    victim.close();
    await secure.stop();
    await fixture.close();
    rmSync(directory, { recursive: true, force: true });
  });

  const victimLives = async (): Promise<void> => {
    const from = victim.frames.length;
    victim.send({ type: 'ping', epoch: null, revision: null });
    await victim.next('pong', () => true, from);
    expect(victim.closeCode).toBeUndefined();
  };

  test('that sends without end is disconnected', async () => {
    const agent = await FakeAgent.join(options('node1'));
    await until(
      'the end of the flood',
      () => {
        for (let frame = 0; frame < ROUND; frame++) agent.send({ type: 'ping', epoch: null, revision: null });
        return agent.closeCode;
      },
      (code) => code !== undefined,
      30_000,
    );

    expect(agent.closeCode).toBe(LINK_CLOSE.tooMany);
    expect(await agent.next('refused')).toMatchObject({ code: 'TooManyFrames' });
    await victimLives();
  }, 40_000);

  test.each([
    ['brackets without end', '['.repeat(1_000_000)],
    ['objects in objects', `{"type":"ping","epoch":${'{"a":'.repeat(1_000)}1${'}'.repeat(1_000)},"revision":null}`],
  ])('that nests too deeply is disconnected: %s', async (_what, text) => {
    const agent = await FakeAgent.join(options('node1'));
    agent.sendRaw(text);

    expect(await agent.next('refused')).toMatchObject({ code: 'BadFrame', message: expect.stringMatching(/nested/) });
    expect(await agent.closed()).toBe(LINK_CLOSE.badFrame);
    await victimLives();
  });

  test('that sends more in one frame than fits is disconnected', async () => {
    const agent = await FakeAgent.join(options('node1'));
    agent.sendRaw(JSON.stringify({ type: 'resync', reason: 'x'.repeat(5 * 1024 * 1024) }));

    expect(await agent.closed()).toBe(1009);
    await victimLives();
  });

  test('that speaks of what runs on another node changes nothing there, and is shown none of it', async () => {
    const before = await fixture.get('nodes/node2', nodeViewSchema);
    const agent = await FakeAgent.join(options('node1'));
    const own = await agent.next('desired');
    const foreign = await victim.next('desired', ({ document }) => document.vms[0]?.processes.length === 1);
    agent.reportBound(foreign);
    agent.apply(foreign);
    agent.send({ type: 'event', events: [{ kind: 'unbind', at: '2026-01-01T00:00:00Z', vmId: 3, nr: 1 }] });
    const liar = await until(
      'the word of node1, that it is number 2',
      () => fixture.get('nodes/node1', nodeViewSchema),
      ({ kernelNodeId }) => kernelNodeId === foreign.document.node.nodeId,
    );

    expect(await processes()).toMatchObject([{ name: 'db', state: 'absent', pid: null, endpoint: null }]);
    expect({ ...(await fixture.get('nodes/node2', nodeViewSchema)), lastSeen: null }).toEqual({
      ...before,
      lastSeen: null,
    });
    expect(liar.inSync).toBe(false);
    expect(own.document.vms.map(({ name }) => name)).toEqual(['mine']);
    expect(own.document.peers).toEqual([]);
    expect(JSON.stringify(agent.frames)).not.toContain('orders');
    agent.close();
  }, 30_000);

  const claim = async (applied: AppliedRef): Promise<FakeAgent> => {
    const agent = await FakeAgent.open(options('node1'));
    agent.hello({ applied });
    return agent;
  };
  const reference = (counter: number, revision = '1'): AppliedRef => ({
    epoch: { counter, uuid: 'b7a9a6a8-6c1e-4a53-9d3a-4b9d0f3a8f11' },
    revision,
    digest: 'a'.repeat(64),
  });

  test('that claims an epoch beyond reason is refused, and the epoch stays', async () => {
    const { epoch } = await victim.next('welcome');
    for (const counter of [epoch.counter + 1_001, 2 ** 31, Number.MAX_SAFE_INTEGER]) {
      const agent = await claim(reference(counter));
      expect(await agent.next('refused')).toMatchObject({ code: 'EpochBeyondReason' });
      expect(await agent.closed()).toBe(LINK_CLOSE.unauthorised);
    }
    const agent = await claim(reference(1, '9'.repeat(30)));
    expect(await agent.next('refused')).toMatchObject({ code: 'BadFrame' });
    await victimLives();
    const { epoch: now } = await victim.next('pong', () => true, victim.frames.length - 1);
    expect(now).toEqual(epoch);
  });

  test('begins a few epochs in an hour at most', async () => {
    let { counter } = (await victim.next('welcome')).epoch;
    for (let rise = 0; rise < 3; rise++) {
      const agent = await claim(reference(counter + 1));
      const { epoch } = await agent.next('welcome');
      expect(epoch.counter).toBe(counter + 2);
      ({ counter } = epoch);
      agent.close();
      await agent.closed();
    }

    const agent = await claim(reference(counter + 1));

    expect(await agent.next('refused')).toMatchObject({ code: 'EpochBeyondReason' });
    const honest = await FakeAgent.join(options('node1'));
    expect((await honest.next('welcome')).epoch.counter).toBe(counter);
    honest.close();
  });
});
