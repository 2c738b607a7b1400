// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from '@jest/globals';
import type { ActualProcess, Condition, ObjectResult } from '@drvs/contracts';
import type { ActualNode } from './actual.store.js';
import { isInSync, livenessOf, nodeState } from './node-view.rules.js';
import { processState } from './process-view.rules.js';
import { followerView } from './sync-state.store.js';
import { vmOnNode, vmState } from './vm-view.rules.js';

const actual = (part: Partial<ActualNode> = {}): ActualNode => ({
  nodeUuid: 'u',
  liveness: 'connected',
  livenessSince: new Date(0),
  lastSeen: new Date(0),
  replica: 'r',
  replicaAlive: true,
  bootId: null,
  agentVersion: null,
  appliedRevision: '1',
  appliedDigest: 'd',
  appliedInSync: true,
  results: [],
  status: null,
  vms: new Map(),
  processes: new Map(),
  conditions: [],
  ...part,
});
const condition = (type: string, status: Condition['status'] = 'true'): Condition => ({
  type,
  status,
  reason: 'R',
  message: 'm',
  since: '2026-01-01T00:00:00Z',
});
const result = (object: string, kind: ObjectResult['result'], message?: string): ObjectResult => ({
  object,
  result: kind,
  message,
});

describe('state of a node', () => {
  test.each<[string, ActualNode | undefined, Condition[], string]>([
    ['never heard', undefined, [], 'NeverSeen'],
    ['digest applied', actual(), [], 'InSync'],
    ['another digest', actual({ appliedDigest: 'old' }), [], 'Progressing'],
    ['the digest, but not all of it holds', actual({ appliedInSync: false }), [], 'Progressing'],
    ['something failed', actual({ results: [result('vm:1', 'failed')] }), [], 'Degraded'],
    ['a condition is true', actual(), [condition('ModuleMissing')], 'Degraded'],
    ['a condition is false', actual(), [condition('ModuleMissing', 'false')], 'InSync'],
    ['a VM made by hand', actual(), [condition('Unmanaged')], 'InSync'],
    ['silent', actual({ liveness: 'unknown' }), [condition('ModuleMissing')], 'Unknown'],
    ['its manager lost', actual({ replicaAlive: false }), [], 'Reconnecting'],
    ['its manager known to be lost', actual({ liveness: 'reconnecting' }), [], 'Reconnecting'],
  ])('%s', (_name, word, conditions, state) => {
    expect(nodeState(word, 'd', conditions)).toBe(state);
    expect(isInSync(word, 'd')).toBe(state === 'InSync' || (state === 'Degraded' && word?.appliedInSync === true));
  });
});

describe('state of a process', () => {
  const launched = { nr: 4, exec: ['/bin/x'] };
  const found = (part: Partial<ActualProcess>): ActualProcess => ({
    vmId: 1,
    nr: 4,
    name: 'x',
    state: 'bound',
    endpoint: 1,
    pid: 2,
    unit: null,
    activity: null,
    messagesSent: 0,
    bytesCopied: 0,
    ...part,
  });

  test.each<[string, ActualNode | undefined, ActualProcess | undefined, { nr: number; exec?: string[] }, string]>([
    ['its node never seen', undefined, undefined, launched, 'absent'],
    ['bound by the kernel’s word', actual(), found({}), launched, 'bound'],
    [
      'bound, while a later step failed',
      actual({ results: [result('process:1:4', 'failed')] }),
      found({}),
      launched,
      'bound',
    ],
    ['nothing of it there', actual(), undefined, launched, 'absent'],
    ['its step failed', actual({ results: [result('process:1:4', 'failed')] }), undefined, launched, 'failed'],
    ['its VM failed', actual({ results: [result('vm:1', 'failed')] }), undefined, launched, 'failed'],
    ['a neighbour failed', actual({ results: [result('process:1:5', 'failed')] }), undefined, launched, 'absent'],
    ['being started', actual({ results: [result('process:1:4', 'progressing')] }), undefined, launched, 'starting'],
    [
      'its slot being reserved',
      actual({ results: [result('process:1:4', 'progressing')] }),
      undefined,
      { nr: 4 },
      'admitting',
    ],
    [
      'reported absent, being started',
      actual({ results: [result('process:1:4', 'progressing')] }),
      found({ state: 'absent' }),
      launched,
      'starting',
    ],
  ])('%s', (_name, word, report, process, state) => {
    expect(processState(process, 1, word, report).state).toBe(state);
  });
});

describe('state of a VM', () => {
  const on = (state: string, stale = false) => ({ node: 'n', state, stale });

  test.each([
    ['up everywhere', 'running', [on('up'), on('up')], 'up'],
    ['up on some', 'running', [on('up'), on('absent')], 'partial'],
    ['up, one node unknown', 'running', [on('up'), on('up', true)], 'partial'],
    ['nowhere', 'running', [on('absent'), on('failed')], 'down'],
    ['stopped on purpose', 'stopped', [on('absent')], 'stopped'],
    ['stopping', 'stopped', [on('up'), on('absent')], 'partial'],
    ['all nodes unknown', 'running', [on('up', true), on('absent', true)], 'unknown'],
    ['spans nothing', 'running', [], 'down'],
  ] as const)('%s', (_name, adminState, parts, state) => {
    expect(vmState(adminState, parts)).toBe(state);
  });

  test('on a node that has never been seen it is unknown, on a lost one its last state is stale', () => {
    expect(vmOnNode(1, 'n', undefined)).toEqual({ node: 'n', state: 'unknown', stale: true });
    const lost = actual({
      liveness: 'unknown',
      vms: new Map([[1, { vmId: 1, name: 'v', state: 'up', managed: true }]]),
    });
    expect(livenessOf(lost)).toBe('unknown');
    expect(vmOnNode(1, 'n', lost)).toEqual({ node: 'n', state: 'up', stale: true });
  });
});

describe('state of the follower', () => {
  test('one that has fallen silent is not current, whatever it last said', () => {
    const said = { state: 'current', rung: 'refreshAndPersist', message: null } as const;

    expect(followerView({ ...said, stalenessSeconds: 3 })).toMatchObject({ state: 'current', stalenessSeconds: 3 });
    expect(followerView({ ...said, stalenessSeconds: 60 })).toMatchObject({ state: 'disconnected' });
    expect(followerView(undefined)).toMatchObject({ state: 'disconnected' });
  });
});
