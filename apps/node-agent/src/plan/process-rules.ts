// SPDX-License-Identifier: Apache-2.0
import type { ProcessDocument, VmDocument } from '@drvs/contracts';
import type { Actual, ActualUnit, ActualVm, BoundProcess, SlotReservation } from '../actual/actual.js';
import { judge, type Refusal } from './bounds.js';
import type { Desired } from './plan.js';
import { applyRules, failing, progressing, settled, type Outcome, type Rule } from './rule.js';
import { processObject, type EndedProcess } from './step.js';
import { unitSpec, type UnitSpec } from './unit-spec.js';
import { isEvacuating, shouldExist, vmSubjects, type VmSubject } from './vm-rules.js';

/** One process number of one VM, with everything that claims it. */
export interface ProcessSubject {
  readonly desired: Desired;
  readonly actual: Actual;
  readonly vmId: number;
  readonly nr: number;
  readonly object: string;
  /** The VM's document while the VM should be here. */
  readonly wantedVm: VmDocument | undefined;
  readonly wanted: ProcessDocument | undefined;
  /** The VM in the kernel, when it is ours. */
  readonly vm: ActualVm | undefined;
  readonly bound: BoundProcess | undefined;
  readonly reserved: SlotReservation | undefined;
  readonly unit: ActualUnit | undefined;
}

function subjectsOf(vm: VmSubject): ProcessSubject[] {
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
      desired,
      actual,
      vmId,
      nr,
      object: processObject(vmId, nr),
      wantedVm,
      wanted: wanted.get(nr),
      vm: ours,
      bound: bound.get(nr),
      reserved: reserved.get(nr),
      unit: units.get(nr),
    }));
}

/** Every process number that is desired, bound, reserved or has a unit; units of VMs nobody knows included. */
export function processSubjects(desired: Desired, actual: Actual): ProcessSubject[] {
  const subjects = vmSubjects(desired, actual);
  const known = new Set(subjects.map(({ vmId }) => vmId));
  const strays = [...new Set(actual.units.map(({ vmId }) => vmId))].filter((vmId) => !known.has(vmId));
  const strayVms = strays.map((vmId) => ({ desired, actual, vmId, object: '', wanted: undefined, found: undefined }));
  return [...subjects, ...strayVms].flatMap(subjectsOf);
}

/** A launched process on a node that is being emptied is as unwanted as a deleted one. */
function isWanted({ wanted, desired }: ProcessSubject): boolean {
  if (wanted === undefined) return false;
  return wanted.exec === undefined || !isEvacuating(desired);
}

function ends({ vmId, nr, bound }: ProcessSubject): EndedProcess[] {
  return bound ? [{ vmId, nr, pid: bound.pid }] : [];
}

function stopUnit(subject: ProcessSubject, unit: ActualUnit): Outcome {
  const { object, vmId, nr } = subject;
  if (unit.state === 'stopping') return progressing(object, 'Stopping', `${unit.name} is stopping`);
  const step = { kind: 'unit-stop', object, vmId, nr, unit: unit.name, ends: ends(subject) } as const;
  return progressing(object, 'Stopping', `stopping ${unit.name}`, step);
}

/** The account an occupant must have: that of the unit, or the one admitted; a refusal if it cannot be told. */
function occupantUid(subject: ProcessSubject, process: ProcessDocument): { uid: number | null } | { refusal: Refusal } {
  const { desired, actual } = subject;
  if (process.exec) {
    const verdict = judge(process, desired.bounds, actual.host);
    return 'refusal' in verdict ? verdict : { uid: verdict.account.uid };
  }
  if (process.admitUser === undefined) return { uid: null };
  const account = actual.host.accounts.get(process.admitUser);
  if (account) return { uid: account.uid };
  const message = `account ${process.admitUser} does not exist on this node; create it or change drvsAdmitUser`;
  return { refusal: { code: 'UserUnknown', message } };
}

/** The reservation the slot should carry. */
function wishedSlot(subject: ProcessSubject): { slot: SlotReservation } | { refusal: Refusal } {
  const process = subject.wanted;
  if (!process) return { slot: { uid: null, level: null } };
  const occupant = occupantUid(subject, process);
  return 'refusal' in occupant ? occupant : { slot: { uid: occupant.uid, level: process.level ?? null } };
}

function refusalOf(subject: ProcessSubject): Refusal | undefined {
  const wish = wishedSlot(subject);
  return 'refusal' in wish ? wish.refusal : undefined;
}

function slotDiffers(subject: ProcessSubject): boolean {
  const wish = wishedSlot(subject);
  if ('refusal' in wish) return false;
  const { reserved } = subject;
  return reserved === undefined || reserved.uid !== wish.slot.uid || reserved.level !== wish.slot.level;
}

function reserveSlot(subject: ProcessSubject): Outcome {
  const { object, vmId, nr } = subject;
  const wish = wishedSlot(subject);
  if ('refusal' in wish) return failing(object, wish.refusal.code, wish.refusal.message);
  const nodeId = subject.actual.drvs?.nodeId ?? subject.desired.document.node.nodeId;
  const step = { kind: 'slot-reserve', object, vmId, nr, nodeId, slot: wish.slot } as const;
  // What follows from a reserved slot is planned along: it saves a turn before a process starts.
  const after = applyRules(presenceRules, { ...subject, reserved: wish.slot });
  return progressing(object, 'Reserving', `reserving number ${nr}`, step, ...after.steps);
}

function wishedUnit(subject: ProcessSubject): UnitSpec | undefined {
  const { wanted, wantedVm, desired, actual } = subject;
  if (!wanted?.exec || !wantedVm) return undefined;
  const verdict = judge(wanted, desired.bounds, actual.host);
  return 'refusal' in verdict ? undefined : unitSpec(wantedVm, wanted, wanted.exec, verdict.account.name);
}

function replaceUnit(subject: ProcessSubject, unit: ActualUnit): Outcome {
  const { object, vmId, nr } = subject;
  const step = { kind: 'unit-replace', object, vmId, nr, unit: unit.name, ends: ends(subject) } as const;
  return progressing(object, 'Replacing', `${unit.name} was started from another definition`, step);
}

function startUnit(subject: ProcessSubject, unit: UnitSpec): Outcome {
  const { object, vmId, nr } = subject;
  return progressing(object, 'Starting', `starting ${unit.name}`, { kind: 'unit-start', object, vmId, nr, unit });
}

/** Names of processes of the same VM on this node that have to be bound first and are not. */
function missingBefore({ wanted, vm, desired }: ProcessSubject): string[] {
  const bound = new Set((vm?.bound ?? []).map(({ nr }) => nr));
  // Whether a process on another node is bound is known only over the links between kernels.
  const local = (wanted?.after ?? []).filter(({ nodeId }) => nodeId === desired.document.node.nodeId);
  return local.filter(({ nr }) => !bound.has(nr)).map(({ name }) => name);
}

function unitEnded(subject: ProcessSubject, unit: ActualUnit): Outcome {
  const how = unit.state === 'failed' ? 'failed' : 'has ended and its drvsRestart does not start it again';
  const message = `${unit.name} ${how}; see: journalctl -u ${unit.name}`;
  const retry = subject.wanted?.restart !== 'no' && unit.state === 'failed' ? wishedUnit(subject) : undefined;
  const code = unit.state === 'failed' ? 'UnitFailed' : 'UnitEnded';
  if (!retry) return failing(subject.object, code, message);
  const { object, vmId, nr } = subject;
  return failing(object, code, message, { kind: 'unit-start', object, vmId, nr, unit: retry });
}

const isLaunched = ({ wanted }: ProcessSubject): boolean => wanted?.exec !== undefined;

/** Rules for one process number that nobody wants. */
const removalRules: readonly Rule<ProcessSubject>[] = [
  {
    name: 'the unit of an unwanted process stops',
    when: (subject) => !isWanted(subject) && subject.unit !== undefined,
    then: (subject) => stopUnit(subject, subject.unit as ActualUnit),
  },
  {
    name: 'a VM that ends takes the rest of its slots with it',
    when: (subject) => !isWanted(subject) && subject.wantedVm === undefined,
    then: ({ object }) => settled(object, 'Ending', ''),
  },
  {
    name: 'a process that was admitted and no longer is, is unbound and lives on',
    when: (subject) => !isWanted(subject) && subject.reserved !== undefined && subject.bound !== undefined,
    then: (subject) => {
      const { object, vmId, nr, bound } = subject;
      const step = { kind: 'unbind', object, vmId, nr, endpoint: bound?.endpoint ?? 0, ends: ends(subject) } as const;
      return progressing(object, 'Unbinding', `unbinding number ${nr}`, step);
    },
  },
  {
    name: 'a slot nobody wants is given back',
    when: (subject) => !isWanted(subject) && subject.reserved !== undefined,
    then: ({ object, vmId, nr }) =>
      progressing(object, 'Freeing', `freeing number ${nr}`, { kind: 'slot-free', object, vmId, nr, ends: [] }),
  },
  {
    name: 'a process that bound itself without our slot is only reported',
    when: (subject) => !isWanted(subject),
    then: ({ object }) => settled(object, 'Unmanaged', 'bound without a directory entry'),
  },
];

/** Rules for one process number that the directory fills. */
const presenceRules: readonly Rule<ProcessSubject>[] = [
  {
    name: 'a process waits for its VM',
    when: ({ vm }) => vm === undefined,
    then: ({ object }) => progressing(object, 'WaitingForVm', 'its VM is not up on this node yet'),
  },
  {
    name: 'what agent.conf or the node refuses is not started',
    when: (subject) => refusalOf(subject) !== undefined,
    then: (subject) => reserveSlot(subject),
  },
  {
    name: 'a launched process that became an admitted one loses its unit',
    when: (subject) => !isLaunched(subject) && subject.unit !== undefined,
    then: (subject) => stopUnit(subject, subject.unit as ActualUnit),
  },
  {
    name: 'a unit on its way out is waited for',
    when: ({ unit }) => unit?.state === 'stopping',
    then: ({ object, unit }) => progressing(object, 'Stopping', `${unit?.name} is stopping`),
  },
  {
    // Before the slot is touched: what runs must be able to come back as it is until it is replaced.
    name: 'a unit of another definition is replaced',
    when: (subject) => subject.unit !== undefined && subject.unit.fingerprint !== wishedUnit(subject)?.fingerprint,
    then: (subject) => replaceUnit(subject, subject.unit as ActualUnit),
  },
  {
    name: 'the slot is reserved before anybody binds',
    when: slotDiffers,
    then: reserveSlot,
  },
  {
    name: 'an admitted process binds when it likes',
    when: (subject) => !isLaunched(subject),
    then: ({ object, bound }) => settled(object, bound ? 'Bound' : 'Admitting', ''),
  },
  {
    name: 'running means the kernel reports the bind',
    when: ({ unit, bound }) => unit !== undefined && bound !== undefined,
    then: ({ object }) => settled(object, 'Bound', ''),
  },
  {
    name: 'a number taken by a process of another making is not fought over',
    when: ({ bound }) => bound !== undefined,
    then: ({ object, bound }) =>
      failing(object, 'SlotUsed', `its number is bound by pid ${bound?.pid}, which is not its unit; end that process`),
  },
  {
    name: 'a unit that ended stays ended unless its policy says otherwise',
    when: ({ unit }) => unit?.state === 'failed' || unit?.state === 'exited',
    then: (subject) => unitEnded(subject, subject.unit as ActualUnit),
  },
  {
    name: 'a unit that runs will bind',
    when: ({ unit }) => unit !== undefined,
    then: ({ object, unit }) => progressing(object, 'Binding', `${unit?.name} runs and has not bound yet`),
  },
  {
    name: 'a cordoned node starts nothing new',
    when: ({ desired }) => desired.document.node.adminState !== 'active',
    then: ({ object, desired }) =>
      progressing(object, 'Cordoned', `the node is ${desired.document.node.adminState}: nothing new starts`),
  },
  {
    name: 'a process starts after those it names',
    when: (subject) => missingBefore(subject).length > 0,
    then: (subject) =>
      progressing(subject.object, 'WaitingForOthers', `waits for ${missingBefore(subject).join(', ')}`),
  },
  {
    name: 'what is missing is started',
    when: () => true,
    then: (subject) => startUnit(subject, wishedUnit(subject) as UnitSpec),
  },
];

/** Rules for one process number. */
export const processRules: readonly Rule<ProcessSubject>[] = [...removalRules, ...presenceRules];
