// SPDX-License-Identifier: Apache-2.0
// The agent link as a stranger, a clone and a careless agent meet it.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { LINK_CLOSE, conditionViewSchema, encodeLinkCredentials, nodeViewSchema, page } from '@drvs/contracts';
import { FakeAgent, HandshakeRefused } from './fake-agent.js';
import type { AgentOptions } from './fake-agent.js';
import { Fixture, until } from './fixture.js';

const PASSWORDS = { node1: 'one-secret', node2: 'two-secret', node3: 'three-secret', node4: 'four-secret' };

describe('the agent link', () => {
  let fixture: Fixture;
  beforeAll(async () => {
    fixture = await Fixture.start();
    const { slapd } = fixture;
    const nodes = Object.entries(PASSWORDS).map(([name, password], index) =>
      slapd.nodeEntry(name, index + 1, [`userPassword: ${password}`]),
    );
    await slapd.add(nodes.join(''));
    await until(
      'the nodes',
      () => fixture.request('nodes/node4'),
      ({ status }) => status === 200,
    );
  }, 60_000);
  afterAll(() => fixture.close());

  const options = (node: keyof typeof PASSWORDS, part: Partial<AgentOptions> = {}): AgentOptions =>
    fixture.agentOptions(node, PASSWORDS[node], part);
  const refusal = async (part: AgentOptions): Promise<string> => {
    const answer = await FakeAgent.join(part).then(
      () => 'welcome',
      (error: unknown) => error,
    );
    return answer instanceof HandshakeRefused ? `${answer.status} ${answer.code}` : String(answer);
  };

  test('who does not prove to be a node is refused before a WebSocket exists', async () => {
    const { slapd } = fixture;
    const as = (dn: string, password: string): string => encodeLinkCredentials({ dn, password });
    const url = options('node1').url;

    expect(await refusal(options('node1', { authorization: as(slapd.nodeDn('node1'), 'wrong') }))).toBe(
      '401 InvalidCredentials',
    );
    expect(await refusal(options('node1', { authorization: as(slapd.nodeDn('node1'), '') }))).toBe('401 EmptyPassword');
    expect(await refusal(options('node1', { authorization: as(slapd.adminDn, slapd.adminPassword) }))).toBe(
      '401 NotANode',
    );
    expect(await refusal(options('node1', { authorization: 'Bearer unknown' }))).toBe('401 TokenInvalid');
    expect(await refusal(options('node1', { authorization: 'Digest x' }))).toBe('401 CredentialsMissing');
    expect(await refusal(options('node1', { url: url.replace('/lab', '/other') }))).toBe('404 SystemUnknown');
    expect(await refusal(options('node1', { url: url.replace('/agent/v1/', '/agent/') }))).toBe('404 NotFound');
  });

  test('failures are limited per node, and the right password of another node still works', async () => {
    const authorization = encodeLinkCredentials({ dn: fixture.slapd.nodeDn('node2'), password: 'wrong' });
    for (let attempt = 0; attempt < 5; attempt++) {
      expect(await refusal(options('node2', { authorization }))).toBe('401 InvalidCredentials');
    }

    expect(await refusal(options('node2', { authorization }))).toBe('429 TooManyFailures');
    expect(await refusal(options('node2'))).toBe('429 TooManyFailures');
    const other = await FakeAgent.join(options('node3'));
    other.close();
  });

  test('a session token opens the next session, on the same machine only', async () => {
    const first = await FakeAgent.join(options('node1'));
    const { sessionToken } = await first.next('welcome');
    first.close();
    await first.closed();
    const authorization = `Bearer ${sessionToken}`;

    const second = await FakeAgent.join(options('node1', { authorization }));
    expect((await second.next('welcome')).sessionToken).toBe(sessionToken);
    second.close();
    await second.closed();
    const clone = await FakeAgent.open(options('node1', { authorization, machineId: 'another' }));
    clone.hello();
    expect(await clone.next('refused')).toMatchObject({ code: 'TokenOfAnotherMachine' });
    expect(await clone.closed()).toBe(LINK_CLOSE.unauthorised);
  });

  test('a hello in the name of another node is refused', async () => {
    const agent = await FakeAgent.open(options('node1', { nodeDn: fixture.slapd.nodeDn('node3') }));
    agent.hello();

    expect(await agent.next('refused')).toMatchObject({ code: 'WrongNode' });
    expect(await agent.closed()).toBe(LINK_CLOSE.unauthorised);
  });

  test('frames that are none, and a first frame that is not hello, end that session and no other', async () => {
    const good = await FakeAgent.join(options('node3'));
    for (const frame of ['{', '{"type":"what"}', '{"type":"status","full":true}', Buffer.from([1, 2, 3])]) {
      const bad = await FakeAgent.join(options('node1'));
      bad.sendRaw(frame);
      expect(await bad.next('refused')).toMatchObject({ code: 'BadFrame' });
      expect(await bad.closed()).toBe(LINK_CLOSE.badFrame);
    }
    const early = await FakeAgent.open(options('node1'));
    early.send({ type: 'ping', epoch: null, revision: null });
    expect(await early.next('refused')).toMatchObject({ code: 'HelloExpected' });
    const old = await FakeAgent.open(options('node1'));
    old.hello({ linkVersions: [99] });
    expect(await old.closed()).toBe(LINK_CLOSE.versionMismatch);
    const huge = await FakeAgent.join(options('node1'));
    huge.sendRaw('x'.repeat(5 * 1024 * 1024));
    expect(await huge.closed()).toBe(1009);

    good.send({ type: 'ping', epoch: null, revision: null });
    await good.next('pong');
    good.close();
  });

  test('the same machine again takes over; another machine is a duplicate, and said to be one', async () => {
    const first = await FakeAgent.join(options('node1'));
    const second = await FakeAgent.join(options('node1'));
    expect(await first.closed()).toBe(LINK_CLOSE.superseded);

    const clone = await FakeAgent.open(options('node1', { machineId: 'clone' }));
    clone.hello();
    expect(await clone.next('refused')).toMatchObject({ code: 'DuplicateIdentity' });
    expect(await clone.closed()).toBe(LINK_CLOSE.duplicateIdentity);
    const { items } = await fixture.get('conditions', page(conditionViewSchema));
    expect(items).toMatchObject([
      { kind: 'node', name: 'node1', type: 'DuplicateIdentity', status: 'true', reason: 'TwoMachines' },
    ]);
    // What the second said of itself is written beside its session.
    await until(
      'node1 to be degraded',
      () => fixture.get('nodes/node1', nodeViewSchema),
      ({ state }) => state === 'Degraded',
    );

    second.send({ type: 'ping', epoch: null, revision: null });
    await second.next('pong');
    second.close();
    await second.closed();
    const again = await FakeAgent.join(options('node1'));
    expect((await fixture.get('conditions', page(conditionViewSchema))).items).toEqual([]);
    again.close();
  });

  test('while a document is unacknowledged, later ones replace each other', async () => {
    const { slapd } = fixture;
    const agent = await FakeAgent.join(options('node1'));
    const first = await agent.next('desired');
    for (let vmId = 100; vmId < 105; vmId++) await slapd.add(slapd.vmEntry(`vm${vmId}`, vmId, ['node1']));
    await until(
      'the VMs',
      () => fixture.request('vms/vm104'),
      ({ status }) => status === 200,
    );
    expect(agent.frames.filter(({ type }) => type === 'desired')).toHaveLength(1);

    agent.apply(first);

    const newest = await agent.next('desired', ({ document }) => document.vms.length === 5);
    expect(agent.frames.filter(({ type }) => type === 'desired')).toHaveLength(2);
    agent.apply(newest);
    agent.close();
  }, 30_000);

  test('an agent that has seen a later life of the counter starts a new epoch', async () => {
    const agent = await FakeAgent.join(options('node1'));
    const { epoch, revision } = await agent.next('welcome');
    agent.close();
    await agent.closed();
    const applied = {
      epoch: { counter: epoch.counter + 5, uuid: 'b7a9a6a8-6c1e-4a53-9d3a-4b9d0f3a8f11' },
      revision: '1',
      digest: 'a'.repeat(64),
    };

    const returned = await FakeAgent.open(options('node1'));
    returned.hello({ applied });

    const welcome = await returned.next('welcome');
    expect(welcome.epoch.counter).toBe(epoch.counter + 6);
    expect(BigInt(welcome.revision)).toBeGreaterThanOrEqual(BigInt(revision));
    expect((await returned.next('desired')).epoch).toEqual(welcome.epoch);
    returned.close();
  });

  test('a changed password ends the session of the old one; another change of the entry does not', async () => {
    const { slapd } = fixture;
    const agent = await FakeAgent.join(options('node3'));
    const from = agent.frames.length;
    const edit = (lines: string): Promise<void> =>
      slapd.modify(`dn: ${slapd.nodeDn('node3')}\nchangetype: modify\n${lines}\n`);
    await edit('replace: drvsAddress\ndrvsAddress: 10.0.0.3');
    await until(
      'the address',
      () => fixture.get('nodes/node3', nodeViewSchema),
      ({ addresses }) => addresses.length === 1,
    );
    await agent.next('ping', () => true, from);
    expect(agent.closeCode).toBeUndefined();

    await edit('replace: userPassword\nuserPassword: changed');

    expect(await agent.next('refused')).toMatchObject({ code: 'CredentialsChanged' });
    expect(await agent.closed()).toBe(LINK_CLOSE.unauthorised);
    const token = (await agent.next('welcome')).sessionToken;
    expect(await refusal(options('node3', { authorization: `Bearer ${token}` }))).toBe('401 TokenInvalid');
    const back = await FakeAgent.join(fixture.agentOptions('node3', 'changed'));
    back.close();
  }, 30_000);

  test('a disabled node gets its last document before its session ends, a deleted one comes no more', async () => {
    const { slapd } = fixture;
    const agent = await FakeAgent.join(fixture.agentOptions('node3', 'changed'));
    agent.apply(await agent.next('desired'));
    await slapd.modify(
      `dn: ${slapd.nodeDn('node3')}\nchangetype: modify\nreplace: drvsAdminState\ndrvsAdminState: disabled\n-\n` +
        `replace: drvsAdminReason\ndrvsAdminReason: test\n`,
    );
    const last = await agent.next('desired', ({ document }) => document.node.adminState === 'disabled');
    expect(agent.closeCode).toBeUndefined();
    agent.apply(last);
    expect(await agent.next('refused')).toMatchObject({ code: 'NodeDisabled' });
    await agent.closed();
    expect(await refusal(fixture.agentOptions('node3', 'changed'))).toBe('403 NodeDisabled');

    const other = await FakeAgent.join(options('node1'));
    await slapd.delete(slapd.nodeDn('node3'));
    await until(
      'node3 to be gone',
      () => fixture.request('nodes/node3'),
      ({ status }) => status === 404,
    );
    other.send({ type: 'ping', epoch: null, revision: null });
    await other.next('pong');
    expect(await refusal(fixture.agentOptions('node3', 'changed'))).toBe('401 NotANode');
    other.close();
  }, 30_000);

  test('the session of a deleted node ends, and its token with it', async () => {
    const { slapd } = fixture;
    const agent = await FakeAgent.join(options('node4'));
    const { sessionToken } = await agent.next('welcome');

    await slapd.delete(slapd.nodeDn('node4'));

    expect(await agent.next('refused')).toMatchObject({ code: 'NodeGone' });
    expect(await agent.closed()).toBe(LINK_CLOSE.unauthorised);
    expect(await refusal(options('node4', { authorization: `Bearer ${sessionToken}` }))).toBe('401 TokenInvalid');
  });
});
