// SPDX-License-Identifier: Apache-2.0
import type { Actual, ActualModule } from '../actual/actual.js';
import { isOverdue, stillBound } from './drain.js';
import type { Desired } from './plan.js';
import { failing, progressing, settled, type Outcome, type Rule } from './rule.js';
import type { EndedProcess } from './step.js';

export interface NodeSubject {
  readonly desired: Desired;
  readonly actual: Actual;
  /** Milliseconds on the clock that never jumps. */
  readonly now: number;
}

const OBJECT = 'node';

export const MODULE_REMEDY =
  "install it for the running kernel (m3ipc-dkms or m3ipc-modules), or, where 'systemctl status drvs-module' says that " +
  'its key was rejected, enrol the key (Secure Boot); then: systemctl restart drvs-module.service';

function moduleMessage(module: ActualModule): string {
  return module.ready ? '' : `${module.message}; ${MODULE_REMEDY}`;
}

function allBound(actual: Actual): EndedProcess[] {
  return actual.vms.flatMap((vm) => vm.bound.map(({ nr, pid }) => ({ vmId: vm.settings.vmId, nr, pid })));
}

/** A contradiction between the kernel's nodeid and the directory's: renumbering would end processes, so nobody does it. */
export function nodeIdConflict(desired: Desired, actual: Actual): string | undefined {
  const wanted = desired.document.node.nodeId;
  const { drvs } = actual;
  if (!drvs || drvs.nodeId === wanted) return undefined;
  return (
    `the kernel is node ${drvs.nodeId} (from ${drvs.source}), the directory says ${wanted}; ` +
    `correct drvsNodeId, or the boot line and restart the node`
  );
}

const NAMED_LEAVERS = 5;

/** How far the drain of the node is. Nothing is ended for it here: rules of processes do that. */
function draining({ desired, actual, now }: NodeSubject): Outcome {
  const bound = stillBound(actual);
  if (bound.length === 0) return settled(OBJECT, 'Drained', 'nothing is bound on the node any more');
  const named = bound
    .slice(0, NAMED_LEAVERS)
    .map(({ vm, process }) => `${vm} number ${process.nr} (pid ${process.pid})`);
  const who = `${named.join(', ')}${bound.length > NAMED_LEAVERS ? ', ...' : ''}`;
  if (!isOverdue(desired, now)) {
    return progressing(OBJECT, 'Draining', `${bound.length} process(es) have yet to leave: ${who}`);
  }
  const message =
    `${bound.length} process(es) are still bound after the time they had to leave: ${who}; ` +
    'end them, drain with --force to unbind them, or activate the node';
  return failing(OBJECT, 'StillBound', message);
}

/** Rules for the node itself: its module and its place in the DRVS. */
export const nodeRules: readonly Rule<NodeSubject>[] = [
  {
    name: 'nothing goes without the module',
    when: ({ actual }) => !actual.module.ready,
    then: ({ actual }) =>
      failing(OBJECT, 'ModuleMissing', moduleMessage(actual.module), { kind: 'module-load', object: OBJECT }),
  },
  {
    name: 'a disabled node leaves the DRVS when its VMs are gone',
    when: ({ desired, actual }) => desired.document.node.adminState === 'disabled' && actual.drvs !== null,
    then: ({ actual }) =>
      actual.vms.some((vm) => vm.managed)
        ? progressing(OBJECT, 'Disabling', 'ending the VMs of this node')
        : progressing(OBJECT, 'Disabling', 'leaving the DRVS', {
            kind: 'drvs-end',
            object: OBJECT,
            ends: allBound(actual),
          }),
  },
  {
    name: 'a disabled node stays out',
    when: ({ desired }) => desired.document.node.adminState === 'disabled',
    then: () => settled(OBJECT, 'Disabled', 'the node is disabled'),
  },
  {
    // The boot line is the word of who owns the machine: a directory that contradicts it is told so by the next rule.
    name: 'the node joins the DRVS with the nodeid of its boot line, else of the directory',
    when: ({ actual }) => actual.drvs === null,
    then: ({ desired: { document }, actual }) => {
      const nodeId = actual.bootNodeId ?? document.node.nodeId;
      const { systemId, limits } = document;
      const step = { kind: 'drvs-init', object: OBJECT, nodeId, systemId, maxCopyBytes: limits.maxCopyBytes } as const;
      return progressing(OBJECT, 'Joining', `joining the DRVS as node ${nodeId}`, step);
    },
  },
  {
    name: 'a contradicting nodeid is a condition, never a renumbering',
    when: ({ desired, actual }) => nodeIdConflict(desired, actual) !== undefined,
    then: ({ desired, actual }) => failing(OBJECT, 'NodeIdConflict', nodeIdConflict(desired, actual) ?? ''),
  },
  {
    name: 'a drained node waits for those that are bound, and says when that takes too long',
    when: ({ desired }) => desired.document.node.adminState === 'drained',
    then: draining,
  },
  { name: 'all is well', when: () => true, then: () => settled(OBJECT) },
];
