// SPDX-License-Identifier: Apache-2.0
// A process as people see it. `bound` is the kernel's word alone; everything else says why it is not bound.
import type { ActualProcess, DesiredProcess, ObjectResult, ProcessState, ProcessView } from '@drvs/contracts';
import { processKey } from './process-key.js';
import type { ActualNode } from './actual.store.js';
import { isStale, livenessOf } from './node-view.rules.js';

/** Which VM a process belongs to. */
export interface VmName {
  readonly name: string;
  readonly vmId: number;
}

/** What its node says of a process. */
interface Word {
  readonly state: ProcessState;
  readonly message?: string;
}

function resultOf(actual: ActualNode, objects: readonly string[]): ObjectResult | undefined {
  return actual.results.find(({ object }) => objects.includes(object));
}

/**
 * State of a desired process.
 *
 * @param found what its node reports of it, undefined when nothing of it exists there
 */
export function processState(
  process: Pick<DesiredProcess, 'nr' | 'exec'>,
  vmId: number,
  actual: ActualNode | undefined,
  found: ActualProcess | undefined,
): Word {
  if (actual === undefined) return { state: 'absent', message: 'its node has never been seen' };
  const result = resultOf(actual, [`process:${vmId}:${process.nr}`, `vm:${vmId}`]);
  const message = found?.message ?? result?.message;
  if (found !== undefined && found.state !== 'absent') return { state: found.state, message };
  if (result?.result === 'failed') return { state: 'failed', message };
  if (result?.result === 'progressing')
    return { state: process.exec === undefined ? 'admitting' : 'starting', message };
  return { state: 'absent', message };
}

/** A process that the directory wants. */
export function desiredProcessView(
  process: DesiredProcess,
  vm: VmName,
  nodeName: string,
  held: boolean,
  actual: ActualNode | undefined,
): ProcessView {
  const found = actual?.processes.get(processKey({ vmId: vm.vmId, nr: process.nr }));
  const { state, message } = processState(process, vm.vmId, actual, found);
  return {
    vm: vm.name,
    vmId: vm.vmId,
    name: process.name,
    nr: process.nr,
    node: nodeName,
    kind: process.exec === undefined ? 'admitted' : 'launched',
    desired: true,
    held,
    invalid: process.invalid,
    ...actualFields(found),
    state,
    stale: isStale(livenessOf(actual)),
    ...(message === undefined ? {} : { message }),
  };
}

/** A process that a node reports and the directory does not want there. */
export function undesiredProcessView(
  process: ActualProcess,
  vm: VmName,
  nodeName: string,
  actual: ActualNode,
): ProcessView {
  return {
    vm: vm.name,
    vmId: vm.vmId,
    name: process.name,
    nr: process.nr,
    node: nodeName,
    kind: 'unmanaged',
    desired: false,
    held: false,
    invalid: false,
    ...actualFields(process),
    state: process.state,
    stale: isStale(livenessOf(actual)),
    ...(process.message === undefined ? {} : { message: process.message }),
  };
}

function actualFields(
  found: ActualProcess | undefined,
): Pick<ProcessView, 'endpoint' | 'pid' | 'unit' | 'activity' | 'messagesSent'> {
  return {
    endpoint: found?.endpoint ?? null,
    pid: found?.pid ?? null,
    unit: found?.unit ?? null,
    activity: found?.activity ?? null,
    messagesSent: found?.messagesSent ?? 0,
  };
}
