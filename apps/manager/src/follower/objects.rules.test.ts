// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from '@jest/globals';
import type { DesiredNode, DesiredProcess, DesiredVm, Topology } from '@drvs/contracts';
import type { HeldChange } from '@drvs/directory';
import { diffObjects, existenceKeys, flatten, touchedObjects } from './objects.rules.js';

const node = (uuid: string, nodeId: number, part: Partial<DesiredNode> = {}): DesiredNode => ({
  uuid,
  dn: `cn=${uuid},ou=nodes`,
  csn: '1',
  invalid: false,
  name: uuid,
  nodeId,
  addresses: [],
  bearers: [],
  adminState: 'active',
  labels: {},
  ...part,
});
const process = (uuid: string, nr: number, part: Partial<DesiredProcess> = {}): DesiredProcess => ({
  uuid,
  dn: `cn=${uuid},cn=vm,ou=vms`,
  invalid: false,
  name: uuid,
  nr,
  onNode: 'cn=n1,ou=nodes',
  environment: {},
  credentials: [],
  restart: 'no',
  allowedCalls: [],
  allowedPeers: [],
  after: [],
  ...part,
});
const vm = (
  uuid: string,
  vmId: number,
  processes: DesiredProcess[] = [],
  part: Partial<DesiredVm> = {},
): DesiredVm => ({
  uuid,
  dn: `cn=${uuid},ou=vms`,
  invalid: false,
  name: uuid,
  vmId,
  spans: ['cn=n1,ou=nodes'],
  procs: 221,
  tasks: 35,
  mode: 0o700,
  defaultLevel: 'user',
  copyPolicy: 'consent',
  messageAbi: 'native',
  adminState: 'running',
  labels: {},
  processes,
  ...part,
});
const topology = (nodes: DesiredNode[], vms: DesiredVm[] = []): Topology => ({ nodes, vms });
const ops = (
  before: Topology,
  after: Topology,
  held: readonly HeldChange[] = [],
  wasHeld: readonly HeldChange[] = [],
): string[] => diffObjects(flatten(before, wasHeld), flatten(after, held), []).map(({ op, uuid }) => `${op} ${uuid}`);

describe('what changed between two topologies', () => {
  test('added, deleted with children first, modified and renamed objects are told apart', () => {
    const before = topology([node('n1', 1), node('n2', 2)], [vm('v1', 1, [process('p1', 1)])]);
    const after = topology([
      node('n1', 1, { addresses: ['a'] }),
      node('n2', 2, { dn: 'cn=x,ou=nodes', name: 'x' }),
      node('n3', 3),
    ]);

    expect(ops(before, after)).toEqual(['modify n1', 'rename n2', 'add n3', 'delete p1', 'delete v1']);
  });

  test('a VM that comes back under another entryUUID takes its processes along, so that no reader loses them', () => {
    const before = flatten(topology([], [vm('v1', 1, [process('p1', 1)])]), []);
    const after = flatten(topology([], [vm('v2', 1, [process('p1', 1)], { dn: 'cn=v1,ou=vms', name: 'v1' })]), []);

    const changes = diffObjects(before, after, [{ kind: 'vm', dn: 'cn=v1,ou=vms', oldUuid: 'v1', newUuid: 'v2' }]);

    expect(changes.map(({ op, uuid }) => `${op} ${uuid}`)).toEqual(['release v1', 'modify p1']);
    expect(changes[1]?.after).toMatchObject({ vmUuid: 'v2' });
  });

  test('an entry that was touched and says the same is no change, only a new entryCSN', () => {
    const before = flatten(topology([node('n1', 1)]), []);
    const after = flatten(topology([node('n1', 1, { csn: '2', adminReason: undefined })]), []);

    expect(diffObjects(before, after, [])).toEqual([]);
    expect(touchedObjects(before, after).map(({ desired }) => desired.csn)).toEqual(['2']);
  });

  test('holding and releasing are changes, of the container too', () => {
    const place = topology([node('n1', 1)], [vm('v1', 1, [process('p1', 1)])]);
    const held = [{ kind: 'process', uuid: 'p1', vmUuid: 'v1' } as HeldChange];

    expect(ops(place, place, held)).toEqual(['hold v1', 'hold p1']);
    expect(ops(place, place, [], held)).toEqual(['release v1', 'release p1']);
  });

  test('an adopted object goes on under its new entryUUID', () => {
    const before = flatten(topology([node('n1', 1)]), []);
    const after = flatten(topology([node('n1', 1, { uuid: 'new' })]), []);
    const adopted = [{ kind: 'node', dn: 'cn=n1,ou=nodes', oldUuid: 'n1', newUuid: 'new' } as const];

    expect(diffObjects(before, after, adopted).map(({ op, uuid }) => `${op} ${uuid}`)).toEqual(['release n1']);
  });

  test('existence is of nodes and of placements on known nodes', () => {
    const place = topology([node('n1', 7)], [vm('v1', 3, [], { spans: ['cn=n1,ou=nodes', 'cn=gone,ou=nodes'] })]);

    expect([...existenceKeys(place)]).toEqual(['7', '3@7']);
  });
});
