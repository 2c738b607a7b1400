// SPDX-License-Identifier: Apache-2.0
import { afterEach, describe, expect, test } from '@jest/globals';
import type { Actual } from '../actual/actual.js';
import { actual, actualVm, desired, nodeDocument, processDocument, vmDocument } from '../plan/fixtures.js';
import type { Desired } from '../plan/plan.js';
import type { Step } from '../plan/step.js';
import { systemClock } from '../clock.js';
import { Backoff } from './backoff.js';
import { Runner, type Turn } from './runner.js';

const runners: Runner<Desired>[] = [];
afterEach(() => Promise.all(runners.splice(0).map((runner) => runner.stop())));

/** A runner over a kernel that is a list of vmids; `fail` names steps that are refused. */
function start(wanted: number[], fail: string[] = []) {
  const kernel = new Set<number>();
  const executed: string[] = [];
  const turns: Turn[] = [];
  const failures: unknown[] = [];
  const hooks: { desired?: Desired; readActual?: () => Promise<Actual>; inStep?: () => Promise<void> } = {};
  const waiters: (() => void)[] = [];
  const note = <T>(list: T[], item: T): void => {
    list.push(item);
    for (const wake of waiters.splice(0)) wake();
  };
  const runner = new Runner<Desired>({
    clock: systemClock,
    backoff: new Backoff(() => 0),
    readDesired: () => hooks.desired ?? desired(nodeDocument(wanted.map((vmId) => vmDocument(vmId)))),
    readActual: async () =>
      hooks.readActual ? hooks.readActual() : actual({ vms: [...kernel].map((vmId) => actualVm(vmId)) }),
    async execute(step: Step) {
      const name = `${step.kind} ${step.object}`;
      executed.push(name);
      await hooks.inStep?.();
      if (fail.includes(name)) throw Object.assign(new Error('refused'), { code: 'EPERM' });
      if (step.kind === 'vm-create') kernel.add(step.vm.vmId);
      if (step.kind === 'vm-end') kernel.delete(step.vmId);
    },
    onTurn: (turn) => note(turns, turn),
    onFailure: (error) => note(failures, error),
  });
  runners.push(runner);
  const until = async (holds: () => boolean): Promise<void> => {
    while (!holds()) await new Promise<void>((resolve) => waiters.push(resolve));
  };
  return { runner, kernel, executed, turns, failures, hooks, until, wanted };
}

describe('the runner', () => {
  test('goes on until nothing is left to do', async () => {
    const { runner, kernel, turns, until } = start([1, 2]);
    runner.trigger();
    await until(() => turns.at(-1)?.plan.steps.length === 0);
    expect([...kernel]).toEqual([1, 2]);
    expect(turns.map((turn) => turn.done.length)).toEqual([2, 0]);
  });

  test('a failing step stops nothing else and is tried again later', async () => {
    const { runner, kernel, executed, turns, until } = start([1, 2], ['vm-create vm:1']);
    runner.trigger();
    await until(() => executed.filter((name) => name === 'vm-create vm:1').length >= 2);
    expect([...kernel]).toEqual([2]);
    expect(executed.filter((name) => name === 'vm-create vm:2')).toHaveLength(1);
    expect(turns.some((turn) => turn.waiting.length === 1)).toBe(true);
  });

  test('what follows a failed step on the same object waits with it', async () => {
    const process = processDocument(1);
    const { runner, executed, turns, hooks, until } = start([], ['slot-reserve process:7:1']);
    hooks.desired = desired(nodeDocument([vmDocument(7, [process, processDocument(2)])]));
    hooks.readActual = async () => actual({ vms: [actualVm(7)] });
    runner.trigger();
    await until(() => turns.length === 1);
    expect(executed).toEqual(['slot-reserve process:7:1', 'slot-reserve process:7:2', 'unit-start process:7:2']);
    expect(turns[0]?.waiting.map(({ kind }) => kind)).toEqual(['slot-reserve', 'unit-start']);
  });

  test('triggers during a turn cause exactly one more', async () => {
    const { runner, turns, hooks, until } = start([1]);
    hooks.inStep = async () => {
      for (let times = 0; times < 5; times++) runner.trigger();
    };
    runner.trigger();
    await until(() => turns.length === 2);
    await new Promise((resolve) => setImmediate(resolve));
    expect(turns).toHaveLength(2);
  });

  test('a turn that cannot read is told, and the next trigger reads again', async () => {
    const { runner, turns, failures, hooks, until } = start([1]);
    hooks.readActual = async () => {
      throw new Error('systemd does not answer');
    };
    runner.trigger();
    await until(() => failures.length === 1);
    expect(turns).toEqual([]);
    hooks.readActual = undefined;
    await new Promise((resolve) => setImmediate(resolve));
    runner.trigger();
    await until(() => turns.length > 0);
  });

  test('stop waits for the present step and begins no other turn', async () => {
    const { runner, executed, hooks } = start([1]);
    let release: () => void = () => undefined;
    hooks.inStep = () => new Promise<void>((resolve) => (release = resolve));
    runner.trigger();
    while (executed.length === 0) await new Promise((resolve) => setImmediate(resolve));
    const stopped = runner.stop();
    runner.trigger();
    release();
    await stopped;
    expect(executed).toEqual(['vm-create vm:1']);
  });
});
