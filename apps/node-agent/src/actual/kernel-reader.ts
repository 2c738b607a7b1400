// SPDX-License-Identifier: Apache-2.0
import { M3Error, peerNumbers, type Kernel, type NodeIdSource, type ProcessInfo, type VmInfo } from '@drvs/m3ipc-node';
import type { ActualDrvs, ActualModule, ActualVm, BoundProcess, SlotReservation } from './actual.js';

/** The module's calls that a node is managed by. */
export type NodeKernel = Pick<
  Kernel,
  | 'version'
  | 'drvs'
  | 'drvsInit'
  | 'drvsEnd'
  | 'vms'
  | 'vmInit'
  | 'vmSet'
  | 'vmEnd'
  | 'processes'
  | 'slot'
  | 'slotSet'
  | 'slotClear'
  | 'unbind'
  | 'watch'
>;

/** 16 bytes that mark a VM as ours; shown in /proc/drvs. */
export const OWNER_TAG = Buffer.from('drvs-node-agent\0', 'latin1');

const SOURCES: Readonly<Record<NodeIdSource, ActualDrvs['source']>> = {
  none: 'command',
  boot: 'boot',
  program: 'command',
  tool: 'command',
  agent: 'directory',
};

function boundProcess(process: ProcessInfo): BoundProcess {
  const { nr, endpoint, pid, name, activity, sent, copied } = process;
  return { nr, endpoint, pid, name, activity, messagesSent: sent, bytesCopied: copied };
}

function reservations(kernel: NodeKernel, vm: VmInfo, processes: readonly ProcessInfo[]): Map<number, SlotReservation> {
  const reserved = new Map<number, SlotReservation>();
  for (const { nr } of processes.filter((process) => process.reserved)) {
    const slot = kernel.slot(vm.vmId, nr);
    if (!slot) continue;
    const peers = slot.peers ? peerNumbers(slot.peers.map, vm.tasks) : null;
    reserved.set(nr, { uid: slot.uid ?? null, level: slot.level ?? null, calls: slot.calls ?? null, peers });
  }
  return reserved;
}

function readVm(kernel: NodeKernel, vm: VmInfo): ActualVm {
  const processes = kernel.processes(vm);
  const { vmId, name, nodes, procs, tasks, uid, gid, mode, level, policy, abi } = vm;
  return {
    settings: {
      ...{ vmId, name, spans: nodes, procs, tasks, uid, gid, mode },
      ...{ defaultLevel: level, copyPolicy: policy, messageAbi: abi },
    },
    managed: vm.tag.equals(OWNER_TAG),
    bound: processes.filter((process) => process.bound).map(boundProcess),
    reserved: reservations(kernel, vm, processes),
  };
}

/** A VM that ended between two calls is simply not there any more. */
function readVms(kernel: NodeKernel): ActualVm[] {
  return kernel.vms().flatMap((vm) => {
    try {
      return [readVm(kernel, vm)];
    } catch (error) {
      if (error instanceof M3Error && error.code === 'EDCNOTRUN') return [];
      throw error;
    }
  });
}

export interface KernelState {
  readonly module: ActualModule;
  readonly drvs: ActualDrvs | null;
  readonly bootNodeId: number | null;
  readonly vms: readonly ActualVm[];
}

/** Reads the kernel's whole state; a missing module is a state, not a failure. */
export function readKernel(kernel: NodeKernel): KernelState {
  try {
    const module: ActualModule = { ready: true, version: kernel.version().release };
    const drvs = kernel.drvs();
    const bootNodeId = drvs.bootNodeId < 0 ? null : drvs.bootNodeId;
    if (!drvs.running) return { module, drvs: null, bootNodeId, vms: [] };
    const { nodeId, source } = drvs;
    return { module, drvs: { nodeId, source: SOURCES[source] }, bootNodeId, vms: readVms(kernel) };
  } catch (error) {
    if (!(error instanceof M3Error) || error.code !== 'ModuleMissing') throw error;
    const module: ActualModule = { ready: false, message: 'the m3ipc module is not loaded' };
    return { module, drvs: null, bootNodeId: null, vms: [] };
  }
}
