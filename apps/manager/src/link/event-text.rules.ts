// SPDX-License-Identifier: Apache-2.0
// What agents report, in the words people read.
import type { ApiEvent, DesiredVm, NodeEvent } from '@drvs/contracts';
import type { ConditionTransition, ProcessTransition } from './status.store.js';

type EventBody = Omit<ApiEvent, 'id'>;

interface Names {
  readonly vm: string | null;
  readonly process: string | null;
  /** `orders/server`, as far as it is known. */
  readonly label: string;
}

function namesOf(vms: readonly DesiredVm[], vmId: number | undefined, nr: number | undefined): Names {
  if (vmId === undefined) return { vm: null, process: null, label: '' };
  const vm = vms.find((candidate) => candidate.vmId === vmId);
  const vmName = vm?.name ?? String(vmId);
  if (nr === undefined) return { vm: vmName, process: null, label: vmName };
  const process = vm?.processes.find((candidate) => candidate.nr === nr)?.name ?? String(nr);
  return { vm: vmName, process, label: `${vmName}/${process}` };
}

const API_KINDS: Readonly<Record<NodeEvent['kind'], ApiEvent['kind']>> = {
  bind: 'bind',
  unbind: 'unbind',
  'vm-up': 'vm-up',
  'vm-down': 'vm-down',
  'unit-failed': 'unit-failed',
  'link-up': 'condition',
  'link-down': 'condition',
  lost: 'lost',
};

const VERBS: Readonly<Record<NodeEvent['kind'], string>> = {
  bind: 'bound',
  unbind: 'unbound',
  'vm-up': 'up',
  'vm-down': 'down',
  'unit-failed': 'unit failed',
  'link-up': 'node link up',
  'link-down': 'node link down',
  lost: 'some events of the node were lost',
};

/**
 * An agent's event as the API shows it.
 *
 * @param now used when the node's own instant is not one
 */
export function describeNodeEvent(event: NodeEvent, node: string, vms: readonly DesiredVm[], now: string): EventBody {
  const names = namesOf(vms, event.vmId, event.nr);
  const cause = event.cause === undefined ? '' : ` (${event.cause})`;
  const text = event.message === undefined ? '' : `: ${event.message}`;
  return {
    at: Number.isNaN(Date.parse(event.at)) ? now : event.at,
    kind: API_KINDS[event.kind],
    revision: null,
    node,
    vm: names.vm,
    process: names.process,
    message: `${names.label} ${VERBS[event.kind]} on ${node}${cause}${text}`.trimStart(),
  };
}

/** A process that changed its state, as the API shows it. */
export function describeTransition(
  { vmId, nr, before, after }: Pick<ProcessTransition, 'vmId' | 'nr' | 'before' | 'after'>,
  node: string,
  vms: readonly DesiredVm[],
  now: string,
): EventBody {
  const { vm, process, label } = namesOf(vms, vmId, nr);
  const was = before === null ? '' : ` (was ${before})`;
  const message = `${label} on ${node} is ${after}${was}`;
  return { at: now, kind: 'process-state', revision: null, node, vm, process, message };
}

/** A condition of a node that came, went or changed, as the API shows it. */
export function describeCondition(
  { type, after, message }: Pick<ConditionTransition, 'type' | 'after' | 'message'>,
  node: string,
  now: string,
): EventBody {
  const text = after === null ? `${node}: no longer ${type}` : `${node}: ${type} is ${after}: ${message}`;
  return { at: now, kind: 'condition', revision: null, node, vm: null, process: null, message: text };
}
