// SPDX-License-Identifier: Apache-2.0
// Keeps the last good document, and keeps trying while the disk refuses: what is kept must not fall behind for good.
import type { Logger } from 'pino';
import { errorCode, errorSentence } from '../agent-error.js';
import type { Conditions } from '../report/conditions.js';
import type { LastGood, LastGoodStore } from './last-good.js';

/** Before a document that could not be kept is tried again. */
export const KEEP_RETRY_MS = 15_000;

const FAULTS = ['LastGoodDamaged', 'LastGoodForeign', 'LastGoodUnwritable'] as const;

export class Keeper {
  private newest: LastGood | undefined;
  private timer: NodeJS.Timeout | undefined;
  private closed = false;

  constructor(
    private readonly store: LastGoodStore,
    private readonly conditions: Conditions,
    private readonly logger: Logger,
    private readonly retryMs = KEEP_RETRY_MS,
  ) {}

  /** The newest document that is whole and ours; what is wrong with another is a condition. */
  async recall(): Promise<LastGood | undefined> {
    const { document, faults } = await this.store.load();
    for (const { code, message } of faults) {
      this.logger.warn({ code }, message);
      this.conditions.set(code, code, message);
    }
    if (document)
      this.logger.info({ source: document.source, revision: document.revision }, 'last good document found');
    return document;
  }

  /** Keeps a document in place of the one before. Never rejects: a disk that refuses is a condition. */
  async keep(document: LastGood): Promise<void> {
    this.newest = document;
    clearTimeout(this.timer);
    try {
      await this.store.save(document);
      for (const type of FAULTS) this.conditions.clear(type);
    } catch (error) {
      this.failed(error);
    }
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.timer);
  }

  private failed(error: unknown): void {
    const message = `the last good document cannot be kept: ${errorSentence(error)}; free space below the state folder`;
    this.conditions.set('LastGoodUnwritable', errorCode(error), message);
    this.logger.error({ code: errorCode(error) }, errorSentence(error));
    if (this.closed) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      if (this.newest) void this.keep(this.newest);
    }, this.retryMs).unref();
  }
}
