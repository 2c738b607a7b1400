// SPDX-License-Identifier: Apache-2.0
// Which processes and nodes an operation is about.
import type { DesiredProcess, DesiredVm, OperationSpec } from '@drvs/contracts';
import type { DesiredState } from '../topology/desired-state.js';
import type { NewTarget } from './operation.store.js';

type RestartSpec = Extract<OperationSpec, { kind: 'restart' }>;

/** Processes of a VM in an order in which nobody comes before those that it starts after. */
export function inStartOrder(processes: readonly DesiredProcess[]): DesiredProcess[] {
  const byName = new Map(processes.map((process) => [process.name, process]));
  const ordered = new Set<DesiredProcess>();
  const visiting = new Set<string>();
  const visit = (process: DesiredProcess): void => {
    if (ordered.has(process) || visiting.has(process.name)) return;
    visiting.add(process.name);
    for (const name of process.after) {
      const before = byName.get(name);
      if (before) visit(before);
    }
    ordered.add(process);
  };
  [...processes].sort((a, b) => a.nr - b.nr).forEach(visit);
  return [...ordered];
}

function targetsIn(vm: DesiredVm, spec: RestartSpec, desired: DesiredState): NewTarget[] {
  return inStartOrder(vm.processes).flatMap((process) => {
    const node = desired.nodeByDn(process.onNode);
    if (process.exec === undefined || node === undefined) return [];
    if (spec.node !== undefined && node.name !== spec.node) return [];
    if (spec.processes !== undefined && !spec.processes.includes(process.name)) return [];
    const name = `${vm.name}/${process.name}`;
    return [{ nodeUuid: node.uuid, node: node.name, vmId: vm.vmId, nr: process.nr, process: name }];
  });
}

/** The launched processes to restart, VM by VM, in the order they start in; those of VMs that run. */
export function restartTargets(spec: RestartSpec, desired: DesiredState): NewTarget[] {
  return desired.topology.vms
    .filter(({ name, adminState }) => (spec.vm === undefined || name === spec.vm) && adminState === 'running')
    .flatMap((vm) => targetsIn(vm, spec, desired));
}
