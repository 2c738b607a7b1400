// SPDX-License-Identifier: Apache-2.0
// Steps: what the agent may do to its node, as data. Executors are a total map over `kind`.
import type { SlotReservation, VmSettings } from '../actual/actual.js';
import type { UnitSpec } from './unit-spec.js';

/** A process that a destructive step ends or unbinds. */
export interface EndedProcess {
  readonly vmId: number;
  readonly nr: number;
  readonly pid: number;
}

interface Base {
  /** `node`, `vm:<vmid>` or `process:<vmid>:<nr>`. */
  readonly object: string;
}

interface OnSlot extends Base {
  readonly vmId: number;
  readonly nr: number;
}

/** Steps that end, unbind or replace something name what they take with them. */
interface Destructive {
  readonly ends: readonly EndedProcess[];
}

export type ModuleLoad = Base & { readonly kind: 'module-load' };
export type DrvsInit = Base & {
  readonly kind: 'drvs-init';
  readonly nodeId: number;
  readonly systemId: string;
  readonly maxCopyBytes: number;
};
export type DrvsEnd = Base & Destructive & { readonly kind: 'drvs-end' };
export type VmCreate = Base & { readonly kind: 'vm-create'; readonly vm: VmSettings };
export type VmChange = Base & {
  readonly kind: 'vm-change';
  readonly vm: VmSettings;
  readonly fields: readonly string[];
};
export type VmEnd = Base & Destructive & { readonly kind: 'vm-end'; readonly vmId: number; readonly name: string };
export type SlotReserve = OnSlot & {
  readonly kind: 'slot-reserve';
  readonly nodeId: number;
  /** Tasks of the VM: the map of peers counts from -tasks. */
  readonly tasks: number;
  readonly slot: SlotReservation;
};
export type SlotFree = OnSlot & Destructive & { readonly kind: 'slot-free' };
export type Unbind = OnSlot & Destructive & { readonly kind: 'unbind'; readonly endpoint: number };
export type UnitStart = OnSlot & { readonly kind: 'unit-start'; readonly unit: UnitSpec };
export type UnitStop = OnSlot & Destructive & { readonly kind: 'unit-stop'; readonly unit: string };
/** Stops a unit because somebody asked; the turn that finds it gone starts it again. */
export type UnitRestart = OnSlot & Destructive & { readonly kind: 'unit-restart'; readonly unit: string };
/** Stops a unit whose spec has changed; the turn that finds it gone starts the new one. */
export type UnitReplace = OnSlot & Destructive & { readonly kind: 'unit-replace'; readonly unit: string };

export type Step =
  | ModuleLoad
  | DrvsInit
  | DrvsEnd
  | VmCreate
  | VmChange
  | VmEnd
  | SlotReserve
  | SlotFree
  | Unbind
  | UnitStart
  | UnitStop
  | UnitReplace
  | UnitRestart;

export type StepKind = Step['kind'];

/** The order of kinds within one turn: what ends comes before what begins, containers before contents. */
export const STEP_ORDER: readonly StepKind[] = [
  'module-load',
  'unit-stop',
  'unit-replace',
  'unit-restart',
  'unbind',
  'slot-free',
  'vm-end',
  'drvs-end',
  'drvs-init',
  'vm-create',
  'vm-change',
  'slot-reserve',
  'unit-start',
];

/** True for steps that end, unbind or replace; without a manager they wait. */
export function isDestructive(step: Step): step is Extract<Step, Destructive> {
  return 'ends' in step;
}

/** Identity of a step for back-off: the same kind on the same object. */
export function stepKey(step: Step): string {
  return `${step.kind} ${step.object}`;
}

export function vmObject(vmId: number): string {
  return `vm:${vmId}`;
}

export function processObject(vmId: number, nr: number): string {
  return `process:${vmId}:${nr}`;
}
