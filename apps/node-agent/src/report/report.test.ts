// SPDX-License-Identifier: Apache-2.0
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import type { AgentFrame } from '@drvs/contracts';
import type { M3Event } from '@drvs/m3ipc-node';
import { Backoff } from '../apply/backoff.js';
import type { Turn } from '../apply/runner.js';
import type { InForce } from '../desired/desired-state.js';
import { actual, actualVm, desired, nodeDocument, processDocument, unitOf, vmDocument } from '../plan/fixtures.js';
import { plan } from '../plan/plan.js';
import { Conditions } from './conditions.js';
import { failedUnits, nodeEvent } from './node-events.js';
import { Reporter } from './reporter.js';
import { objectResults } from './results.js';
import { nodeStatus } from './status.js';

const AT = Date.UTC(2026, 0, 1);
const CLOCK = { now: () => AT, elapsed: () => 5_000 };

function turn(
  document: ReturnType<typeof nodeDocument>,
  state: ReturnType<typeof actual>,
  mode: 'full' | 'additive' = 'full',
) {
  const wish = desired(document, mode);
  const placed = { document, digest: 'd'.repeat(64), epoch: { counter: 1, uuid: 'u' }, revision: '5' };
  const inForce: InForce = { ...wish, acting: 'manager', placed };
  const result: Turn<InForce> = {
    desired: inForce,
    actual: state,
    plan: plan(inForce, state, 0),
    done: [],
    waiting: [],
    endedAt: AT,
  };
  return result;
}

describe('results', () => {
  test('a failing step is its object: code, message, attempt and next try', () => {
    const backoff = new Backoff(() => 1);
    const one = turn(nodeDocument([vmDocument(7), vmDocument(8)]), actual({ vms: [actualVm(8)] }));
    const [step] = one.plan.steps;
    if (!step) throw new Error('nothing planned');
    backoff.failed(step, { code: 'ERSCBUSY', message: 'vmInit: ERSCBUSY' }, CLOCK.elapsed() + 1000);
    expect(objectResults(one, backoff, CLOCK)).toEqual([
      { object: 'node', result: 'in-sync' },
      {
        object: 'vm:7',
        result: 'failed',
        code: 'ERSCBUSY',
        message: 'vmInit: ERSCBUSY',
        attempt: 1,
        nextTry: '2026-01-01T00:00:02.000Z',
      },
      { object: 'vm:8', result: 'in-sync' },
    ]);
  });

  test('what waits for a manager says so', () => {
    const one = turn(nodeDocument(), actual({ vms: [actualVm(7)] }), 'additive');
    expect(objectResults(one, new Backoff(), CLOCK)).toContainEqual(
      expect.objectContaining({ object: 'vm:7', result: 'progressing', code: 'WaitingForManager' }),
    );
  });
});

describe('status', () => {
  test('names come from the directory, states from the kernel', () => {
    const vm = vmDocument(7, [
      processDocument(1, { name: 'bound' }),
      processDocument(2, { name: 'starting' }),
      processDocument(3, { name: 'refused', user: 'root' }),
      processDocument(4, { name: 'admitted', exec: undefined }),
    ]);
    const state = actual({
      vms: [actualVm(7, { reserved: [1, 2], open: [4], bound: [1, 9] }), actualVm(8, { managed: false })],
      units: [unitOf(vm, processDocument(1)), unitOf(vm, processDocument(2), 'starting')],
    });
    const one = turn(nodeDocument([vm, vmDocument(9, [], { adminState: 'stopped' })]), state);
    const status = nodeStatus(one, objectResults(one, new Backoff(), CLOCK), [], '6.1.0');
    expect(status).toMatchObject({ nodeId: 1, nodeIdSource: 'directory', moduleLoaded: true, acting: 'manager' });
    expect(status.vms.map(({ name, state: word, managed }) => [name, word, managed])).toEqual([
      ['vm7', 'up', true],
      ['vm8', 'up', false],
      ['vm9', 'absent', true],
    ]);
    expect(status.processes.map(({ nr, name, state: word, pid }) => [nr, name, word, pid])).toEqual([
      [1, 'bound', 'bound', 1001],
      [2, 'starting', 'starting', null],
      [3, 'refused', 'failed', null],
      [4, 'admitted', 'admitting', null],
      [9, 'm3ipc', 'bound', 1009],
    ]);
    expect(status.processes[2]?.message).toContain('uid or gid 0');
  });
});

describe('conditions', () => {
  test('since stays that of the first time until it is cleared', () => {
    let now = AT;
    const conditions = new Conditions({ now: () => now, elapsed: () => 0 });
    conditions.set('ModuleMissing', 'ModuleMissing', 'first');
    now += 5_000;
    conditions.set('ModuleMissing', 'ModuleMissing', 'second');
    expect(conditions.list()).toMatchObject([{ since: '2026-01-01T00:00:00.000Z', message: 'second' }]);
    conditions.hold('ModuleMissing', undefined);
    expect(conditions.list()).toEqual([]);
    conditions.set('ModuleMissing', 'ModuleMissing', 'again');
    expect(conditions.list()[0]?.since).toBe('2026-01-01T00:00:05.000Z');
  });
});

describe('events', () => {
  const event: M3Event = {
    type: 'unbind',
    cause: 'signal',
    vmId: 7,
    endpoint: 65_576,
    nr: 40,
    pid: 99,
    nodeId: 1,
    code: 9,
    lost: 0,
    tgid: 4711,
    sequence: 1,
    timeMs: AT,
  };

  test('an unbind tells its cause', () => {
    expect(nodeEvent(event)).toEqual({
      kind: 'unbind',
      at: '2026-01-01T00:00:00.000Z',
      vmId: 7,
      nr: 40,
      endpoint: 65_576,
      pid: 99,
      cause: 'signal:9',
    });
    expect(nodeEvent({ ...event, cause: 'vm-end' })?.cause).toBe('vm-end');
  });

  test('lost records are told, slots are not', () => {
    expect(nodeEvent({ ...event, type: 'lost', vmId: -1, lost: 12 })).toMatchObject({
      kind: 'lost',
      message: '12 events of the kernel were lost',
    });
    expect(nodeEvent({ ...event, type: 'slot-set' })).toBeUndefined();
  });

  test('a unit that fails is told once', () => {
    const vm = vmDocument(7, [processDocument(1)]);
    const failed = [unitOf(vm, processDocument(1), 'failed')];
    expect(failedUnits([unitOf(vm, processDocument(1))], failed, AT)).toMatchObject([
      { kind: 'unit-failed', vmId: 7, nr: 1 },
    ]);
    expect(failedUnits(failed, failed, AT)).toEqual([]);
  });
});

describe('the reporter', () => {
  afterEach(() => void jest.useRealTimers());

  test('answers at once, gathers status, repeats nothing, and tells everything to a new session', () => {
    jest.useFakeTimers();
    const sent: AgentFrame[] = [];
    let live = true;
    const reporter = new Reporter((frame) => (live && sent.push(frame), live));
    const kinds = (): string[] => sent.splice(0).map(({ type }) => type);
    const one = turn(nodeDocument([vmDocument(7)]), actual({ vms: [actualVm(7)] }));
    const results = objectResults(one, new Backoff(), CLOCK);
    const report = { status: nodeStatus(one, results, [], '6.1'), results, placed: one.desired.placed };
    reporter.report(report);
    expect(sent[0]).toMatchObject({ type: 'applied', inSync: true, revision: '5' });
    expect(kinds()).toEqual(['applied']);
    reporter.report(report);
    jest.advanceTimersByTime(200);
    expect(kinds()).toEqual(['status']);
    reporter.report(report);
    jest.advanceTimersByTime(200);
    expect(kinds()).toEqual([]);
    live = false;
    reporter.happened([{ kind: 'vm-up', at: '2026-01-01T00:00:00.000Z', vmId: 7 }]);
    live = true;
    reporter.sessionBegan();
    expect(kinds()).toEqual(['event', 'status', 'applied']);
    jest.advanceTimersByTime(300_000);
    expect(kinds()).toEqual(['status']);
    reporter.close();
  });

  test('one event goes at once, a storm of them in few frames and whole', () => {
    jest.useFakeTimers();
    const sent: AgentFrame[] = [];
    const reporter = new Reporter((frame) => sent.push(frame) > 0);
    const happened = (vmId: number): void =>
      reporter.happened([{ kind: 'vm-up', at: '2026-01-01T00:00:00.000Z', vmId }]);

    happened(1);
    expect(sent).toHaveLength(1);
    for (let vmId = 2; vmId <= 1_000; vmId++) happened(vmId);
    jest.advanceTimersByTime(200);

    const told = sent.flatMap((frame) => (frame.type === 'event' ? frame.events.map(({ vmId }) => vmId) : []));
    expect(told).toEqual(Array.from({ length: 1_000 }, (_, index) => index + 1));
    expect(sent.length).toBeLessThanOrEqual(10);
    reporter.close();
  });
});
