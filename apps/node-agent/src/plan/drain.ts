// SPDX-License-Identifier: Apache-2.0
// How far the emptying of a drained node is.
import type { Actual, BoundProcess } from '../actual/actual.js';
import type { Desired } from './plan.js';

/** How long those that nobody launched have to leave a drained node. */
export const DRAIN_LIMIT_MS = 600_000;

/** A drain under way. */
export interface Drain {
  /** When it began, in milliseconds on the clock that never jumps. */
  readonly since: number;
  readonly limitMs: number;
  /** Whether those that are still bound after that are unbound. */
  readonly force: boolean;
}

/** True when a drained node should be empty by now. */
export function isOverdue({ document, drain }: Desired, now: number): boolean {
  if (document.node.adminState !== 'drained' || drain === undefined) return false;
  return now - drain.since >= drain.limitMs;
}

/** Who is still bound in VMs of ours, with its VM's name. */
export function stillBound(actual: Actual): { readonly vm: string; readonly process: BoundProcess }[] {
  return actual.vms
    .filter(({ managed }) => managed)
    .flatMap(({ settings, bound }) => bound.map((process) => ({ vm: settings.name, process })));
}
