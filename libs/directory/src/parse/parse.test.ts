// SPDX-License-Identifier: Apache-2.0
import type { Problem, Topology } from '@drvs/contracts';
import { describe, expect, test } from '@jest/globals';
import type { Entry } from '../entry.js';
import { BASE, edit, entry, node, nodeDn, process, rename, sample, system, vm, vmDn } from '../testing/sample.js';
import { PROBLEM_CODES } from './codes.js';
import { parse } from './parse.js';
import type { LoserName } from './types.js';

function run(entries: Iterable<Entry>, previous?: Topology, losers: LoserName[] = []) {
  return parse(entries, previous, { baseDn: BASE, losers });
}

function codes(problems: readonly Problem[]): string[] {
  return problems.map(({ dn, code }) => `${dn.split(',')[0]} ${code}`);
}

function names(topology: Topology): string[] {
  return topology.vms.flatMap((item) => [item.name, ...item.processes.map((member) => `${item.name}/${member.name}`)]);
}

const good = sample();
const { topology } = run(Object.values(good));
const ALL = names(topology);

/** Parses the sample with entries replaced (by key) or added, after the sample itself was in force. */
function after(changes: Record<string, Entry | undefined>, previous: Topology | 'none' = topology) {
  const entries = Object.values({ ...good, ...changes }).filter((item) => item !== undefined);
  return run(entries, previous === 'none' ? undefined : previous);
}

describe('a good directory', () => {
  test('gives every object and no problem', () => {
    const result = run(Object.values(good));
    expect(result.problems).toEqual([]);
    expect(result.losers).toEqual([]);
    expect(result.topology.nodes.map(({ name, nodeId }) => [name, nodeId])).toEqual([
      ['node1', 1],
      ['node2', 2],
      ['node3', 3],
    ]);
    expect(ALL).toEqual([
      ...['orders', 'orders/server1', 'orders/client1', 'orders/server2'],
      ...['billing', 'billing/ledger', 'billing/clerk'],
    ]);
    expect(result.topology.vms[0]?.processes[0]).toMatchObject({
      exec: ['/usr/bin/m3ipc', 'serve'],
      onNode: nodeDn('node1'),
      invalid: false,
    });
  });

  test('in any order of entries gives the same topology', () => {
    expect(run(Object.values(good).reverse()).topology).toEqual(topology);
  });

  test('DNs match however they are spelled', () => {
    const spelled = { server1: edit(good.server1!, { drvsOnNode: `CN=NODE1, OU=Nodes, ${BASE.toUpperCase()}` }) };
    expect(after(spelled).problems).toEqual([]);
  });

  test('parsing what is in force again changes nothing', () => {
    expect(run(Object.values(good), topology).topology).toEqual(topology);
  });
});

/** One bad value: what is changed, in which entry, and the one problem it must give. */
const BAD: [key: string, values: Record<string, string | string[] | undefined>, code: string][] = [
  ['node1', { drvsNodeId: undefined }, 'NodeIdMissing'],
  ['node1', { drvsNodeId: undefined, drvsNodeIdAuto: 'TRUE' }, 'NodeIdPending'],
  ['node1', { drvsNodeId: '1024' }, 'NodeIdInvalid'],
  ['node1', { drvsNodeId: '-1' }, 'NodeIdInvalid'],
  ['node1', { drvsNodeId: '1x' }, 'NodeIdInvalid'],
  ['node1', { drvsNodeId: ['1', '7'] }, 'AttributeNotSingle'],
  ['node1', { drvsAdminState: 'sleeping' }, 'AdminStateInvalid'],
  ['node1', { drvsAdminState: 'cordoned' }, 'AdminReasonMissing'],
  ['node1', { drvsAdminState: 'cordoned', drvsAdminReason: '  ' }, 'AdminReasonMissing'],
  ['orders', { drvsVmId: undefined }, 'AttributeMissing'],
  ['orders', { drvsVmId: '65536' }, 'VmIdInvalid'],
  ['orders', { drvsMaxProcs: '16001' }, 'VmLimitInvalid'],
  ['orders', { drvsMaxTasks: '251' }, 'VmLimitInvalid'],
  ['orders', { drvsMode: '0999' }, 'ModeInvalid'],
  ['orders', { drvsOwner: 'a b' }, 'OwnerInvalid'],
  ['orders', { drvsDefaultLevel: 'god' }, 'LevelInvalid'],
  ['orders', { drvsCopyPolicy: 'free' }, 'CopyPolicyInvalid'],
  ['orders', { drvsMessageAbi: 'v9' }, 'MessageAbiInvalid'],
  ['orders', { drvsAdminState: 'stopped' }, 'AdminReasonMissing'],
  ['server1', { drvsProcNr: '99999' }, 'ProcNrInvalid'],
  ['server1', { drvsProcNr: '-36' }, 'ProcNrInvalid'],
  ['server1', { drvsProcNr: undefined }, 'AttributeMissing'],
  ['server1', { drvsOnNode: 'node1' }, 'OnNodeInvalid'],
  ['server1', { drvsOnNode: nodeDn('ghost') }, 'OnNodeDangling'],
  ['server1', { drvsOnNode: nodeDn('node3') }, 'OnNodeNotSpanned'],
  ['server1', { drvsExec: 'not/absolute' }, 'ExecNotAbsolute'],
  ['server1', { drvsExec: "/bin/sh -c 'x" }, 'ExecUnparsable'],
  ['server1', { drvsUser: 'a b' }, 'UserInvalid'],
  ['server1', { drvsAdmitUser: 'drvs' }, 'LaunchOnly'],
  ['server1', { drvsEnvironment: '1A=b' }, 'EnvironmentInvalid'],
  ['server1', { drvsEnvironment: ['A=b', 'A=c'] }, 'EnvironmentInvalid'],
  ['server1', { drvsCredential: 'key:relative' }, 'CredentialInvalid'],
  ['server1', { drvsCredential: ['key:/a', 'key:/b'] }, 'CredentialInvalid'],
  ['server1', { drvsWorkingDirectory: '../x' }, 'WorkingDirectoryInvalid'],
  ['server1', { drvsRestart: 'sometimes' }, 'RestartInvalid'],
  ['server1', { drvsLevel: 'root' }, 'LevelInvalid'],
  ['server1', { drvsAllowedCall: 'fork' }, 'AllowedCallInvalid'],
  ['server1', { drvsAllowedPeer: 'A B' }, 'AllowedPeerInvalid'],
  ['server1', { drvsAfter: 'client1' }, 'AfterCycle'],
  ['system', { drvsSystemId: undefined }, 'AttributeMissing'],
  ['system', { drvsSystemId: 'lab' }, 'SystemIdInvalid'],
  ['system', { drvsSystemId: '00000000-0000-4000-8000-000000000000' }, 'SystemIdInvalid'],
  ['system', { drvsMaxNodes: '5000' }, 'SystemLimitInvalid'],
  ['system', { objectClass: 'organizationalUnit' }, 'SystemMissing'],
];

describe('an entry that becomes invalid', () => {
  test.each(BAD)('%s %j keeps its last valid version: %s', (key, values, code) => {
    const result = after({ [key]: edit(good[key]!, values) });
    expect(result.problems.map((problem) => problem.code)).toContain(code);
    expect(result.problems.filter(({ dn }) => dn === good[key]!.dn).some((p) => p.lastValidInForce)).toBe(true);
    expect(names(result.topology)).toEqual(ALL);
    const strip = (value: unknown): unknown =>
      JSON.parse(
        JSON.stringify(value, (name, member: unknown) => (['invalid', 'csn'].includes(name) ? undefined : member)),
      );
    expect(strip(result.topology)).toEqual(strip(topology));
  });

  test.each(BAD.filter(([key]) => key !== 'system'))('%s %j, new, is left out', (key, values) => {
    const result = after({ [key]: edit(good[key]!, values) }, 'none');
    const wanted = result.topology.nodes.length + names(result.topology).length;
    expect(wanted).toBeLessThan(3 + ALL.length);
    expect(result.problems.some((problem) => problem.lastValidInForce)).toBe(false);
  });

  test('stays in force through a second parse, until it is repaired', () => {
    const broken = { server1: edit(good.server1!, { drvsExec: '' }) };
    const first = after(broken);
    const second = after(broken, first.topology);
    expect(second.topology).toEqual(first.topology);
    expect(after({}, second.topology).topology).toEqual(topology);
  });

  test('keeps its last valid version under an invalid new name', () => {
    const result = after({ server1: rename(good.server1!, 'cn=Server One') });
    expect(codes(result.problems)).toContain('cn=Server One NameInvalid');
    expect(names(result.topology)).toEqual(ALL);
  });
});

/** Values that are left out while the rest of their entry goes on. */
describe('a bad part', () => {
  test.each([
    ['node1', { drvsLabel: ['rack=1', 'rack=2'] }, 'LabelInvalid'],
    ['node1', { drvsAddress: ['10.77.0.11', 'no such'] }, 'AddressInvalid'],
    ['node1', { drvsBearer: 'wifi' }, 'BearerInvalid'],
    ['node1', { drvsMachineId: 'x' }, 'MachineIdInvalid'],
    ['orders', { drvsSpansNode: [nodeDn('node1'), nodeDn('node2'), nodeDn('ghost')] }, 'SpanDangling'],
    ['orders', { drvsSpansNode: [nodeDn('node1'), nodeDn('node2'), 'ghost'] }, 'SpanInvalid'],
    ['client1', { drvsAfter: ['server1', 'ghost'] }, 'AfterDangling'],
    ['client1', { drvsAfter: ['server1', 'A B'] }, 'AfterInvalid'],
    ['system', { drvsManagerUrl: ['ftp://x', 'https://m:8443'] }, 'ManagerUrlInvalid'],
    ['system', { drvsManagerCa: 'no PEM' }, 'ManagerCaInvalid'],
  ])('of %s, %j, stops only itself: %s', (key, values, code) => {
    const result = after({ [key]: edit(good[key]!, values) }, 'none');
    expect(result.problems.map((problem) => problem.code)).toEqual([code]);
    expect(names(result.topology)).toEqual(ALL);
  });
});

describe('duplicates', () => {
  test('the holder of a nodeid keeps it, the newcomer is the problem', () => {
    const twin = node('node0', 1, {}, { createTimestamp: '19990101000000Z' });
    const result = after({ twin });
    expect(codes(result.problems)).toEqual(['cn=node0 NodeIdDuplicate']);
    expect(result.topology.nodes.map(({ name }) => name)).toEqual(['node1', 'node2', 'node3']);
    expect(result.losers).toMatchObject([{ dn: nodeDn('node0'), attribute: 'drvsNodeId', id: 1 }]);
  });

  test('without history the older entry wins', () => {
    const twin = node('node0', 1, {}, { createTimestamp: '19990101000000Z' });
    const result = after({ twin }, 'none');
    expect(codes(result.problems)).toContain('cn=node1 NodeIdDuplicate');
    expect(result.topology.nodes.map(({ name }) => name)).toEqual(['node0', 'node2', 'node3']);
  });

  test('the word of who knows precedence decides for a reader without history', () => {
    const twin = node('node0', 1, {}, { createTimestamp: '19990101000000Z' });
    const losers = [{ dn: nodeDn('node0'), attribute: 'drvsNodeId' }];
    const result = run([...Object.values(good), twin], undefined, losers);
    expect(result.topology.nodes.map(({ name }) => name)).toEqual(['node1', 'node2', 'node3']);
  });

  test('vmids and process numbers', () => {
    const result = after({ twin: vm('copy', 10, ['node1']), two: process('orders', 'second', 1, 'node2') });
    expect(codes(result.problems)).toEqual(['cn=copy VmIdDuplicate', 'cn=second ProcNrDuplicate']);
    expect(names(result.topology)).toEqual(ALL);
  });

  test('a VM edited into a conflict keeps its number', () => {
    const result = after({ billing: edit(good.billing!, { drvsVmId: '10' }) });
    expect(codes(result.problems)).toEqual(['cn=billing VmIdDuplicate']);
    expect(result.topology.vms.map(({ vmId, invalid }) => [vmId, invalid])).toEqual([
      [10, false],
      [20, true],
    ]);
  });

  test('the processes of a VM that lost name their VM', () => {
    const result = after({ twin: vm('copy', 10, ['node1']), lone: process('copy', 'lone', 1, 'node1') });
    expect(codes(result.problems)).toEqual(['cn=copy VmIdDuplicate', 'cn=lone ProcessVmUnusable']);
  });

  test('more VMs than drvsMaxVms: the newest are left out', () => {
    const result = after({ system: edit(good.system!, { drvsMaxVms: '2' }), third: vm('third', 1, ['node1']) });
    expect(codes(result.problems)).toEqual(['cn=third VmCountExceeded']);
  });
});

describe('references', () => {
  test('a deleted node takes its spans and the processes on it, nothing else', () => {
    const result = after({ node2: undefined });
    expect(names(result.topology)).toEqual(['orders', 'orders/server1', 'orders/client1', 'billing', 'billing/clerk']);
    expect(result.topology.vms.map(({ spans }) => spans)).toEqual([[nodeDn('node1')], [nodeDn('node3')]]);
    expect(new Set(result.problems.map((problem) => problem.code))).toEqual(
      new Set(['SpanDangling', 'OnNodeDangling']),
    );
  });

  test('a node no longer spanned takes its processes out of the VM', () => {
    const result = after({ orders: edit(good.orders!, { drvsSpansNode: nodeDn('node1') }) });
    expect(codes(result.problems)).toEqual(['cn=server2 OnNodeNotSpanned']);
    expect(names(result.topology)).not.toContain('orders/server2');
  });

  test('a circle: who closed it goes back, a new member is left out', () => {
    const closed = after({ server1: edit(good.server1!, { drvsAfter: 'client1' }) });
    expect(codes(closed.problems)).toEqual(['cn=client1 AfterCycle', 'cn=server1 AfterCycle']);
    expect(closed.topology.vms[0]?.processes.map(({ after: waits }) => waits)).toEqual([[], ['server1'], []]);
    const selfish = after({ lone: process('orders', 'lone', 9, 'node1', { drvsAfter: 'lone' }) });
    expect(codes(selfish.problems)).toEqual(['cn=lone AfterCycle']);
    expect(names(selfish.topology)).toEqual(ALL);
  });

  test('renaming a VM keeps its processes and their UUIDs', () => {
    const move = (member: Entry): Entry => ({ ...member, dn: member.dn.replace(vmDn('orders'), vmDn('sales')) });
    const changes = {
      orders: rename(good.orders!, 'cn=sales'),
      ...Object.fromEntries(['server1', 'client1', 'server2'].map((key) => [key, move(good[key]!)])),
    };
    const result = after(changes);
    expect(result.problems).toEqual([]);
    expect(result.topology.vms[0]).toMatchObject({ name: 'sales', uuid: good.orders!.uuid, vmId: 10 });
    expect(result.topology.vms[0]?.processes.map(({ uuid }) => uuid)).toEqual(
      topology.vms[0]?.processes.map(({ uuid }) => uuid),
    );
  });

  test('entries where their kind may not stand', () => {
    const result = after({
      stray: entry(`cn=stray,${BASE}`, { objectClass: 'drvsNode', cn: 'stray', drvsNodeId: '9' }),
      orphan: entry(`cn=orphan,ou=vms,${BASE}`, { objectClass: 'drvsProcess', cn: 'orphan', drvsProcNr: '1' }),
      second: { ...system(), dn: `ou=drvs2,${BASE}` },
    });
    expect(codes(result.problems).sort()).toEqual([
      'cn=orphan EntryMisplaced',
      'cn=stray EntryMisplaced',
      'ou=drvs2 EntryMisplaced',
    ]);
  });

  test('an entry deleted and added again keeps what it was', () => {
    const again = { ...edit(good.server1!, { drvsExec: 'broken' }), uuid: 'ffffffff-0000-4000-8000-000000000000' };
    const result = after({ server1: again });
    expect(result.topology.vms[0]?.processes[0]).toMatchObject({ uuid: again.uuid, invalid: true, nr: 1 });
  });
});

test('no entries at all give a problem of the system entry and an empty topology', () => {
  const result = run([]);
  expect(result.topology).toEqual({ nodes: [], vms: [] });
  expect(result.problems.map((problem) => problem.code)).toEqual(['SystemMissing']);
});

test('every problem names a known code, a sentence and a remedy', () => {
  for (const [key, values] of BAD) {
    for (const problem of after({ [key]: edit(good[key]!, values) }).problems) {
      expect(Object.keys(PROBLEM_CODES)).toContain(problem.code);
      expect(problem.message.length).toBeGreaterThan(20);
      expect(problem.remedy.length).toBeGreaterThan(5);
    }
  }
});
