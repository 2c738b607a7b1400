// SPDX-License-Identifier: Apache-2.0
// What of the document holds after a turn: one result per object.
import type { ObjectResult } from '@drvs/contracts';
import type { Backoff } from '../apply/backoff.js';
import type { Turn } from '../apply/runner.js';
import { instantOf, type Clock } from '../clock.js';
import type { Finding } from '../plan/rule.js';
import type { Step } from '../plan/step.js';

function pendingResult(step: Step): ObjectResult {
  const { object } = step;
  return { object, result: 'progressing', code: 'WaitingForManager', message: `${step.kind} waits for a manager` };
}

function resultOf(finding: Finding, backoff: Backoff, clock: Clock, pending: ReadonlyMap<string, Step>): ObjectResult {
  const { object, result, code, message } = finding;
  if (result === 'in-sync') return { object, result };
  const record = backoff.failureOf(object);
  if (record) {
    const { failure, attempts, nextTry } = record;
    // A finding that is a failure by itself tells more than the step that tries to mend it.
    const why = result === 'failed' ? { code, message } : failure;
    return { object, result: 'failed', ...why, attempt: attempts, nextTry: instantOf(nextTry, clock) };
  }
  const step = pending.get(object);
  return step ? pendingResult(step) : { object, result, code, message };
}

export function objectResults(turn: Turn, backoff: Backoff, clock: Clock): ObjectResult[] {
  const pending = new Map(turn.plan.pending.map((step) => [step.object, step]));
  return turn.plan.findings.map((finding) => resultOf(finding, backoff, clock, pending));
}
