// SPDX-License-Identifier: Apache-2.0
// How each kind of step is carried out. The map is total: a kind without an executor does not compile.
import { peerMap, type Level, type Policy } from '@drvs/m3ipc-node';
import type { VmSettings } from '../actual/actual.js';
import { OWNER_TAG, type NodeKernel } from '../actual/kernel-reader.js';
import type { SlotReserve, Step, StepKind, VmChange } from '../plan/step.js';
import type { Systemd } from './systemd.js';

export type Executor<Kind extends StepKind> = (step: Extract<Step, { kind: Kind }>) => void | Promise<void>;
export type Executors = { readonly [Kind in StepKind]: Executor<Kind> };

export const MODULE_UNIT = 'drvs-module.service';

/** System slots of a VM, tasks included: as many as the kernel's default where the limits allow it. */
const DEFAULT_SYSTEM_SLOTS = 64;

function systemSlots({ tasks, procs }: VmSettings): number {
  return Math.min(Math.max(DEFAULT_SYSTEM_SLOTS, tasks), tasks + procs);
}

function createVm(kernel: NodeKernel, vm: VmSettings): void {
  kernel.vmInit({
    vmId: vm.vmId,
    name: vm.name,
    procs: vm.procs,
    tasks: vm.tasks,
    sysProcs: systemSlots(vm),
    uid: vm.uid,
    gid: vm.gid,
    mode: vm.mode,
    level: vm.defaultLevel as Level,
    policy: vm.copyPolicy as Policy,
    abi: vm.messageAbi === 'compat' ? 'compat' : 'native',
    nodes: vm.spans,
    tag: OWNER_TAG,
  });
}

function changeVm(kernel: NodeKernel, { vm, fields }: VmChange): void {
  const has = (...names: string[]): boolean => names.some((name) => fields.includes(name));
  // Limits are told together, and only the processes' may differ from what the kernel has.
  const present = kernel.vms().find(({ vmId }) => vmId === vm.vmId);
  kernel.vmSet({
    vmId: vm.vmId,
    ...(has('name') && { name: vm.name }),
    ...(has('spans') && { nodes: vm.spans }),
    ...(has('uid', 'gid') && { uid: vm.uid, gid: vm.gid }),
    ...(has('mode') && { mode: vm.mode }),
    ...(has('policy') && { policy: vm.copyPolicy as Policy }),
    ...(has('procs') && { procs: vm.procs, tasks: present?.tasks, sysProcs: present?.sysProcs }),
  });
}

function reserveSlot(kernel: NodeKernel, { vmId, nr, nodeId, tasks, slot }: SlotReserve): void {
  const { uid, level, calls, peers } = slot;
  kernel.slotSet({
    vmId,
    nr,
    nodeId,
    ...(uid !== null && { uid }),
    ...(level !== null && { level: level as Level }),
    ...(calls !== null && { calls }),
    ...(peers !== null && { peers: { map: peerMap(peers, tasks), others: false } }),
  });
}

/** Told when a step that had been begun failed afterwards. */
export type Refute = (step: Step, error: unknown) => void;

/**
 * The executors over the kernel module and systemd. Unit jobs are only begun here, so that a program that is slow to start
 * holds up nobody else: later turns see how they went, and `refute` hears of those that failed.
 */
export function createExecutors(kernel: NodeKernel, systemd: Systemd, nodeName: string, refute: Refute): Executors {
  return {
    'module-load': () => systemd.startExisting(MODULE_UNIT),
    'drvs-init': ({ nodeId, systemId, maxCopyBytes }) => {
      kernel.drvsInit({ nodeId, source: 'agent', uuid: systemId, name: nodeName, maxCopy: maxCopyBytes });
    },
    'drvs-end': () => kernel.drvsEnd(),
    'vm-create': ({ vm }) => createVm(kernel, vm),
    'vm-change': (step) => changeVm(kernel, step),
    'vm-end': ({ vmId }) => kernel.vmEnd(vmId),
    'slot-reserve': (step) => reserveSlot(kernel, step),
    'slot-free': ({ vmId, nr }) => kernel.slotClear(vmId, nr),
    unbind: ({ vmId, endpoint }) => kernel.unbind(vmId, endpoint),
    'unit-start': async (step) => {
      const { finished } = await systemd.start(step.unit);
      finished.catch((error: unknown) => refute(step, error));
    },
    'unit-stop': ({ unit }) => systemd.stop(unit),
    'unit-replace': ({ unit }) => systemd.stop(unit),
    'unit-restart': ({ unit }) => systemd.stop(unit),
  };
}

/** Carries out one step of any kind. */
export async function execute(executors: Executors, step: Step): Promise<void> {
  // The map's entry for a kind takes exactly the steps of that kind; TypeScript cannot follow that through an index.
  await (executors[step.kind] as (step: Step) => void | Promise<void>)(step);
}
