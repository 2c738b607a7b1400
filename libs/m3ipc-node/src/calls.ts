// SPDX-License-Identifier: Apache-2.0
import { M3Error, checkedNumber } from './error.js';
import { checkNumber } from './numbers.js';
import type { NativeAddon, NativeCallThread, Operation } from './native.js';

/** No limit to waiting. */
export const FOREVER = -1;

/** How long a call may wait. */
export interface WaitOptions {
  /**
   * Milliseconds, counted from when the call's turn comes: 0 = fail with EAGAIN instead of waiting, else ETIMEDOUT when
   * they are over. Left out: no limit.
   */
  readonly timeoutMs?: number;
  /**
   * Gives the call up: it rejects with the signal's reason, unless it had succeeded already. What the kernel then does
   * with a message is said at each call.
   */
  readonly signal?: AbortSignal;
}

/** What to carry out, and what must not be collected meanwhile. */
export interface Call {
  /** Name for errors. */
  readonly call: string;
  readonly operation: Operation;
  readonly parameters: readonly unknown[];
  readonly signal?: AbortSignal;
  /** Buffers whose memory the kernel, or another process, uses. */
  readonly keep?: unknown;
}

interface Waiting extends Call {
  readonly resolve: (value: unknown) => void;
  readonly reject: (reason: unknown) => void;
  readonly stopListening: () => void;
}

const EINTR = 4;
const ENOTBIND = 310;

/** Checks a timeout and gives its number. @throws RangeError */
export function timeoutOf({ timeoutMs = FOREVER }: WaitOptions = {}): number {
  if (!Number.isInteger(timeoutMs) || timeoutMs < FOREVER || timeoutMs > 0x7fff_ffff) {
    throw new RangeError(`timeoutMs is ${timeoutMs}; it must be a whole number, -1..2147483647 (-1: no limit)`);
  }
  return timeoutMs;
}

/**
 * A thread that carries out calls in the order they are made, one at a time. Those that wait without taking anything
 * (receive, wait) make way for others. While a call is under way the program stays alive, if `holds`.
 */
export class CallThread {
  private readonly native: NativeCallThread;
  private readonly waiting = new Map<number, Waiting>();
  private nextId = 1;
  private closed = false;
  private onIdle: () => void = () => undefined;
  /** Linux's id of the thread, by which another process can bind it. */
  readonly tid: number;

  /** @throws M3Error with the name `call`: no more threads or timers */
  constructor(
    call: string,
    private readonly addon: NativeAddon,
    private readonly holds = true,
  ) {
    this.native = new addon.CallThread();
    this.tid = checkedNumber(
      call,
      this.native.open((id, result, value) => this.finish(id, result, value)),
    );
  }

  /** Carries out a call. Rejects with M3Error, or with the reason of the signal. */
  async perform(call: Call): Promise<unknown> {
    if (this.closed) throw new M3Error(call.call, ENOTBIND);
    for (const one of call.parameters) checkNumber(call.call, 'a parameter', one);
    if (call.signal?.aborted) throw reasonOf(call.signal);
    const id = this.nextId;
    this.nextId = (id + 1) >>> 0;
    return new Promise((resolve, reject) => {
      const onAbort = () => this.cancel(id);
      call.signal?.addEventListener('abort', onAbort);
      const stopListening = () => call.signal?.removeEventListener('abort', onAbort);
      if (this.waiting.size === 0 && this.holds) this.native.hold(true);
      this.waiting.set(id, { ...call, resolve, reject, stopListening });
      this.native.submit(id, this.addon.operations[call.operation], ...call.parameters);
    });
  }

  /** Gives up all calls: they fail with EINTR, unless they are faster. Resolves when each has its result. */
  async giveUp(): Promise<void> {
    for (const id of [...this.waiting.keys()]) this.cancel(id);
    if (this.waiting.size > 0) await new Promise<void>((resolve) => (this.onIdle = resolve));
  }

  /** Ends the thread, and with it its binding. Calls under way fail with EINTR, later ones with ENOTBIND. */
  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.native.close();
    for (const { call, reject, stopListening } of this.waiting.values()) {
      stopListening();
      reject(new M3Error(call, EINTR));
    }
    this.waiting.clear();
  }

  private becomeIdle(): void {
    if (this.holds) this.native.hold(false);
    this.onIdle();
  }

  private cancel(id: number): void {
    if (this.native.cancel(id)) this.finish(id, -EINTR, undefined);
  }

  private finish(id: number, result: number, value: unknown): void {
    const waiting = this.waiting.get(id);
    if (!waiting) return;
    this.waiting.delete(id);
    if (this.waiting.size === 0) this.becomeIdle();
    waiting.stopListening();
    if (result >= 0) waiting.resolve(value);
    else if (result === -EINTR && waiting.signal?.aborted) waiting.reject(reasonOf(waiting.signal));
    else waiting.reject(new M3Error(waiting.call, -result));
  }
}

function reasonOf(signal: AbortSignal): Error {
  return signal.reason instanceof Error ? signal.reason : new Error('aborted', { cause: signal.reason });
}
