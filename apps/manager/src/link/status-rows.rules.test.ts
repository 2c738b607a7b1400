// SPDX-License-Identifier: Apache-2.0
import { expect, test } from '@jest/globals';
import type { ActualProcess, NodeStatus } from '@drvs/contracts';
import { statusRows } from './status-rows.rules.js';
import type { NodeReport } from './status-rows.rules.js';

const process = (nr: number, name: string): ActualProcess => ({
  vmId: 1,
  nr,
  name,
  state: 'bound',
  endpoint: 1,
  pid: 1,
  unit: null,
  activity: null,
  messagesSent: 0,
  bytesCopied: 0,
});
const status = (part: Partial<NodeStatus>): NodeStatus => ({
  nodeId: 1,
  nodeIdSource: 'directory',
  moduleLoaded: true,
  moduleVersion: '1',
  kernel: 'k',
  acting: 'manager',
  conditions: [],
  vms: [],
  processes: [],
  ...part,
});
const report = (nodeUuid: string, part: Partial<NodeReport> = {}): NodeReport => ({
  system: 'lab',
  nodeUuid,
  liveness: 'connected',
  lastSeen: 0,
  events: [],
  ...part,
});

test('an agent that lists one thing twice spoils nothing: the last one counts', () => {
  const rows = statusRows([report('a', { status: status({ processes: [process(1, 'x'), process(1, 'y')] }) })]);

  expect(rows.processes).toMatchObject([{ node_uuid: 'a', vm_id: 1, nr: 1, status: { name: 'y' } }]);
});

test('nodes come in one order, and only those with a status have their parts replaced', () => {
  const rows = statusRows([report('b', { status: status({}) }), report('a')]);

  expect(rows.nodes.map(({ node_uuid }) => node_uuid)).toEqual(['a', 'b']);
  expect(rows.reported).toEqual([{ system: 'lab', node_uuid: 'b' }]);
});

test('of the results of a turn only those that are not in sync are kept', () => {
  const applied = {
    revision: '3',
    digest: 'd',
    inSync: false,
    results: [
      { object: 'node', result: 'in-sync' },
      { object: 'vm:1', result: 'failed', message: 'm' },
    ],
  } as const;
  const rows = statusRows([report('a', { applied })]);

  expect(rows.nodes[0]).toMatchObject({ applied_digest: 'd', results: [{ object: 'vm:1' }] });
});
