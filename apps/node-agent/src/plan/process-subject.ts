// SPDX-License-Identifier: Apache-2.0
// One process number of one VM, with everything that claims it.
import type { ProcessDocument, VmDocument } from '@drvs/contracts';
import type { Actual, ActualUnit, ActualVm, BoundProcess, SlotReservation } from '../actual/actual.js';
import type { Desired } from './plan.js';
import { processObject } from './step.js';
import { isEvacuating, shouldExist, vmSubjects, type VmSubject } from './vm-rules.js';

export interface ProcessSubject {
  readonly desired: Desired;
  readonly actual: Actual;
  /** Milliseconds on the clock that never jumps. */
  readonly now: number;
  readonly vmId: number;
  readonly nr: number;
  readonly object: string;
  /** The VM's document, also of one that should end. */
  readonly vmDocument: VmDocument | undefined;
  /** The VM's document while the VM should be here. */
  readonly wantedVm: VmDocument | undefined;
  readonly wanted: ProcessDocument | undefined;
  /** The VM in the kernel, when it is ours. */
  readonly vm: ActualVm | undefined;
  readonly bound: BoundProcess | undefined;
  /** Who is bound to the number, also in a VM that is not ours. */
  readonly holder: BoundProcess | undefined;
  readonly reserved: SlotReservation | undefined;
  readonly unit: ActualUnit | undefined;
}

function subjectsOf(vm: VmSubject, now: number): ProcessSubject[] {
  const { desired, actual, vmId } = vm;
  const wantedVm = shouldExist(vm) ? vm.wanted : undefined;
  const wanted = new Map((wantedVm?.processes ?? []).map((process) => [process.nr, process]));
  const ours = vm.found?.managed ? vm.found : undefined;
  const bound = new Map((ours?.bound ?? []).map((process) => [process.nr, process]));
  const units = new Map(actual.units.filter((unit) => unit.vmId === vmId).map((unit) => [unit.nr, unit]));
  const reserved: ReadonlyMap<number, SlotReservation> = ours?.reserved ?? new Map<number, SlotReservation>();
  const numbers = [...new Set([...wanted.keys(), ...bound.keys(), ...units.keys(), ...reserved.keys()])];
  return numbers
    .sort((a, b) => a - b)
    .map((nr) => ({
      ...{ desired, actual, now, vmId, nr, wantedVm },
      object: processObject(vmId, nr),
      vmDocument: vm.wanted,
      wanted: wanted.get(nr),
      vm: ours,
      bound: bound.get(nr),
      holder: vm.found?.bound.find((process) => process.nr === nr),
      reserved: reserved.get(nr),
      unit: units.get(nr),
    }));
}

/** Every process number that is desired, bound, reserved or has a unit; units of VMs nobody knows included. */
export function processSubjects(desired: Desired, actual: Actual, now: number): ProcessSubject[] {
  const subjects = vmSubjects(desired, actual);
  const known = new Set(subjects.map(({ vmId }) => vmId));
  const strays = [...new Set(actual.units.map(({ vmId }) => vmId))].filter((vmId) => !known.has(vmId));
  const strayVms = strays.map((vmId) => ({ desired, actual, vmId, object: '', wanted: undefined, found: undefined }));
  return [...subjects, ...strayVms].flatMap((vm) => subjectsOf(vm, now));
}

/** A launched process on a node that is being emptied is as unwanted as a deleted one. */
export function isWanted({ wanted, desired }: ProcessSubject): boolean {
  if (wanted === undefined) return false;
  return wanted.exec === undefined || !isEvacuating(desired);
}

export const isLaunched = ({ wanted }: ProcessSubject): boolean => wanted?.exec !== undefined;
