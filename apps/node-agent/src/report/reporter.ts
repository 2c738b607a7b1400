// SPDX-License-Identifier: Apache-2.0
// Sends the manager what turns found: status in batches, the answer to a document, events at once.
import { STATUS_BATCH_MS, type AgentFrame, type NodeEvent, type NodeStatus, type ObjectResult } from '@drvs/contracts';
import type { Placed } from '../desired/desired-state.js';

/** Everything is told anew this often, so that nothing stays wrong for long. */
export const FULL_STATUS_MS = 300_000;
/** Events kept while no manager is there. */
const MAX_EVENTS = 256;

export interface Report {
  readonly status: NodeStatus;
  readonly results: readonly ObjectResult[];
  readonly placed: Placed;
}

type Send = (frame: AgentFrame) => boolean;

export class Reporter {
  private latest: Report | undefined;
  private sentStatus = '';
  private sentApplied = '';
  private events: NodeEvent[] = [];
  private timer: NodeJS.Timeout | undefined;
  private full: NodeJS.Timeout | undefined;

  constructor(private readonly send: Send) {}

  /** A session has begun: the manager knows nothing of us. */
  sessionBegan(): void {
    this.sentStatus = '';
    this.sentApplied = '';
    clearInterval(this.full);
    this.full = setInterval(() => this.flush(true), FULL_STATUS_MS).unref();
    this.flush(true);
  }

  /** What a turn found. The answer to a document goes at once, the rest with the batch. */
  report(report: Report): void {
    this.latest = report;
    this.sendApplied(report);
    this.timer ??= setTimeout(() => this.flush(false), STATUS_BATCH_MS).unref();
  }

  happened(events: readonly NodeEvent[]): void {
    this.events = [...this.events, ...events].slice(-MAX_EVENTS);
    // The first goes at once, what follows it closely together: the manager disconnects who sends too many frames.
    if (this.timer === undefined || this.events.length >= MAX_EVENTS / 2) this.sendEvents();
    this.timer ??= setTimeout(() => this.flush(false), STATUS_BATCH_MS).unref();
  }

  close(): void {
    clearTimeout(this.timer);
    clearInterval(this.full);
  }

  private flush(full: boolean): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.sendEvents();
    const { latest } = this;
    if (!latest) return;
    const text = JSON.stringify(latest.status);
    if (full || text !== this.sentStatus) {
      if (this.send({ type: 'status', full, status: latest.status })) this.sentStatus = text;
    }
    this.sendApplied(latest);
  }

  private sendApplied({ placed, results }: Report): void {
    if (!placed.epoch || placed.revision === null) return;
    const inSync = results.every(({ result }) => result === 'in-sync');
    const { epoch, revision, digest } = placed;
    const frame: AgentFrame = { type: 'applied', epoch, revision, digest, inSync, results: [...results] };
    const text = JSON.stringify(frame);
    if (text !== this.sentApplied && this.send(frame)) this.sentApplied = text;
  }

  private sendEvents(): void {
    const events = this.events;
    if (events.length > 0 && this.send({ type: 'event', events })) this.events = [];
  }
}
