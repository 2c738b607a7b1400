// SPDX-License-Identifier: Apache-2.0
import { CallThread, FOREVER } from './calls.js';
import { checkedNumber } from './error.js';
import type { NativeAddon, NativeDescriptor } from './native.js';
import { EVENT_TYPES, UNBIND_CAUSES, type M3Event, type NativeEvent } from './types.js';

function eventOf(event: NativeEvent): M3Event {
  return {
    ...event,
    type: EVENT_TYPES[event.type] ?? 'unknown',
    cause: UNBIND_CAUSES[event.cause] ?? 'none',
  };
}

/**
 * What happens in the kernel, from the moment this is made, of all VMs that the program may see. Read on demand: what is
 * not fetched waits in the kernel's ring of 1,024 records, and what that cannot hold is counted in `lost` of the next.
 */
export class EventStream implements AsyncIterableIterator<M3Event> {
  private readonly descriptor: NativeDescriptor;
  private readonly fd: number;
  private readonly thread: CallThread;
  private fetched: M3Event[] = [];
  private closed = false;

  /** @throws M3Error with the name `call` */
  constructor(
    private readonly call: string,
    native: NativeAddon,
    holds: boolean,
    private readonly signal?: AbortSignal,
  ) {
    this.descriptor = new native.Descriptor();
    this.fd = checkedNumber(call, this.descriptor.openEvents());
    try {
      this.thread = new CallThread(call, native, holds);
    } catch (error) {
      this.descriptor.close();
      throw error;
    }
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** The next event; the end after `close` or when the signal aborts. */
  async next(): Promise<IteratorResult<M3Event, undefined>> {
    while (this.fetched.length === 0) {
      const batch = await this.fetch();
      if (!batch) return { done: true, value: undefined };
      this.fetched = batch;
    }
    return { done: false, value: this.fetched.shift() as M3Event };
  }

  return(): Promise<IteratorResult<M3Event, undefined>> {
    this.close();
    return Promise.resolve({ done: true, value: undefined });
  }

  /** Hands every batch to `listener` until closed. What the listener throws is nobody's to catch: it ends the program. */
  async pump(listener: (events: M3Event[]) => void): Promise<void> {
    for (let batch = await this.fetch(); batch; batch = await this.fetch()) listener(batch);
  }

  /** Ends the stream, its thread and its descriptor. */
  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.thread.close();
    this.descriptor.close();
  }

  /** The next batch, undefined at the end. */
  private async fetch(): Promise<M3Event[] | undefined> {
    if (this.closed) return undefined;
    const { call, signal, fd } = this;
    try {
      const batch = await this.thread.perform({ call, operation: 'events', parameters: [fd, FOREVER], signal });
      return (batch as NativeEvent[]).map(eventOf);
    } catch (error) {
      if (signal?.aborted) this.close();
      if (this.closed) return undefined;
      throw error;
    }
  }
}
