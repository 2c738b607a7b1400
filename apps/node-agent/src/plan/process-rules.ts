// SPDX-License-Identifier: Apache-2.0
import type { ActualUnit } from '../actual/actual.js';
import { judge } from './bounds.js';
import { isOverdue } from './drain.js';
import { missingBefore, remainingAfter } from './order.js';
import { isLaunched, isWanted, type ProcessSubject } from './process-subject.js';
import { applyRules, failing, progressing, settled, type Outcome, type Rule } from './rule.js';
import { refusalOf, slotDiffers, wishedSlot } from './slot-wish.js';
import type { EndedProcess } from './step.js';
import { unitSpec, type UnitSpec } from './unit-spec.js';

function ends({ vmId, nr, holder }: ProcessSubject): EndedProcess[] {
  return holder ? [{ vmId, nr, pid: holder.pid }] : [];
}

function stopUnit(subject: ProcessSubject, unit: ActualUnit): Outcome {
  const { object, vmId, nr } = subject;
  if (unit.state === 'stopping') return progressing(object, 'Stopping', `${unit.name} is stopping`);
  const step = { kind: 'unit-stop', object, vmId, nr, unit: unit.name, ends: ends(subject) } as const;
  return progressing(object, 'Stopping', `stopping ${unit.name}`, step);
}

function reserveSlot(subject: ProcessSubject): Outcome {
  const { object, vmId, nr } = subject;
  const wish = wishedSlot(subject);
  if ('refusal' in wish) return failing(object, wish.refusal.code, wish.refusal.message);
  const nodeId = subject.actual.drvs?.nodeId ?? subject.desired.document.node.nodeId;
  const tasks = subject.wantedVm?.tasks ?? 0;
  const step = { kind: 'slot-reserve', object, vmId, nr, nodeId, tasks, slot: wish.slot } as const;
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

function unitEnded(subject: ProcessSubject, unit: ActualUnit): Outcome {
  const how = unit.state === 'failed' ? 'failed' : 'has ended and its drvsRestart does not start it again';
  const message = `${unit.name} ${how}; see: journalctl -u ${unit.name}`;
  const retry = subject.wanted?.restart !== 'no' && unit.state === 'failed' ? wishedUnit(subject) : undefined;
  const code = unit.state === 'failed' ? 'UnitFailed' : 'UnitEnded';
  if (!retry) return failing(subject.object, code, message);
  const { object, vmId, nr } = subject;
  return failing(object, code, message, { kind: 'unit-start', object, vmId, nr, unit: retry });
}

function unbind(subject: ProcessSubject, code: string, message: string): Outcome {
  const { object, vmId, nr, bound } = subject;
  const step = { kind: 'unbind', object, vmId, nr, endpoint: bound?.endpoint ?? 0, ends: ends(subject) } as const;
  return progressing(object, code, message, step);
}

function restartUnit(subject: ProcessSubject, unit: ActualUnit): Outcome {
  const { object, vmId, nr } = subject;
  const step = { kind: 'unit-restart', object, vmId, nr, unit: unit.name, ends: ends(subject) } as const;
  return progressing(object, 'Restarting', `${unit.name} is restarted as asked`, step);
}

/** Rules for one process number that nobody wants. */
const removalRules: readonly Rule<ProcessSubject>[] = [
  {
    name: 'those that started after it stop before it',
    when: (subject) => !isWanted(subject) && subject.unit !== undefined && remainingAfter(subject).length > 0,
    then: (subject) =>
      progressing(subject.object, 'WaitingForOthers', `stops after ${remainingAfter(subject).join(', ')}`),
  },
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
    then: (subject) => unbind(subject, 'Unbinding', `unbinding number ${subject.nr}`),
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
    name: 'a process that somebody asked to restart is stopped, and starts again as one that is missing',
    when: ({ desired, object, unit }) =>
      unit !== undefined && desired.document.node.adminState === 'active' && desired.restarts?.has(object) === true,
    then: (subject) => restartUnit(subject, subject.unit as ActualUnit),
  },
  {
    name: 'whoever stays on a drained node beyond its time is unbound, if somebody said so',
    when: (subject) =>
      !isLaunched(subject) &&
      subject.bound !== undefined &&
      subject.desired.drain?.force === true &&
      isOverdue(subject.desired, subject.now),
    then: (subject) => unbind(subject, 'Unbinding', `unbinding number ${subject.nr}: the node's drain is forced`),
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
