// SPDX-License-Identifier: Apache-2.0
// When the agent reads LDAP itself: at start, while it is alone, and now and then to audit the manager's word.
import type { NodeDocument } from '@drvs/contracts';

/** Between readings while no manager is there, in milliseconds. */
export const ALONE_MS = 60_000;
/** Between readings that failed while no manager is there. */
export const RETRY_MS = 10_000;
/** Between audits that failed. */
export const AUDIT_RETRY_MS = 20_000;
/** Between audits of a manager's document. */
export const AUDIT_MS = 600_000;
/** Before a difference is looked at again: a change may have reached us before it reached the manager. */
export const RECHECK_MS = 15_000;

export interface DirectoryWatchParts {
  read(): Promise<NodeDocument>;
  /** Milliseconds to the next reading, before it is spread. */
  pause(failed: boolean): number;
  onRead(document: NodeDocument): void;
  onFailure(error: unknown): void;
  random?: () => number;
}

export class DirectoryWatch {
  private timer: NodeJS.Timeout | undefined;
  private reading: Promise<void> | undefined;
  private closed = false;

  constructor(private readonly parts: DirectoryWatchParts) {}

  /** Reads now, unless a reading is under way; resolves when that has ended, however it did. */
  look(): Promise<void> {
    this.reading ??= this.readOnce().finally(() => {
      this.reading = undefined;
    });
    return this.reading;
  }

  /** Looks again at the latest after `ms`. */
  within(ms: number): void {
    clearTimeout(this.timer);
    if (this.closed) return;
    this.timer = setTimeout(() => void this.look(), ms).unref();
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.timer);
  }

  private async readOnce(): Promise<void> {
    let failed = false;
    try {
      this.parts.onRead(await this.parts.read());
    } catch (error) {
      failed = true;
      this.parts.onFailure(error);
    }
    const random = this.parts.random ?? Math.random;
    // Spread over the fleet: agents that started together must not read together.
    this.within(this.parts.pause(failed) * (0.5 + random()));
  }
}
