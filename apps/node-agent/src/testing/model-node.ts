// SPDX-License-Identifier: Apache-2.0
// A node as a value, and what each step makes of it: for tests of what plans lead to.
import type { Actual, ActualVm, BoundProcess } from '../actual/actual.js';
import { bound } from '../plan/fixtures.js';
import type { EndedProcess, Step, StepKind } from '../plan/step.js';

type Effect<Kind extends StepKind> = (step: Extract<Step, { kind: Kind }>, node: Actual) => Actual;

function withVm(node: Actual, vmId: number, change: (vm: ActualVm) => ActualVm): Actual {
  return { ...node, vms: node.vms.map((vm) => (vm.settings.vmId === vmId ? change(vm) : vm)) };
}

function unbound(node: Actual, vmId: number, nr: number): Actual {
  return withVm(node, vmId, (vm) => ({ ...vm, bound: vm.bound.filter((process) => process.nr !== nr) }));
}

const stopUnit = ({ vmId, nr, unit }: { vmId: number; nr: number; unit: string }, node: Actual): Actual => ({
  ...unbound(node, vmId, nr),
  units: node.units.filter(({ name }) => name !== unit),
});

const EFFECTS: { readonly [Kind in StepKind]: Effect<Kind> } = {
  'module-load': (_, node) => ({ ...node, module: { ready: true, version: '0.1.0' } }),
  'drvs-init': ({ nodeId }, node) => ({ ...node, drvs: { nodeId, source: 'directory' } }),
  'drvs-end': (_, node) => ({ ...node, drvs: null, vms: [] }),
  'vm-create': ({ vm }, node) => ({
    ...node,
    vms: [...node.vms, { settings: vm, managed: true, bound: [], reserved: new Map() }],
  }),
  'vm-change': ({ vm }, node) => withVm(node, vm.vmId, (one) => ({ ...one, settings: vm })),
  'vm-end': ({ vmId }, node) => ({ ...node, vms: node.vms.filter(({ settings }) => settings.vmId !== vmId) }),
  'slot-reserve': ({ vmId, nr, slot }, node) =>
    withVm(node, vmId, (vm) => ({ ...vm, reserved: new Map([...vm.reserved, [nr, slot]]) })),
  'slot-free': ({ vmId, nr }, node) =>
    withVm(node, vmId, (vm) => ({ ...vm, reserved: new Map([...vm.reserved].filter(([key]) => key !== nr)) })),
  unbind: ({ vmId, nr }, node) => unbound(node, vmId, nr),
  'unit-start': ({ vmId, nr, unit }, node) => {
    const { name, fingerprint } = unit;
    const units = [...node.units.filter((one) => one.name !== name), { name, vmId, nr, state: 'running', fingerprint }];
    const bind = (list: readonly BoundProcess[]): readonly BoundProcess[] =>
      list.some((process) => process.nr === nr) ? list : [...list, bound(nr)];
    return withVm({ ...node, units: units as Actual['units'] }, vmId, (vm) => ({ ...vm, bound: bind(vm.bound) }));
  },
  'unit-stop': stopUnit,
  'unit-replace': stopUnit,
  'unit-restart': stopUnit,
};

/** The node after a step. */
export function after(step: Step, node: Actual): Actual {
  return (EFFECTS[step.kind] as (step: Step, node: Actual) => Actual)(step, node);
}

/** Every bound process of a node, as steps name those they end. */
export function boundOn(node: Actual): EndedProcess[] {
  return node.vms.flatMap(({ settings, bound: list }) => list.map(({ nr, pid }) => ({ vmId: settings.vmId, nr, pid })));
}
