// SPDX-License-Identifier: Apache-2.0
// When a step may be tried again. Also after success: a step that is planned again although it succeeded did not hold.
import { isDestructive, stepKey, type Step } from '../plan/step.js';

/** Milliseconds before the second try; doubles with each try. */
export const FIRST_DELAY_MS = 500;
export const LONGEST_DELAY_MS = 60_000;
/** A step that was not needed for this long starts over. */
export const FORGET_AFTER_MS = 120_000;

export interface StepFailure {
  readonly code: string;
  readonly message: string;
}

export interface StepRecord {
  readonly object: string;
  readonly destructive: boolean;
  readonly attempts: number;
  readonly lastTry: number;
  /** On the clock that never jumps, as all times here. */
  readonly nextTry: number;
  /** Why the last try failed, undefined when it succeeded. */
  readonly failure: StepFailure | undefined;
}

/** Each step backs off alone: a failing one never holds up another object. */
export class Backoff {
  private readonly records = new Map<string, StepRecord>();

  constructor(private readonly random: () => number = Math.random) {}

  isDue(step: Step, now: number): boolean {
    const record = this.records.get(stepKey(step));
    return record === undefined || now >= record.nextTry;
  }

  failed(step: Step, failure: StepFailure, now: number): void {
    this.note(step, failure, now);
  }

  /** Notes a success. What undoes the opposite on the same object gives that a fresh start. */
  succeeded(step: Step, now: number): void {
    const destructive = isDestructive(step);
    for (const [key, record] of this.records) {
      if (record.object === step.object && record.destructive !== destructive) this.records.delete(key);
    }
    this.note(step, undefined, now);
  }

  /** A step that had succeeded turned out to have failed: the same try, another outcome. */
  refute(step: Step, failure: StepFailure): void {
    const record = this.records.get(stepKey(step));
    if (record) this.records.set(stepKey(step), { ...record, failure });
  }

  /** The last failure on an object that is still in force, for reports. */
  failureOf(object: string): (StepRecord & { readonly failure: StepFailure }) | undefined {
    for (const record of this.records.values()) {
      if (record.object === object && record.failure) return { ...record, failure: record.failure };
    }
    return undefined;
  }

  /** Forgets steps that are no longer planned and whose time has passed. Call once per turn. */
  settle(planned: readonly Step[], now: number): void {
    const keys = new Set(planned.map(stepKey));
    for (const [key, record] of this.records) {
      if (keys.has(key)) continue;
      if (record.failure || now - record.lastTry > FORGET_AFTER_MS) this.records.delete(key);
    }
  }

  /** The earliest time at which a step that waits may be tried, undefined when none waits. */
  nextTry(waiting: readonly Step[]): number | undefined {
    const times = waiting.flatMap((step) => this.records.get(stepKey(step))?.nextTry ?? []);
    return times.length > 0 ? Math.min(...times) : undefined;
  }

  private note(step: Step, failure: StepFailure | undefined, now: number): void {
    const attempts = (this.records.get(stepKey(step))?.attempts ?? 0) + 1;
    const longest = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (attempts - 1));
    const nextTry = now + longest * (0.75 + this.random() * 0.25);
    const { object } = step;
    const destructive = isDestructive(step);
    this.records.set(stepKey(step), { object, destructive, attempts, lastTry: now, nextTry, failure });
  }
}
