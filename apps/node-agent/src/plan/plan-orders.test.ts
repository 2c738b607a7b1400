// SPDX-License-Identifier: Apache-2.0
// Plans that heed more than document and node: a drain, orders of people, and what other nodes have bound.
import { describe, expect, test } from '@jest/globals';
import type { NodeDocument, ProcessDocument } from '@drvs/contracts';
import type { Actual } from '../actual/actual.js';
import { actual, actualVm, desired, nodeDocument, processDocument, unitOf, vmDocument } from './fixtures.js';
import { plan, type Desired } from './plan.js';
import type { Step } from './step.js';

const names = (steps: readonly Step[]): string[] => steps.map(({ kind, object }) => `${kind} ${object}`);

function planned(document: NodeDocument, state: Partial<Actual>) {
  const result = plan(desired(document), actual(state), 0);
  const finding = (object: string) => result.findings.find((one) => one.object === object);
  return { names: names(result.steps), finding };
}

describe('a drain', () => {
  const vm = vmDocument(7, [processDocument(1), processDocument(2, { exec: undefined })]);
  const drain = { since: 1_000, limitMs: 600_000, force: false };
  const state = actual({ vms: [actualVm(7, { bound: [2], open: [2] })] });
  const wish = { ...desired(nodeDocument([vm], { adminState: 'drained' })), drain };
  const node = (result: ReturnType<typeof plan>) => result.findings.find(({ object }) => object === 'node');

  test('waits for those that nobody launched, names them, and ends nobody when their time is over', () => {
    const early = plan(wish, state, 600_999);
    expect(node(early)).toMatchObject({ result: 'progressing', code: 'Draining' });
    expect(node(early)?.message).toContain('vm7 number 2 (pid 1002)');
    const late = plan(wish, state, 601_000);
    expect(node(late)).toMatchObject({ result: 'failed', code: 'StillBound' });
    expect([...early.steps, ...late.steps]).toEqual([]);
  });

  test('that is forced unbinds them, when their time is over and not before', () => {
    const forced = { ...wish, drain: { ...drain, force: true } };
    expect(plan(forced, state, 600_999).steps).toEqual([]);
    const { steps } = plan(forced, state, 601_000);
    expect(steps).toEqual([expect.objectContaining({ kind: 'unbind', ends: [{ vmId: 7, nr: 2, pid: 1002 }] })]);
  });

  test('is done when nobody is bound', () => {
    const empty = actual({ vms: [actualVm(7, { reserved: [1], open: [2] })] });
    expect(node(plan(wish, empty, 2_000_000))).toMatchObject({ result: 'in-sync', code: 'Drained' });
  });

  test('stops launched processes in the reverse order of drvsAfter', () => {
    const chain = vmDocument(7, [
      processDocument(1),
      processDocument(2, { after: [{ name: 'p1', nr: 1, nodeId: 1 }] }),
      processDocument(3, { after: [{ name: 'p2', nr: 2, nodeId: 1 }] }),
    ]);
    const document = nodeDocument([chain], { adminState: 'drained' });
    const running = (numbers: number[]) => ({
      vms: [actualVm(7, { bound: numbers, reserved: numbers })],
      units: numbers.map((nr) => unitOf(chain, chain.processes[nr - 1] as ProcessDocument)),
    });
    const all = planned(document, running([1, 2, 3]));
    expect(all.names).toEqual(['unit-stop process:7:3']);
    expect(all.finding('process:7:1')).toMatchObject({ code: 'WaitingForOthers', message: 'stops after p2' });
    expect(planned(document, running([1, 2])).names).toEqual(['unit-stop process:7:2']);
    const failed = {
      ...running([1]),
      units: [unitOf(chain, processDocument(1)), unitOf(chain, processDocument(2), 'failed')],
    };
    expect(planned(document, failed).names).toEqual(['unit-stop process:7:1', 'unit-stop process:7:2']);
    const stopped = nodeDocument([{ ...chain, adminState: 'stopped' }]);
    expect(planned(stopped, running([1, 2, 3])).names).toEqual(['unit-stop process:7:3']);
  });
});

describe('across nodes', () => {
  const other = { vmId: 7, nr: 1, nodeId: 2, name: 'p1', bound: false, fresh: true, launched: true, after: [] };
  const waiting = vmDocument(7, [processDocument(2, { after: [{ name: 'p1', nr: 1, nodeId: 2 }] })]);
  const free = actual({ vms: [actualVm(7, { reserved: [2] })] });
  const start = (more: Partial<Desired>) =>
    names(plan({ ...desired(nodeDocument([waiting])), ...more }, free, 0).steps);

  test('a process starts when the manager says that those it names are bound; without its word at once', () => {
    expect(start({ elsewhere: [other] })).toEqual([]);
    expect(start({ elsewhere: [{ ...other, bound: true, fresh: false }] })).toEqual(['unit-start process:7:2']);
    expect(start({ elsewhere: [{ ...other, vmId: 8 }] })).toEqual(['unit-start process:7:2']);
    expect(start({})).toEqual(['unit-start process:7:2']);
  });

  test('a VM that stops stops first what started last, whatever node that is on', () => {
    const first = vmDocument(7, [processDocument(1)], { adminState: 'stopped' });
    const running = actual({
      vms: [actualVm(7, { bound: [1], reserved: [1] })],
      units: [unitOf(first, processDocument(1))],
    });
    const last = { ...other, nr: 2, name: 'p2', bound: true, after: [1] };
    const stop = (elsewhere: Desired['elsewhere']) =>
      names(plan({ ...desired(nodeDocument([first])), elsewhere }, running, 0).steps);
    expect(stop([last])).toEqual([]);
    expect(stop([{ ...last, bound: false }])).toEqual(['unit-stop process:7:1']);
    expect(stop([{ ...last, fresh: false }])).toEqual(['unit-stop process:7:1']);
    expect(stop(undefined)).toEqual(['unit-stop process:7:1']);
  });
});

describe('a restart that somebody asked for', () => {
  const vm = vmDocument(7, [processDocument(1)]);
  const state = actual({ vms: [actualVm(7, { bound: [1], reserved: [1] })], units: [unitOf(vm, processDocument(1))] });
  const restarts = new Set(['process:7:1']);

  test('stops the unit, and names whom that ends', () => {
    const { steps } = plan({ ...desired(nodeDocument([vm])), restarts }, state, 0);
    expect(steps).toEqual([expect.objectContaining({ kind: 'unit-restart', ends: [{ vmId: 7, nr: 1, pid: 1001 }] })]);
  });

  test('waits on a node where it would not start again, and without a manager', () => {
    const cordoned = nodeDocument([vm], { adminState: 'cordoned' });
    expect(plan({ ...desired(cordoned), restarts }, state, 0).steps).toEqual([]);
    const alone = plan({ ...desired(nodeDocument([vm]), 'additive'), restarts }, state, 0);
    expect([names(alone.steps), names(alone.pending)]).toEqual([[], ['unit-restart process:7:1']]);
  });
});
