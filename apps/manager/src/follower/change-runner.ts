// SPDX-License-Identifier: Apache-2.0
// Carries out change sets while this replica follows the directory: one at a time, all of one or nothing.
import { endChange, openChanges } from '../changes/change.store.js';
import type { ChangeOutcome, OpenChange } from '../changes/change.store.js';
import { Backoff, pause } from '../common/backoff.js';
import { errorText } from '../common/logger.js';
import type { Logger } from '../common/logger.js';
import type { Metrics } from '../metrics/metrics.js';
import { ChangeWriter } from './change-writer.js';
import type { ChangeWriterParts } from './change-writer.js';

/** Looked for without being told, in case the telling was lost. */
const LOOK_MS = 2_000;

export interface ChangeRunnerParts extends ChangeWriterParts {
  readonly logger: Logger;
  readonly metrics: Pick<Metrics, 'changeSetSeconds' | 'changeSets'>;
  /** True while the directory is followed: what is not followed cannot be foreseen. */
  readonly isCurrent: () => boolean;
}

export class ChangeRunner {
  private readonly ending = new AbortController();
  private wake: (() => void) | undefined;
  private running: Promise<void> | undefined;

  constructor(
    private readonly system: string,
    private readonly parts: ChangeRunnerParts,
  ) {}

  start(): void {
    this.running ??= this.run();
  }

  /** Ends when the operation in hand is done; what is left is the next term's. */
  async stop(): Promise<void> {
    this.ending.abort();
    this.wake?.();
    await this.running;
  }

  /** A change set may wait. */
  nudge(): void {
    this.wake?.();
  }

  private async run(): Promise<void> {
    const { signal } = this.ending;
    const backoff = new Backoff(200, 5_000);
    while (!signal.aborted) {
      const woken = new Promise<void>((resolve) => (this.wake = resolve));
      try {
        while (!signal.aborted && this.parts.isCurrent() && (await this.takeNext())) backoff.reset();
      } catch (error) {
        this.parts.logger.warn({ system: this.system, error: errorText(error) }, 'a change set waits');
        await backoff.pause(signal);
        continue;
      }
      const nap = new AbortController();
      await Promise.race([woken, pause(LOOK_MS, nap.signal)]);
      nap.abort();
    }
  }

  /** Carries out the next change set, or finishes one that was begun; false when there is none. */
  private async takeNext(): Promise<boolean> {
    const [next] = await this.parts.leadership.transaction((manager) => openChanges(manager, this.system));
    if (next === undefined) return false;
    const change = next.state === 'writing' ? next : await this.parts.leading.beginChange(next);
    if (change === undefined) return true;
    const { metrics } = this.parts;
    const end = metrics.changeSetSeconds.startTimer({ system: this.system });
    const outcome = await new ChangeWriter(change, next.state === 'writing', this.parts).carryOut();
    end();
    metrics.changeSets.inc({ system: this.system, outcome: outcome.kind });
    await this.end(change, outcome);
    return true;
  }

  private async end(change: OpenChange, outcome: ChangeOutcome): Promise<void> {
    await this.parts.leadership.transaction((manager) => endChange(manager, change.id, outcome));
    this.parts.leading.forgetChange(change.id);
  }
}
