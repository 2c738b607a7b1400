// SPDX-License-Identifier: Apache-2.0
// Hands what was collected to the caller, one batch at a time: a refresh whole, later changes after a quiet moment.
import type { Collector } from './refresh.js';
import type { SyncBatch } from './types.js';

/** Changes that may wait for a slow handler before the server has to wait too. */
const BACKLOG = 10_000;
/**
 * Deletions are waited for this many times longer. A subtree is deleted entry by entry, each as slow as the server's disk,
 * and who judges the loss must see it whole, not in harmless slices.
 */
const DELETION_PATIENCE = 4;
/** A batch that is held open closes after this long in any case. */
const LONGEST_HOLD_MS = 5_000;

export interface PumpOptions {
  readonly collector: Collector;
  readonly quietMs: number;
  readonly maxBatchMs: number;
  /** True: more of the same is on its way, so the batch stays open. */
  readonly holds: () => boolean;
  readonly wrap: (cookie: Buffer) => string;
  /** Resolves when the caller has stored the batch. */
  readonly deliver: (batch: SyncBatch, cookie: Buffer | undefined) => Promise<void>;
  /** A batch was not accepted. */
  readonly refused: (cause: unknown) => void;
  readonly pause: () => void;
  readonly resume: () => void;
}

export class BatchPump {
  private quiet: NodeJS.Timeout | undefined;
  /** When the first change of the batch came (monotonic ms), undefined while there is none. */
  private openedAt: number | undefined;
  private running: Promise<void> | undefined;
  private refreshDelivered = false;
  private stopped = false;

  constructor(private readonly options: PumpOptions) {}

  /** To be called after each message. */
  poke(): void {
    const { collector, pause } = this.options;
    if (this.stopped || !collector.refreshed) return;
    if (this.running) {
      if (collector.size > BACKLOG) pause();
    } else if (!this.refreshDelivered) {
      this.refreshDelivered = true;
      this.start();
    } else if (collector.size > 0) {
      this.openedAt ??= performance.now();
      clearTimeout(this.quiet);
      this.quiet = setTimeout(() => this.close(), this.patience());
    }
  }

  private close(): void {
    const { collector, holds, quietMs } = this.options;
    const age = performance.now() - (this.openedAt ?? 0);
    if (!holds() || age >= LONGEST_HOLD_MS || collector.size > BACKLOG) this.start();
    else this.quiet = setTimeout(() => this.close(), quietMs);
  }

  /** Milliseconds to wait for a next change before the batch closes. */
  private patience(): number {
    const { collector, quietMs, maxBatchMs } = this.options;
    const factor = collector.hasDeletions ? DELETION_PATIENCE : 1;
    const age = performance.now() - (this.openedAt ?? 0);
    return Math.max(0, Math.min(quietMs * factor, maxBatchMs * factor - age));
  }

  /** No further batch starts. Resolves when the running one is done. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.clearTimers();
    await this.running;
  }

  private clearTimers(): void {
    clearTimeout(this.quiet);
    this.openedAt = undefined;
  }

  private start(): void {
    this.clearTimers();
    if (this.stopped || this.running) return;
    this.running = this.run().finally(() => {
      this.running = undefined;
      this.poke();
    });
  }

  private async run(): Promise<void> {
    const { collector, wrap, deliver, refused, resume } = this.options;
    try {
      const { cookie } = collector;
      await deliver(collector.take(wrap), cookie);
      resume();
    } catch (error) {
      this.stopped = true;
      refused(error);
    }
  }
}
