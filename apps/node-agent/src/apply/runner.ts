// SPDX-License-Identifier: Apache-2.0
// The one loop of the agent. Invariants:
// - one turn at a time; a trigger during a turn causes exactly one more;
// - each turn reads desired and actual anew and trusts nothing it remembers but back-off;
// - a turn that changed something is followed by another, until nothing is left to do.
import type { Actual } from '../actual/actual.js';
import { errorCode, errorSentence } from '../agent-error.js';
import type { Clock } from '../clock.js';
import { plan, type Desired, type Plan } from '../plan/plan.js';
import type { Step } from '../plan/step.js';
import type { Backoff } from './backoff.js';

/** What one turn saw and did. */
export interface Turn<D extends Desired = Desired> {
  readonly desired: D;
  readonly actual: Actual;
  readonly plan: Plan;
  readonly done: readonly Step[];
  /** Steps that failed now or wait for their back-off. */
  readonly waiting: readonly Step[];
  readonly endedAt: number;
}

export interface RunnerParts<D extends Desired> {
  readonly clock: Clock;
  readonly backoff: Backoff;
  /** undefined: nothing is known yet of what should be. */
  readDesired(): D | undefined;
  readActual(desired: D): Promise<Actual>;
  execute(step: Step): Promise<void>;
  /** Called at the end of each turn; must not throw. */
  onTurn(turn: Turn<D>): void;
  /** A turn could not be carried out at all, e.g. systemd does not answer. */
  onFailure(error: unknown): void;
}

/** Look again at least this often: kernel and systemd events may be lost. */
export const IDLE_TURN_MS = 30_000;
const RETRY_TURN_MS = 2_000;
const PARALLEL_STEPS = 8;

export class Runner<D extends Desired> {
  private running: Promise<void> | undefined;
  private again = false;
  private stopped = false;
  private timer: NodeJS.Timeout | undefined;
  private startedAt: number | undefined;

  constructor(private readonly parts: RunnerParts<D>) {}

  /** Asks for a turn, now or right after the present one. */
  trigger(): void {
    this.again = true;
    if (this.running || this.stopped) return;
    this.running = this.loop().finally(() => {
      this.running = undefined;
      // A trigger may have come between the last look and here.
      if (this.again) this.trigger();
    });
  }

  /** Milliseconds for which the present turn has been running, 0 between turns. */
  stuckFor(): number {
    return this.startedAt === undefined ? 0 : this.parts.clock.elapsed() - this.startedAt;
  }

  /** Ends after the present turn; undoes nothing. */
  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.running;
  }

  private async loop(): Promise<void> {
    while (this.again && !this.stopped) {
      this.again = false;
      clearTimeout(this.timer);
      this.startedAt = this.parts.clock.elapsed();
      try {
        this.sleep(await this.turn());
      } catch (error) {
        this.parts.onFailure(error);
        this.sleep(RETRY_TURN_MS);
      } finally {
        this.startedAt = undefined;
      }
    }
  }

  /** One turn. Returns after how many milliseconds the next one is due at the latest. */
  private async turn(): Promise<number> {
    const { clock, backoff } = this.parts;
    const desired = this.parts.readDesired();
    if (!desired) return IDLE_TURN_MS;
    const actual = await this.parts.readActual(desired);
    const planned = plan(desired, actual, clock.elapsed());
    backoff.settle(planned.steps, clock.elapsed());
    const done = await this.carryOut(planned.steps);
    if (done.length > 0) this.again = true;
    const waiting = planned.steps.filter((step) => !done.includes(step));
    this.parts.onTurn({ desired, actual, plan: planned, done, waiting, endedAt: clock.now() });
    const next = backoff.nextTry(waiting);
    return next === undefined ? IDLE_TURN_MS : Math.max(10, Math.min(IDLE_TURN_MS, next - clock.elapsed()));
  }

  /** Kinds in their order, steps of one kind side by side. Returns those that succeeded. */
  private async carryOut(steps: readonly Step[]): Promise<Step[]> {
    const done: Step[] = [];
    /** Objects on which a step failed or waits: what was to follow there waits, too. */
    const halted = new Set<string>();
    let rest = steps;
    while (rest.length > 0) {
      const kind = rest[0]?.kind;
      const group = rest.slice(0, PARALLEL_STEPS).filter((step) => step.kind === kind);
      rest = rest.slice(group.length);
      const startable = group.filter((step) => !halted.has(step.object));
      const succeeded = await Promise.all(startable.map((step) => this.attempt(step)));
      startable.forEach((step, index) => (succeeded[index] ? done.push(step) : halted.add(step.object)));
    }
    return done;
  }

  /** Carries out a step whose time has come. Returns whether it succeeded. */
  private async attempt(step: Step): Promise<boolean> {
    const { clock, backoff } = this.parts;
    if (!backoff.isDue(step, clock.elapsed())) return false;
    try {
      await this.parts.execute(step);
      backoff.succeeded(step, clock.elapsed());
      return true;
    } catch (error) {
      backoff.failed(step, { code: errorCode(error), message: errorSentence(error) }, clock.elapsed());
      return false;
    }
  }

  private sleep(ms: number): void {
    if (this.stopped || this.again) return;
    this.timer = setTimeout(() => this.trigger(), ms);
  }
}
