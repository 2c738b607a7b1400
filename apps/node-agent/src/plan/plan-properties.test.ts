// SPDX-License-Identifier: Apache-2.0
// What holds of every plan, whatever is desired and found. A failure prints its seed and the smallest case.
import { describe, expect, test } from '@jest/globals';
import type { NodeDocument, ProcessDocument, VmDocument } from '@drvs/contracts';
import fc from 'fast-check';
import type { Actual, ActualUnit, ActualVm } from '../actual/actual.js';
import { after, boundOn } from '../testing/model-node.js';
import { actual, actualVm, desired, nodeDocument, processDocument, unitOf, vmDocument } from './fixtures.js';
import { plan, type Desired } from './plan.js';
import { isDestructive, type Step } from './step.js';

const NUMBERS = [-2, 1, 2, 3];
const VM_IDS = [7, 8, 9];
const RUNS = { numRuns: 400 };

const texts = (...lists: string[][]): fc.Arbitrary<string[]> => fc.constantFrom(...lists);

const process: fc.Arbitrary<ProcessDocument> = fc
  .record({
    nr: fc.constantFrom(...NUMBERS),
    launched: fc.boolean(),
    user: fc.constantFrom(undefined, 'shop', 'root'),
    environment: texts([], ['A=1']),
    allowedCalls: texts([], ['send', 'vcopy_any']),
    allowedPeers: texts([], ['1', '3'], ['nobody'], ['250']),
    level: fc.constantFrom(undefined, 'user' as const),
    restart: fc.constantFrom('no' as const, 'on-failure' as const, 'always' as const),
    // Lower numbers first, as a directory without circles.
    after: fc.subarray(NUMBERS),
  })
  .map(({ launched, nr, after: before, user, ...more }) =>
    processDocument(nr, {
      ...more,
      ...(user !== undefined && launched && { user }),
      ...(!launched && { exec: undefined }),
      after: before
        .filter((other) => other < nr)
        .map((other) => ({ name: `p${other}`, nr: other, nodeId: other === 3 ? 2 : 1 })),
    }),
  );

const processes = fc.uniqueArray(process, { selector: ({ nr }) => nr }).map((list) => {
  const known = new Set(list.map(({ nr }) => nr));
  return list.map((one) => ({ ...one, after: one.after.filter(({ nr }) => known.has(nr)) }));
});

const vm = (vmId: number): fc.Arbitrary<VmDocument> =>
  fc
    .record({
      processes,
      adminState: fc.constantFrom('running' as const, 'stopped' as const),
      copyPolicy: fc.constantFrom('consent' as const, 'grants' as const),
      procs: fc.constantFrom(100, 221, 300),
      owner: fc.constantFrom(undefined, 'shop', 'stranger'),
    })
    .map(({ processes: list, ...more }) => vmDocument(vmId, list, more));

const document: fc.Arbitrary<NodeDocument> = fc
  .record({
    vms: fc.subarray(VM_IDS).chain((ids) => fc.tuple(...ids.map(vm))),
    adminState: fc.constantFrom('active', 'active', 'cordoned', 'drained', 'disabled', 'paused'),
    nodeId: fc.constantFrom(1, 1, 5),
  })
  .map(({ vms, ...node }) => nodeDocument(vms, node as NodeDocument['node']));

const foundVm = (vmId: number): fc.Arbitrary<ActualVm> =>
  fc
    .record({
      bound: fc.subarray([...NUMBERS, 9]),
      reserved: fc.subarray([...NUMBERS, 9]),
      managed: fc.boolean(),
      name: fc.constantFrom(`vm${vmId}`, 'old'),
    })
    .map(({ bound, reserved, managed, name }) => actualVm(vmId, { bound, reserved, managed, settings: { name } }));

const foundUnit: fc.Arbitrary<ActualUnit> = fc
  .record({
    vmId: fc.constantFrom(...VM_IDS),
    nr: fc.constantFrom(...NUMBERS),
    state: fc.constantFrom('running', 'starting', 'exited', 'failed'),
    environment: texts([], ['A=1']),
  })
  .map(({ vmId, nr, state, environment }) =>
    unitOf(vmDocument(vmId), processDocument(nr, { environment }), state as ActualUnit['state']),
  );

const found: fc.Arbitrary<Actual> = fc
  .record({
    vms: fc.subarray(VM_IDS).chain((ids) => fc.tuple(...ids.map(foundVm))),
    units: fc.uniqueArray(foundUnit, { selector: ({ name }) => name, maxLength: 5 }),
    drvs: fc.constantFrom({ nodeId: 1, source: 'directory' as const }, null),
    ready: fc.constantFrom(true, true, true, false),
  })
  .map(({ vms, units, drvs, ready }) => {
    const module = ready ? actual().module : { ready, message: 'not loaded' };
    const running = ready ? drvs : null;
    return actual({
      module: module,
      drvs: running,
      units,
      vms: running ? vms : [],
    });
  });

const wish = (mode: Desired['mode']) =>
  document.map((one) => desired(one, mode, { allowUsers: ['drvs', 'shop'], allowRoot: false }));

/** Plans and acts, as the runner does when no step fails, until nothing is left to do; the kinds of each turn. */
function settle(want: Desired, node: Actual): { node: Actual; turns: Step[][] } {
  const turns: Step[][] = [];
  for (;;) {
    const { steps } = plan(want, node, 0);
    if (steps.length === 0) return { node, turns };
    turns.push([...steps]);
    if (turns.length > 30)
      throw new Error(`no end: ${steps.map(({ kind, object }) => `${kind} ${object}`).join(', ')}`);
    node = steps.reduce((now, step) => after(step, now), node);
  }
}

/** Freezes a value with all that it holds, so that writing to it throws. */
function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null) Object.values(Object.freeze(value)).forEach(frozen);
  return value;
}

describe('every plan', () => {
  test('leads to an end, where nothing is left to do and nothing desired still progresses by itself', () => {
    fc.assert(
      fc.property(wish('full'), found, (want, node) => {
        const end = settle(want, node);
        const waiting = plan(want, end.node, 0).findings.filter(({ result }) => result === 'progressing');
        const explained = ['Cordoned', 'WaitingForVm', 'WaitingForOthers', 'Draining', 'WaitingForNode', 'Binding'];
        expect(
          waiting.filter(({ code }) => !explained.includes(code) && want.document.node.adminState !== 'paused'),
        ).toEqual([]);
      }),
      RUNS,
    );
  });

  test('is the same when it is made again, and changes nothing that it is given', () => {
    fc.assert(
      fc.property(wish('full'), found, fc.nat(), (want, node, now) => {
        expect(plan(frozen(want), frozen(node), now)).toEqual(plan(want, node, now));
      }),
      RUNS,
    );
  });

  test('has exactly one finding for each object', () => {
    fc.assert(
      fc.property(wish('full'), found, (want, node) => {
        const objects = plan(want, node, 0).findings.map(({ object }) => object);
        expect(new Set(objects).size).toBe(objects.length);
        for (const { vmId, processes: list } of want.document.vms) {
          expect(objects).toContain(`vm:${vmId}`);
          if (want.document.vms.find((one) => one.vmId === vmId)?.adminState !== 'running') continue;
          if (want.document.node.adminState === 'disabled') continue;
          for (const { nr } of list) expect(objects).toContain(`process:${vmId}:${nr}`);
        }
      }),
      RUNS,
    );
  });

  test('ends nobody whom the step that does it does not name', () => {
    fc.assert(
      fc.property(wish('full'), found, (want, start) => {
        let node = start;
        for (const step of settle(want, start).turns.flat()) {
          const next = after(step, node);
          const alive = new Set(boundOn(next).map((one) => JSON.stringify(one)));
          const ended = boundOn(node).filter((one) => !alive.has(JSON.stringify(one)));
          expect(isDestructive(step) ? step.ends : []).toEqual(expect.arrayContaining(ended));
          node = next;
        }
      }),
      RUNS,
    );
  });

  test('without a manager only adds: nobody who is bound ends, and what would be done waits', () => {
    fc.assert(
      fc.property(wish('additive'), found, (want, node) => {
        const { steps, pending } = plan(want, node, 0);
        expect(steps.filter(isDestructive)).toEqual([]);
        expect(pending.every(isDestructive)).toBe(true);
        const before = boundOn(node);
        expect(boundOn(settle(want, node).node)).toEqual(expect.arrayContaining(before));
      }),
      RUNS,
    );
  });

  test('touches nothing of a VM made by hand, but for units of ours that run in it', () => {
    fc.assert(
      fc.property(wish('full'), found, (want, node) => {
        const end = settle(want, node).node;
        const ours = new Set(node.units.map(({ vmId, nr }) => `${vmId}:${nr}`));
        const byHand = ({ vms }: Actual) =>
          vms
            .filter(({ managed }) => !managed)
            .map((one) => ({ ...one, bound: one.bound.filter(({ nr }) => !ours.has(`${one.settings.vmId}:${nr}`)) }));
        // Whoever disables a node ends its DRVS, and is told of everyone who is bound there.
        if (want.document.node.adminState !== 'disabled') expect(byHand(end)).toEqual(byHand(node));
      }),
      RUNS,
    );
  });
});
