// SPDX-License-Identifier: Apache-2.0
// advance(operation, facts, now): what becomes of an operation now. Pure: whoever carries it out does so in one transaction.
import type { OperationSpec, TargetState } from '@drvs/contracts';

/** A target and what is known of it. */
export interface TargetFact {
  readonly position: number;
  readonly state: TargetState;
  readonly process: string | null;
  readonly node: string;
  /** pid that was bound when it was asked for, and the one that is bound by the last word of its node. */
  readonly pid: number | null;
  readonly boundPid: number | null;
  /** Milliseconds since 1970. */
  readonly askedAt: number | null;
  readonly message: string | null;
  /** Of a node: how many are bound on it, whether it says that it waited in vain, and what the directory wants of it. */
  readonly boundOnNode: number;
  readonly boundNames: string | null;
  readonly stillBound: boolean;
  readonly adminState: string | null;
}

export interface OperationFact {
  readonly spec: OperationSpec;
  readonly restUntil: number | null;
  readonly targets: readonly TargetFact[];
}

/** What a target becomes. */
export interface TargetChange {
  readonly position: number;
  readonly state: TargetState;
  readonly message: string | null;
  /** Set when it is asked for now. */
  readonly asked: boolean;
}

export interface Advance {
  readonly targets: readonly TargetChange[];
  /** The operation's next state; undefined: it goes on. */
  readonly state?: 'paused' | 'done' | 'failed' | 'stopped';
  readonly message?: string | null;
  readonly restUntil?: number | null;
}

/** A restart whose process is not bound anew by then has failed. */
export const RESTART_LIMIT_MS = 90_000;
/** An agent's word on a drain that is younger than this may still be that on the drain before. */
const SETTLE_MS = 5_000;

/** Characters of the list of those who are still bound. */
const MOST_NAMED = 200;

const isUnderWay = ({ state }: TargetFact): boolean => state === 'asked' || state === 'accepted';
const change = (target: TargetFact, state: TargetState, message: string | null = null): TargetChange => ({
  position: target.position,
  state,
  message,
  asked: state === 'asked',
});

/** What became of a process that was asked to restart; undefined: nothing yet. */
function judgeRestart(target: TargetFact, now: number): TargetChange | undefined {
  if (target.boundPid !== null && target.boundPid !== target.pid) return change(target, 'done');
  if (now - (target.askedAt ?? now) < RESTART_LIMIT_MS) return undefined;
  const why =
    target.state === 'asked'
      ? `${target.node} has not taken the order: see drvsctl node ${target.node}`
      : `it is not bound again: see drvsctl ps and drvsctl logs ${target.process ?? ''}`;
  return change(target, 'failed', `${RESTART_LIMIT_MS / 1000} s after it was asked for ${why}`);
}

function advanceRestart({ spec, targets, restUntil }: OperationFact, now: number): Advance {
  if (spec.kind !== 'restart') return { targets: [] };
  const changes = targets.filter(isUnderWay).flatMap((target) => judgeRestart(target, now) ?? []);
  const ended = new Set(changes.map(({ position }) => position));
  const failed = targets.filter(({ state }) => state === 'failed').length;
  const failures = failed + changes.filter(({ state }) => state === 'failed').length;
  const stillGoing = targets.filter((target) => isUnderWay(target) && !ended.has(target.position));
  if (stillGoing.length > 0) return { targets: changes };
  if (failures > spec.maxFailures) {
    const message = `${failures} failed, and ${spec.maxFailures} may; resume tries those again, then goes on`;
    return { targets: changes, state: 'paused', message };
  }
  const waiting = targets.filter(({ state }) => state === 'waiting');
  if (waiting.length === 0) {
    return { targets: changes, state: 'done', message: failures > 0 ? `${failures} failed` : null };
  }
  // A batch has just ended, with the next one to come: they rest between the two.
  if (changes.length > 0 && spec.pauseSeconds > 0) {
    return { targets: changes, restUntil: now + spec.pauseSeconds * 1000 };
  }
  if (restUntil !== null && now < restUntil) return { targets: changes };
  const batch = waiting.slice(0, spec.batch).map((target) => change(target, 'asked'));
  return { targets: [...changes, ...batch], restUntil: null };
}

function advanceDrain({ spec, targets }: OperationFact, now: number): Advance {
  const [target] = targets;
  if (spec.kind !== 'drain' || !target) return { targets: [], state: 'stopped', message: 'it has no node' };
  const since = now - (target.askedAt ?? now);
  if (target.state === 'waiting') return { targets: [change(target, 'asked')] };
  if (target.state === 'failed') return { targets: [], state: 'failed', message: target.message };
  if (target.adminState !== 'drained' && target.adminState !== 'disabled') {
    if (since < SETTLE_MS) return { targets: [] };
    return { targets: [], state: 'stopped', message: `${target.node} is ${target.adminState ?? 'gone'}, not drained` };
  }
  if (target.state === 'asked') return { targets: [], message: `${target.node} has not heard of it yet` };
  if (target.boundOnNode === 0) return { targets: [change(target, 'done')], state: 'done', message: null };
  const who = (target.boundNames ?? '').slice(0, MOST_NAMED);
  const left = `${target.boundOnNode} process(es) still bound on ${target.node}: ${who}`;
  if (!target.stillBound || spec.force || since < SETTLE_MS) return { targets: [], message: left };
  return { targets: [change(target, 'failed', 'StillBound')], state: 'failed', message: `StillBound: ${left}` };
}

export function advance(operation: OperationFact, now: number): Advance {
  return operation.spec.kind === 'drain' ? advanceDrain(operation, now) : advanceRestart(operation, now);
}
