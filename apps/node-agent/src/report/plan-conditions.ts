// SPDX-License-Identifier: Apache-2.0
// Facts about the whole node that a plan shows.
import type { Plan } from '../plan/plan.js';
import type { Conditions } from './conditions.js';

const OF_THE_NODE = ['ModuleMissing', 'NodeIdConflict', 'StillBound'] as const;
const NAMED_STEPS = 5;

/** States or clears the conditions that follow from `plan`. */
export function notePlan(plan: Plan, conditions: Conditions): void {
  const node = plan.findings.find(({ object }) => object === 'node');
  for (const type of OF_THE_NODE) {
    conditions.hold(type, node?.code === type ? { reason: type, message: node.message } : undefined);
  }
  const waiting = plan.pending.map(({ kind, object }) => `${kind} ${object}`);
  const named = waiting.slice(0, NAMED_STEPS).join(', ');
  const message = `${waiting.length} step(s) that end something wait for a manager: ${named}`;
  conditions.hold('StepsPending', waiting.length > 0 ? { reason: 'NoManager', message } : undefined);
}
