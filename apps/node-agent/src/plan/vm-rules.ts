// SPDX-License-Identifier: Apache-2.0
import type { VmDocument } from '@drvs/contracts';
import type { Actual, ActualVm, VmSettings } from '../actual/actual.js';
import type { Desired } from './plan.js';
import { failing, progressing, settled, type Outcome, type Rule } from './rule.js';
import { vmObject, type EndedProcess } from './step.js';

export interface VmSubject {
  readonly desired: Desired;
  readonly actual: Actual;
  readonly vmId: number;
  readonly object: string;
  readonly wanted: VmDocument | undefined;
  readonly found: ActualVm | undefined;
}

/** Node states in which processes of VMs must not run here. */
export function isEvacuating(desired: Desired): boolean {
  return ['drained', 'disabled'].includes(desired.document.node.adminState);
}

/** True when this node should hold the VM. A drained node keeps its VMs (admitted processes leave by themselves). */
export function shouldExist(subject: VmSubject): boolean {
  return subject.wanted?.adminState === 'running' && subject.desired.document.node.adminState !== 'disabled';
}

/** Every VM that is desired or found, ascending. */
export function vmSubjects(desired: Desired, actual: Actual): VmSubject[] {
  const wanted = new Map(desired.document.vms.map((vm) => [vm.vmId, vm]));
  const found = new Map(actual.vms.map((vm) => [vm.settings.vmId, vm]));
  const ids = [...new Set([...wanted.keys(), ...found.keys()])].sort((a, b) => a - b);
  return ids.map((vmId) => ({
    desired,
    actual,
    vmId,
    object: vmObject(vmId),
    wanted: wanted.get(vmId),
    found: found.get(vmId),
  }));
}

type Resolved = { readonly id: number } | { readonly message: string };

function ownerOf(vm: VmDocument, actual: Actual): Resolved {
  if (vm.owner === undefined) return { id: 0 };
  const account = actual.host.accounts.get(vm.owner);
  return account
    ? { id: account.uid }
    : { message: `owner ${vm.owner} does not exist on this node; create the account` };
}

function groupOf(vm: VmDocument, actual: Actual): Resolved {
  if (vm.group === undefined) return { id: 0 };
  const gid = actual.host.groups.get(vm.group) ?? null;
  return gid !== null ? { id: gid } : { message: `group ${vm.group} does not exist on this node; create it` };
}

/** What the kernel should be told about the VM, or why that cannot be said. */
export function vmSettings(vm: VmDocument, actual: Actual): { settings: VmSettings } | { message: string } {
  const owner = ownerOf(vm, actual);
  if ('message' in owner) return owner;
  const group = groupOf(vm, actual);
  if ('message' in group) return group;
  const { vmId, name, spans, procs, tasks, mode, defaultLevel, copyPolicy, messageAbi } = vm;
  const owned = { uid: owner.id, gid: group.id };
  const settings = { vmId, name, spans, procs, tasks, ...owned, mode, defaultLevel, copyPolicy, messageAbi };
  return { settings };
}

/** Names of the settings that the kernel can change in place and that differ. */
function changedFields(wanted: VmSettings, found: VmSettings): string[] {
  const same: Record<string, boolean> = {
    name: wanted.name === found.name,
    spans: wanted.spans.join() === found.spans.join(),
    uid: wanted.uid === found.uid,
    gid: wanted.gid === found.gid,
    mode: wanted.mode === found.mode,
    procs: wanted.procs === found.procs,
    policy: wanted.copyPolicy === found.copyPolicy,
  };
  return Object.keys(same).filter((field) => !same[field]);
}

/** A difference that only ending the VM could make true, as a sentence. */
function fixedDifference(wanted: VmSettings, found: VmSettings): string | undefined {
  if (wanted.procs < found.procs) return `limits only grow, and the kernel's is ${found.procs} processes`;
  if (wanted.tasks !== found.tasks) return `the kernel's limit is ${found.tasks} tasks`;
  if (wanted.messageAbi !== found.messageAbi) return `its message ABI is ${found.messageAbi}`;
  if (wanted.defaultLevel !== found.defaultLevel) return `its default level is ${found.defaultLevel}`;
  return undefined;
}

function boundIn(vm: ActualVm): EndedProcess[] {
  return vm.bound.map(({ nr, pid }) => ({ vmId: vm.settings.vmId, nr, pid }));
}

function liveUnits(subject: VmSubject): number {
  return subject.actual.units.filter((unit) => unit.vmId === subject.vmId).length;
}

function removeVm(subject: VmSubject, vm: ActualVm): Outcome {
  const units = liveUnits(subject);
  if (units > 0) return progressing(subject.object, 'Ending', `waiting for ${units} unit(s) to stop`);
  const { vmId, name } = vm.settings;
  const step = { kind: 'vm-end', object: subject.object, vmId, name, ends: boundIn(vm) } as const;
  return progressing(subject.object, 'Ending', `ending VM ${name}`, step);
}

function createVm(subject: VmSubject, wanted: VmDocument): Outcome {
  const wish = vmSettings(wanted, subject.actual);
  if ('message' in wish) return failing(subject.object, 'OwnerUnknown', wish.message);
  const step = { kind: 'vm-create', object: subject.object, vm: wish.settings } as const;
  return progressing(subject.object, 'Creating', `creating VM ${wanted.name}`, step);
}

function compareVm(subject: VmSubject, wanted: VmDocument, found: ActualVm): Outcome {
  const { object, vmId } = subject;
  const wish = vmSettings(wanted, subject.actual);
  if ('message' in wish) return failing(object, 'OwnerUnknown', wish.message);
  const fixed = fixedDifference(wish.settings, found.settings);
  if (fixed) {
    return failing(
      object,
      'VmFixed',
      `VM ${vmId} cannot change in place: ${fixed}; stop and start it (drvsAdminState)`,
    );
  }
  const fields = changedFields(wish.settings, found.settings);
  if (fields.length === 0) return settled(object);
  const step = { kind: 'vm-change', object, vm: wish.settings, fields } as const;
  return progressing(object, 'Changing', `changing ${fields.join(', ')}`, step);
}

/** Rules for one VM on this node. */
export const vmRules: readonly Rule<VmSubject>[] = [
  {
    name: 'nothing is known of VMs while the kernel has no DRVS',
    when: ({ actual }) => actual.drvs === null,
    then: (subject) =>
      shouldExist(subject)
        ? progressing(subject.object, 'WaitingForNode', 'the node has not joined the DRVS yet')
        : settled(subject.object, 'Stopped', ''),
  },
  {
    name: 'a VM made by hand keeps its id, and nobody ends it',
    when: ({ found }) => found !== undefined && !found.managed,
    then: (subject) =>
      shouldExist(subject)
        ? failing(
            subject.object,
            'Unmanaged',
            `vmid ${subject.vmId} is taken by a VM made by hand; end it with: m3ipc vm-end ${subject.vmId}`,
          )
        : settled(subject.object, 'Unmanaged', 'made by hand on this node'),
  },
  {
    name: 'a VM that should not be here ends, after its units',
    when: (subject) => subject.found !== undefined && !shouldExist(subject),
    then: (subject) => removeVm(subject, subject.found as ActualVm),
  },
  {
    name: 'a VM that should not be here is not',
    when: (subject) => !shouldExist(subject),
    then: ({ object }) => settled(object, 'Stopped', ''),
  },
  {
    name: 'a cordoned or drained node takes no new VMs',
    when: ({ desired, found }) => found === undefined && desired.document.node.adminState !== 'active',
    then: ({ object, desired }) =>
      progressing(object, 'Cordoned', `the node is ${desired.document.node.adminState}: nothing new starts`),
  },
  {
    name: 'a VM that is missing is made',
    when: ({ found }) => found === undefined,
    then: (subject) => createVm(subject, subject.wanted as VmDocument),
  },
  {
    name: 'a VM that differs is changed in place',
    when: () => true,
    then: (subject) => compareVm(subject, subject.wanted as VmDocument, subject.found as ActualVm),
  },
];
