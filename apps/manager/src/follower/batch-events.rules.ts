// SPDX-License-Identifier: Apache-2.0
// A batch in the words people read.
import type { ApiEvent } from '@drvs/contracts';
import type { BatchPlan } from './batch-plan.js';
import type { ObjectChange } from './objects.rules.js';

type EventBody = Omit<ApiEvent, 'id'>;

/** Objects named in the text of a revision; of the rest only the number is told. */
const NAMED = 5;

export function batchEvents(plan: BatchPlan, revision: string | undefined, at: string): EventBody[] {
  const event = (kind: ApiEvent['kind'], message: string): EventBody => ({
    at,
    kind,
    revision: revision ?? null,
    node: null,
    vm: null,
    process: null,
    message,
  });
  const events = revision === undefined ? [] : [event('revision', describeRevision(revision, plan.changes))];
  for (const problem of plan.newProblems) events.push(event('problem', `${problem.dn}: ${problem.message}`));
  for (const problem of plan.goneProblems) events.push(event('problem', `${problem.dn}: no longer ${problem.code}`));
  if (plan.heldChanged) events.push(event('held', describeHeld(plan)));
  return events;
}

function describeRevision(revision: string, changes: readonly ObjectChange[]): string {
  const named = changes.slice(0, NAMED).map(({ op, before, after }) => `${op} ${(after ?? before)?.desired.dn}`);
  const more = changes.length > NAMED ? ` and ${changes.length - NAMED} more` : '';
  return `revision ${revision}: ${named.join('; ') || 'precedence of conflicting records'}${more}`;
}

function describeHeld(plan: BatchPlan): string {
  const { held, reasons } = plan.verdict;
  if (held.length === 0) return 'nothing is held any more';
  const count = `${held.length} change${held.length === 1 ? ' is' : 's are'} held until a person confirms or refuses`;
  return [count, ...reasons].join(': ');
}
