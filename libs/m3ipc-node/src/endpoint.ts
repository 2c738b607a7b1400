// SPDX-License-Identifier: Apache-2.0
import { M3Error } from './error.js';
import { decodeMessage, encodeMessage, type Message, type Outgoing } from './message.js';
import { loadAddon, type NativeAddon, type NativeEndpointThread } from './native.js';

/** Receive from anybody. */
export const ANY = 0x7ace;
/** No limit to waiting. */
export const FOREVER = -1;

const OPERATIONS = ['bind', 'unbind', 'send', 'receive', 'sendrec', 'notify', 'rcvrqst', 'reply'] as const;
type Operation = (typeof OPERATIONS)[number];

const EINTR = 4;
const ENOTBIND = 310;

interface Outcome {
  readonly endpoint: number;
  readonly message: Buffer;
}

interface Waiting {
  readonly call: Operation;
  readonly resolve: (outcome: Outcome) => void;
  readonly reject: (error: Error) => void;
}

/**
 * One binding, held by a thread of its own: calls block that thread, never the event loop. Calls are carried out in the
 * order they are made, one at a time. Timeouts are in milliseconds; 0 = fail with EAGAIN instead of waiting.
 */
export class Endpoint {
  private readonly thread: NativeEndpointThread;
  private readonly waiting = new Map<number, Waiting>();
  private nextId = 1;
  private closed = false;
  /** Number and generation under which other processes of the VM know this one. */
  private own = 0;

  private constructor(native: NativeAddon) {
    this.thread = new native.EndpointThread((id, result, endpoint, message) =>
      this.finish(id, result, { endpoint, message }),
    );
  }

  /** Binds a new thread as process `nr` of VM `vmId`. Rejects with M3Error. */
  static async bind(vmId: number, nr: number, native: NativeAddon = loadAddon()): Promise<Endpoint> {
    const endpoint = new Endpoint(native);
    try {
      endpoint.own = (await endpoint.call('bind', vmId, nr)).endpoint;
      return endpoint;
    } catch (error) {
      endpoint.close();
      throw error;
    }
  }

  get endpoint(): number {
    return this.own;
  }

  /** Hands `message` over; waits until the destination takes it. */
  async send(destination: number, message: Outgoing, timeoutMs = FOREVER): Promise<void> {
    await this.call('send', destination, timeoutMs, encodeMessage(message));
  }

  /** Waits for a message of `source`, or of anybody. */
  async receive(source: number = ANY, timeoutMs = FOREVER): Promise<Message> {
    return decodeMessage((await this.call('receive', source, timeoutMs, encodeMessage({ type: 0 }))).message);
  }

  /** Sends a request and waits for the answer of that process. */
  async sendrec(destination: number, message: Outgoing, timeoutMs = FOREVER): Promise<Message> {
    return decodeMessage((await this.call('sendrec', destination, timeoutMs, encodeMessage(message))).message);
  }

  /** Leaves a notification; never waits. */
  async notify(destination: number): Promise<void> {
    await this.call('notify', destination, 0);
  }

  /** Leaves the VM and ends the thread. A call that waits fails with EINTR, later ones with ENOTBIND. */
  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.thread.close();
    for (const { call, reject } of this.waiting.values()) reject(new M3Error(call, EINTR));
    this.waiting.clear();
  }

  private call(call: Operation, a: number, b: number, message?: Buffer): Promise<Outcome> {
    if (this.closed) return Promise.reject(new M3Error(call, ENOTBIND));
    const id = this.nextId++;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { call, resolve, reject });
      this.thread.submit(id, OPERATIONS.indexOf(call), a, b, message);
    });
  }

  private finish(id: number, result: number, outcome: Outcome): void {
    const waiting = this.waiting.get(id);
    if (!waiting) return;
    this.waiting.delete(id);
    if (result < 0) waiting.reject(new M3Error(waiting.call, -result));
    else waiting.resolve(outcome);
  }
}
