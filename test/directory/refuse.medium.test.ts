// SPDX-License-Identifier: Apache-2.0
// A mass deletion in a real directory is held, and refusing it brings everything back with the manager's own rights.
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { DEFAULT_GUARD, type Topology } from '@drvs/contracts';
import { type HeldChange, judge, openDirectory, parse, planRefuse, storeEntry, type Verdict } from '@drvs/directory';
import { startSlapd, type TestSlapd } from '../support/slapd.js';
import { Follower } from './follower.js';

jest.setTimeout(30_000);

let slapd: TestSlapd;
let follower: Follower;
/** What the manager would have in force. */
let inForce: Topology;
let held: readonly HeldChange[];

beforeEach(async () => {
  slapd = await startSlapd();
  await slapd.add(
    slapd.nodeEntry('node1', 1, ['userPassword: one', 'serialNumber: ok']) +
      slapd.nodeEntry('node2', 2) +
      slapd.vmEntry('orders', 10, ['node1', 'node2'], ['description:: Z3LDtsOfZXI=']) +
      slapd.processEntry('orders', 'server', 1, 'node1', [
        "drvsExec: /bin/sh -c 'exec sleep 9'",
        'drvsEnvironment: A=b',
      ]) +
      slapd.processEntry('orders', 'client', 2, 'node2'),
  );
  follower = new Follower(slapd).start();
  await follower.current();
  inForce = parse(follower.store.entries(), undefined, { baseDn: slapd.base }).topology;
  held = [];
});

afterEach(async () => {
  await follower.stop();
  await slapd.close();
});

/** The judgement of what the directory says now, with every process bound. */
function judgement(lineages: ReadonlyMap<string, readonly ReturnType<typeof storeEntry>[]>): Verdict {
  const processes = inForce.vms.flatMap((vm) => vm.processes.map(({ nr }) => `${vm.vmId}/${nr}`));
  const verdict = judge({
    now: Date.now(),
    limits: DEFAULT_GUARD,
    previous: inForce,
    next: parse(follower.store.entries(), inForce, { baseDn: slapd.base }).topology,
    bound: new Map(processes.map((key) => [key, 0])),
    since: new Map(),
    recent: [],
    held,
    entriesOf: (uuid) => lineages.get(uuid) ?? [],
    exists: (uuid) => follower.store.get(uuid) !== undefined,
  });
  inForce = verdict.effective;
  held = verdict.held;
  return verdict;
}

function lineages(): Map<string, ReturnType<typeof storeEntry>[]> {
  const { store } = follower;
  return new Map([...store.entries()].map(({ uuid }) => [uuid, store.lineage(uuid).map(storeEntry)]));
}

/** The directory's content as people see it, without what the server makes. */
function content(): unknown {
  const entries = [...follower.store.entries()].sort((a, b) => (a.dn < b.dn ? -1 : 1));
  return entries.map(({ dn, attributes, binary }) => ({ dn, attributes, binary }));
}

async function refuse(): Promise<ReturnType<typeof planRefuse>> {
  const plan = planRefuse(held, [...follower.store.entries()].map(storeEntry));
  const manager = openDirectory({
    urls: [slapd.url],
    bindDn: slapd.managerDn,
    password: () => slapd.managerPassword,
  });
  for (const operation of plan.operations) await manager.write(operation);
  await manager.close();
  return plan;
}

describe('a mass deletion', () => {
  test('of all VMs is held and comes back, value for value', async () => {
    const before = { entries: lineages(), content: content(), topology: inForce };
    await slapd.delete(`ou=vms,${slapd.base}`, { recursive: true });
    await follower.until('it is seen', () => !follower.names().includes('ou=vms'));
    const verdict = judgement(before.entries);
    expect(verdict.held).toHaveLength(3);
    expect(verdict.effective).toEqual(before.topology);
    const plan = await refuse();
    expect(plan.dns).toHaveLength(4);
    await follower.until('all is back', () => follower.names().length === 8);
    expect(content()).toEqual(before.content);
    const after = judgement(new Map());
    expect(after.held).toEqual([]);
    expect(after.applied).toEqual([]);
    expect(after.adopted).toHaveLength(3);
    expect(after.effective.vms[0]?.processes).toHaveLength(2);
  });

  test('of everything comes back but for passwords, which are named', async () => {
    const before = { entries: lineages(), content: content() };
    await slapd.delete(`ou=nodes,${slapd.base}`, { recursive: true });
    await slapd.delete(`ou=vms,${slapd.base}`, { recursive: true });
    await follower.until('it is seen', () => follower.names().length === 1);
    judgement(before.entries);
    const plan = await refuse();
    expect([...plan.passwordsLost].sort()).toEqual([slapd.nodeDn('node1'), slapd.nodeDn('node2')]);
    await follower.until('all is back', () => follower.names().length === 8);
    expect(content()).toEqual(before.content);
    expect(judgement(new Map()).held).toEqual([]);
  });
});

test('changes that would end everything are taken back', async () => {
  const before = { entries: lineages(), content: content() };
  const stop = 'replace: drvsAdminState\ndrvsAdminState: stopped\n-\nadd: drvsAdminReason\ndrvsAdminReason: oops\n';
  await slapd.modify(`dn: ${slapd.vmDn('orders')}\nchangetype: modify\n${stop}`);
  await follower.until('it is seen', () => follower.find('cn=orders')!.attributes.has('drvsadminstate'));
  expect(judgement(before.entries).held.map(({ change, name }) => [change, name])).toEqual([['modify', 'orders']]);
  expect(inForce.vms[0]?.adminState).toBe('running');
  await refuse();
  await follower.until('it is as it was', () => !follower.find('cn=orders')!.attributes.has('drvsadminstate'));
  expect(content()).toEqual(before.content);
  expect(judgement(new Map()).held).toEqual([]);
});
