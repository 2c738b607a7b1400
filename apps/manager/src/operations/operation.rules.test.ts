// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from '@jest/globals';
import { operationRequestSchema, type OperationRequest } from '@drvs/contracts';
import { RESTART_LIMIT_MS, advance, type OperationFact, type TargetFact } from './operation.rules.js';

const spec = (request: OperationRequest) => operationRequestSchema.parse(request);
const target = (position: number, more: Partial<TargetFact> = {}): TargetFact => ({
  ...{ position, state: 'waiting', process: `orders/p${position}`, node: 'node1', pid: null, boundPid: 100 + position },
  ...{ askedAt: null, message: null, boundOnNode: 0, boundNames: 'a, b', stillBound: false, adminState: 'active' },
  ...more,
});
const asked = (position: number, more: Partial<TargetFact> = {}): TargetFact =>
  target(position, { state: 'accepted', pid: 100 + position, askedAt: 0, ...more });
const states = (fact: OperationFact, now = 1_000) => {
  const { targets, ...rest } = advance(fact, now);
  return { ...rest, targets: targets.map(({ position, state }) => `${position} ${state}`) };
};

describe('a rolling restart', () => {
  const rolling = spec({ kind: 'restart', vm: 'orders', batch: 2, pauseSeconds: 10, maxFailures: 1, reason: 'x' });
  const of = (targets: TargetFact[], restUntil: number | null = null): OperationFact => ({
    spec: rolling,
    targets,
    restUntil,
  });

  test('takes as many at once as a batch has, and no other while one of them is not bound anew', () => {
    expect(states(of([target(0), target(1), target(2)])).targets).toEqual(['0 asked', '1 asked']);
    expect(states(of([asked(0, { boundPid: 7 }), asked(1), target(2)]))).toEqual({ targets: ['0 done'] });
    expect(states(of([asked(0, { boundPid: null }), target(1)])).targets).toEqual([]);
  });

  test('rests between two batches', () => {
    expect(states(of([asked(0, { boundPid: 7 }), target(1)]))).toEqual({ targets: ['0 done'], restUntil: 11_000 });
    const done = target(0, { state: 'done' });
    expect(states(of([done, target(1)], 11_000), 10_999).targets).toEqual([]);
    expect(states(of([done, target(1)], 11_000), 11_000).targets).toEqual(['1 asked']);
  });

  test('gives a process up after its time, goes on with few failures, and waits for somebody after more', () => {
    const late = RESTART_LIMIT_MS;
    const first = advance(of([asked(0), target(1)]), late);
    expect(first.targets[0]).toMatchObject({ state: 'failed', message: expect.stringContaining('logs orders/p0') });
    expect(first.state).toBeUndefined();
    const failed = target(0, { state: 'failed' });
    expect(states(of([failed, asked(1), target(2)]), late)).toMatchObject({ state: 'paused', targets: ['1 failed'] });
    expect(states(of([failed, target(1, { state: 'done' })]))).toMatchObject({ state: 'done', message: '1 failed' });
  });

  test('does nothing that was done already: advancing twice asks nobody twice', () => {
    expect(states(of([asked(0, { state: 'asked' }), target(1)]))).toEqual({ targets: [] });
  });
});

describe('a drain', () => {
  const drain = (more: Partial<TargetFact>, force = false): OperationFact => ({
    spec: spec({ kind: 'drain', node: 'node1', force, reason: 'x' }),
    restUntil: null,
    targets: [target(0, { state: 'accepted', process: null, askedAt: 0, adminState: 'drained', ...more })],
  });

  test('is told to its node, and is done when nobody is bound there', () => {
    expect(states(drain({ state: 'waiting' })).targets).toEqual(['0 asked']);
    expect(states(drain({ boundOnNode: 2 }))).toEqual({
      targets: [],
      message: '2 process(es) still bound on node1: a, b',
    });
    expect(states(drain({}))).toMatchObject({ state: 'done', targets: ['0 done'] });
  });

  test('fails when the node says that somebody stayed, unless it is forced', () => {
    const stayed = { boundOnNode: 1, stillBound: true };
    expect(states(drain(stayed), 6_000)).toMatchObject({
      state: 'failed',
      message: expect.stringMatching(/^StillBound/),
    });
    expect(states(drain(stayed), 4_000).state).toBeUndefined();
    expect(states(drain(stayed, true), 6_000).state).toBeUndefined();
  });

  test('ends when the node is taken back', () => {
    expect(states(drain({ adminState: 'active', boundOnNode: 1 }), 6_000)).toMatchObject({ state: 'stopped' });
  });
});
