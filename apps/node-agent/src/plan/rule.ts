// SPDX-License-Identifier: Apache-2.0
// Ordered rule tables: rules are tried in order, the first that matches decides about its subject.
import type { Step } from './step.js';

/** How one object stands, for people and for the manager. */
export interface Finding {
  /** `node`, `vm:<vmid>` or `process:<vmid>:<nr>`. */
  readonly object: string;
  readonly result: 'in-sync' | 'progressing' | 'failed';
  readonly code: string;
  readonly message: string;
}

export interface Outcome {
  readonly steps: readonly Step[];
  readonly finding: Finding;
}

export interface Rule<Subject> {
  readonly name: string;
  readonly when: (subject: Subject) => boolean;
  readonly then: (subject: Subject) => Outcome;
}

/** Applies the first rule that matches. A table must end in a rule that always does. */
export function applyRules<Subject>(rules: readonly Rule<Subject>[], subject: Subject): Outcome {
  for (const rule of rules) {
    if (rule.when(subject)) return rule.then(subject);
  }
  throw new Error('a rule table without a last resort');
}

export function settled(object: string, code = 'InSync', message = ''): Outcome {
  return { steps: [], finding: { object, result: 'in-sync', code, message } };
}

export function progressing(object: string, code: string, message: string, ...steps: Step[]): Outcome {
  return { steps, finding: { object, result: 'progressing', code, message } };
}

export function failing(object: string, code: string, message: string, ...steps: Step[]): Outcome {
  return { steps, finding: { object, result: 'failed', code, message } };
}
