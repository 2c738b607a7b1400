// SPDX-License-Identifier: Apache-2.0
// No single mistake empties the cluster: held, shown, confirmed, refused.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { heldConflictSchema, heldOutcomeSchema, heldViewSchema, topologyViewSchema } from '@drvs/contracts';
import type { HeldView } from '@drvs/contracts';
import { withDatabase } from '@drvs/manager/database/one-shot';
import type { FakeAgent } from './fake-agent.js';
import { Fixture, until } from './fixture.js';

const PASSWORD = 'node1-secret';
const VMS = [1, 2, 3, 4, 5];

describe('the guard', () => {
  let fixture: Fixture;
  let agent: FakeAgent;
  beforeAll(async () => {
    fixture = await Fixture.start();
    const { slapd } = fixture;
    await slapd.add(slapd.nodeEntry('node1', 1, [`userPassword: ${PASSWORD}`]) + slapd.nodeEntry('node2', 2));
    await slapd.add(
      VMS.map(
        (id) => slapd.vmEntry(`vm${id}`, id, ['node1']) + slapd.processEntry(`vm${id}`, 'server', 1, 'node1'),
      ).join(''),
    );
    agent = await fixture.join('node1', PASSWORD);
    const desired = await agent.next('desired', ({ document }) => document.vms.length === VMS.length);
    agent.reportBound(desired);
    agent.apply(desired);
    await until(
      'all to be bound',
      () => fixture.get('topology', topologyViewSchema),
      ({ vms }) => vms.length === VMS.length && vms.every(({ processes }) => processes[0]?.state === 'bound'),
    );
  }, 60_000);
  afterAll(async () => {
    agent.close();
    await fixture.close();
  });

  const metrics = async (): Promise<string> => (await fetch(`http://${fixture.address}/metrics`)).text();
  const held = (): Promise<HeldView> => fixture.get('held', heldViewSchema);

  test('all VMs deleted: held, nothing ends, and it outlives a restart of the manager', async () => {
    const before = agent.frames.length;
    await fixture.slapd.delete(`ou=vms,${fixture.slapd.base}`, { recursive: true });

    const view = await until('everything to be held', held, ({ effects }) => effects.processesEnded === VMS.length);
    expect(view.hash).not.toBe('');
    expect(view.reason).toMatch(/./);
    expect(view.items.flatMap(({ bound }) => bound.map(({ vm, name, node }) => `${vm}/${name}@${node}`))).toEqual(
      expect.arrayContaining(VMS.map((id) => `vm${id}/server@node1`)),
    );
    const topology = await until(
      'the topology to show it',
      () => fixture.get('topology', topologyViewSchema),
      ({ vms }) => vms.every((vm) => vm.held && vm.processes[0]?.state === 'bound'),
    );
    expect(topology.held).toBe(view.items.length);
    expect(agent.frames.slice(before).filter(({ type }) => type === 'desired')).toEqual([]);

    await fixture.stopManager();
    await fixture.startManager();
    const after = await until('the held set after a restart', held, ({ items }) => items.length > 0);
    expect(after.hash).toBe(view.hash);
    agent = await fixture.join('node1', PASSWORD);
    expect((await agent.next('desired')).document.vms).toHaveLength(VMS.length);
  }, 60_000);

  test('a decision about another set is refused with the present one', async () => {
    const answer = await fixture.post('held/confirm', { hash: 'a'.repeat(64) });

    expect(answer.status).toBe(409);
    const conflict = heldConflictSchema.parse(answer.body);
    expect(conflict.code).toBe('HeldSetChanged');
    expect(conflict.current).toEqual(await held());
    expect((await fixture.post('held/confirm', {})).status).toBe(400);
    const viewer = await fixture.newToken('viewer');
    const denied = await fixture.request('held/confirm', { method: 'POST', body: '{"hash":"x"}', token: viewer });
    expect(denied).toMatchObject({ status: 403, body: { code: 'RoleInsufficient' } });
  }, 60_000);

  test('another replica that has no cookie and reads everything finds the same set', async () => {
    const before = await held();
    const first = fixture.manager;
    await fixture.startManager();
    await withDatabase(fixture.databaseUrl, (manager) => manager.query(`UPDATE sync_state SET cookie = 'damaged'`));
    await first?.stop();
    agent = await fixture.join('node1', PASSWORD);
    await until('the second replica to follow', metrics, (text) =>
      /^drvs_manager_follower\{system="lab"\} 1$/m.test(text),
    );
    await until('all of it read', metrics, (text) => /^drvs_manager_batches_total\{system="lab"\} [1-9]/m.test(text));
    expect(await held()).toEqual(before);
    expect((await agent.next('desired')).document.vms).toHaveLength(VMS.length);
  }, 60_000);

  test('what has grown since it was looked at is not confirmed: 409, and the set as it is now', async () => {
    const seen = await held();
    await fixture.slapd.delete(`ou=nodes,${fixture.slapd.base}`, { recursive: true });
    const grown = await until('the nodes to be held too', held, ({ effects }) => effects.nodesRemoved === 2);

    const answer = await fixture.post('held/confirm', { hash: seen.hash });

    expect(answer.status).toBe(409);
    expect(heldConflictSchema.parse(answer.body)).toMatchObject({ code: 'HeldSetChanged', current: grown });
    expect(grown.since).toBe(seen.since);
    expect((await held()).hash).toBe(grown.hash);
    expect(agent.frames.filter(({ type }) => type === 'desired')).toHaveLength(1);
  }, 60_000);

  test('refusing brings the entries back, and everything goes on under its new entries', async () => {
    const { hash } = await held();

    const answer = await fixture.post('held/refuse', { hash, reason: 'a slip' });

    expect(answer).toMatchObject({ status: 200, body: { decision: 'refused' } });
    heldOutcomeSchema.parse(answer.body);
    await until('nothing to be held', held, ({ items }) => items.length === 0);
    // The topology is told from memory, which hears of the decision a moment after it is stored.
    const topology = await until(
      'no VM to be held',
      () => fixture.get('topology', topologyViewSchema),
      ({ vms }) => vms.every(({ held: isHeld }) => !isHeld),
    );
    expect(topology.vms.map(({ name }) => name)).toEqual(VMS.map((id) => `vm${id}`));
    expect(topology.vms.every(({ processes }) => processes[0]?.state === 'bound')).toBe(true);
    const found = await fixture.slapd.tool('ldapsearch', [
      '-LLL',
      '-b',
      `ou=vms,${fixture.slapd.base}`,
      '(objectClass=drvsProcess)',
      'dn',
    ]);
    expect(found.match(/^dn:/gm)).toHaveLength(VMS.length);
    expect(agent.frames.filter(({ type }) => type === 'desired')).toHaveLength(1);
  }, 60_000);

  test('all VMs moved out of the base are held as if deleted; confirming ends them', async () => {
    agent.apply(await agent.next('desired'));
    const { slapd } = fixture;
    await slapd.tool('ldapmodrdn', ['-r', '-s', slapd.suffix, `ou=vms,${slapd.base}`, 'ou=vms']);
    const { hash } = await until('everything to be held', held, ({ effects }) => effects.processesEnded === VMS.length);

    const answer = await fixture.post('held/confirm', { hash });

    expect(answer).toMatchObject({ status: 200, body: { decision: 'confirmed' } });
    await agent.next('desired', ({ document }) => document.vms.length === 0);
    expect(await held()).toMatchObject({ items: [], hash: '' });
    expect(await fixture.post('held/confirm', { hash })).toMatchObject({ status: 409, body: { code: 'NothingHeld' } });
  }, 60_000);
});
