// SPDX-License-Identifier: Apache-2.0
// plan(desired, actual, now) -> steps: pure, no clock, no I/O. Steps are planned whose preconditions hold, or hold once an earlier
// step of the same turn on the same object has succeeded; then the runner reads again and plans again.
import type { NodeDocument, ProcessElsewhere } from '@drvs/contracts';
import type { Actual } from '../actual/actual.js';
import type { Bounds } from './bounds.js';
import type { Drain } from './drain.js';
import { applyRules, type Finding, type Outcome } from './rule.js';
import { nodeRules } from './node-rules.js';
import { processRules } from './process-rules.js';
import { processSubjects } from './process-subject.js';
import { STEP_ORDER, isDestructive, type Step } from './step.js';
import { vmRules, vmSubjects } from './vm-rules.js';

/** What should be, and how far the agent may go for it. */
export interface Desired {
  readonly document: NodeDocument;
  /** `additive` without a manager session: ending, unbinding and replacing wait for it. */
  readonly mode: 'full' | 'additive';
  readonly bounds: Bounds;
  /** Objects of launched processes that somebody asked to restart, and that have not been stopped for it yet. */
  readonly restarts?: ReadonlySet<string>;
  /** The drain under way; absent while the node is not drained. */
  readonly drain?: Drain;
  /** What the manager says of processes on other nodes; absent without its word. */
  readonly elsewhere?: readonly ProcessElsewhere[];
}

export interface Plan {
  /** To do now, in order. */
  readonly steps: readonly Step[];
  /** Would be done, but only the word of a manager may do it. */
  readonly pending: readonly Step[];
  /** One per object: whether it is as desired and if not, why. */
  readonly findings: readonly Finding[];
}

function orderOf(step: Step): number {
  return STEP_ORDER.indexOf(step.kind);
}

/**
 * Decides what one turn does. Total: every object, desired or found, gets exactly one finding.
 *
 * @param now milliseconds on the clock that never jumps
 */
export function plan(desired: Desired, actual: Actual, now: number): Plan {
  const outcomes: Outcome[] = [
    applyRules(nodeRules, { desired, actual, now }),
    ...vmSubjects(desired, actual).map((subject) => applyRules(vmRules, subject)),
    ...processSubjects(desired, actual, now).map((subject) => applyRules(processRules, subject)),
  ];
  const all = outcomes.flatMap((outcome) => outcome.steps).sort((a, b) => orderOf(a) - orderOf(b));
  const paused = desired.document.node.adminState === 'paused';
  const doable = paused ? [] : all;
  const mayDestroy = desired.mode === 'full';
  return {
    steps: doable.filter((step) => mayDestroy || !isDestructive(step)),
    pending: mayDestroy ? [] : doable.filter(isDestructive),
    findings: outcomes.map((outcome) => outcome.finding),
  };
}
