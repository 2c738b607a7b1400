// SPDX-License-Identifier: Apache-2.0
// Server-sent events: what is stored, in order, then what happens, until the reader leaves.
import { once } from 'node:events';
import { Injectable } from '@nestjs/common';
import type { ApiEvent, EventsQuery } from '@drvs/contracts';
import type { Request, Response } from 'express';
import { ApiRefusal } from '../common/api-error.js';
import { Clock } from '../common/clock.js';
import { Database } from '../database/database.js';
import { TopologyService } from '../topology/topology.service.js';
import { EventStore } from './event.store.js';

const BATCH = 500;
/** Silence is broken this often, so that proxies keep the connection and a lost notification costs little. */
const HEARTBEAT_MS = 10_000;
const ID = /^\d{1,18}$/;

@Injectable()
export class EventStreamService {
  private readonly open = new Set<AbortController>();

  constructor(
    private readonly store: EventStore,
    private readonly database: Database,
    private readonly topology: TopologyService,
    private readonly clock: Clock,
  ) {}

  /** Ends every stream. */
  stop(): void {
    for (const stream of this.open) stream.abort();
  }

  async stream(system: string, query: EventsQuery, request: Request, response: Response): Promise<void> {
    this.topology.assertServed(system);
    const after = await this.startingPoint(system, request.headers['last-event-id'] ?? query.after);
    response.writeHead(200, { 'Content-Type': 'text/event-stream; charset=utf-8', 'X-Accel-Buffering': 'no' });
    const stream = new AbortController();
    this.open.add(stream);
    response.once('close', () => stream.abort());
    // An id without data: whoever is cut off before the first event still knows from where to go on.
    response.write(`id: ${after.id}\n\n`);
    try {
      if (after.lost !== undefined) await write(response, formatEvent(after.lost), stream.signal);
      await this.pump(system, after.id, query.follow !== 'false', response, stream.signal);
    } finally {
      this.open.delete(stream);
      response.end();
    }
  }

  /** Where to begin, and the event that tells of a gap when events after the reader's last one are gone. */
  private async startingPoint(
    system: string,
    asked: string | string[] | undefined,
  ): Promise<{ id: string; lost?: ApiEvent }> {
    const { oldest, newest } = await this.store.findRange(system);
    if (asked === undefined) return { id: newest };
    const id = String(asked);
    if (!ID.test(id)) {
      throw new ApiRefusal(400, 'EventIdInvalid', `'${id}' is not the id of an event`, {
        remedy: "Give the 'id' of the last event you have, 0 for all that are kept, or none for those from now on.",
      });
    }
    // Id 0 asks for whatever is kept.
    const forgotten = id !== '0' && oldest !== '0' && BigInt(id) + 1n < BigInt(oldest);
    if (!forgotten && BigInt(id) <= BigInt(newest)) return { id };
    const from = forgotten ? String(BigInt(oldest) - 1n) : newest;
    const message = 'events after the last one you have are no longer kept: read the topology again';
    const blank = { revision: null, node: null, vm: null, process: null };
    return { id: from, lost: { id: from, at: this.clock.nowText(), kind: 'lost', ...blank, message } };
  }

  private async pump(
    system: string,
    from: string,
    follow: boolean,
    response: Response,
    signal: AbortSignal,
  ): Promise<void> {
    let after = from;
    while (!signal.aborted) {
      const news = this.nextNotice(system, signal);
      try {
        const events = await this.store.findAfter(system, after, BATCH);
        after = events[events.length - 1]?.id ?? after;
        for (const event of events) await write(response, formatEvent(event), signal);
        if (events.length === BATCH) continue;
        if (!follow) return;
        if (!(await news.arrived)) await write(response, ':\n\n', signal);
      } finally {
        news.forget();
      }
    }
  }

  /** Resolves true at the next notification, false after a heartbeat's time or when the stream ends. */
  private nextNotice(system: string, signal: AbortSignal): { arrived: Promise<boolean>; forget: () => void } {
    let forget = (): void => undefined;
    const arrived = new Promise<boolean>((resolve) => {
      const timer = setTimeout(() => resolve(false), HEARTBEAT_MS);
      const quit = (): void => resolve(false);
      signal.addEventListener('abort', quit, { once: true });
      const unsubscribe = this.database.subscribe('drvs_event', (about) => {
        if (about === undefined || about === system) resolve(true);
      });
      forget = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', quit);
        unsubscribe();
      };
    });
    return { arrived, forget };
  }
}

function formatEvent(event: ApiEvent): string {
  return `id: ${event.id}\nevent: ${event.kind}\ndata: ${JSON.stringify(event)}\n\n`;
}

/** Waits for a slow reader instead of gathering its events in memory. */
async function write(response: Response, text: string, signal: AbortSignal): Promise<void> {
  if (signal.aborted || response.write(text)) return;
  await once(response, 'drain', { signal }).catch(() => undefined);
}
