// SPDX-License-Identifier: Apache-2.0
import type { WaitOptions } from './calls.js';
import type { Endpoint } from './endpoint.js';
import { isNotification, type Message, type Outgoing } from './message.js';

/** A message that a server received, with what it can do about it. */
export class Request {
  constructor(
    private readonly endpoint: Endpoint,
    readonly message: Message,
  ) {}

  /** Endpoint of the sender. */
  get source(): number {
    return this.message.source;
  }

  get type(): number {
    return this.message.type;
  }

  get payload(): Buffer {
    return this.message.payload;
  }

  /** A notification, or the message of a plain send, wants no reply. */
  get isNotification(): boolean {
    return isNotification(this.message);
  }

  /**
   * Answers a sendrec; never waits.
   * @throws M3Error EPROCSTS: nobody waits for it (it was a plain send, was answered, or was given up); EDSTDIED: the
   * client is dead
   */
  reply(message: Outgoing): Promise<void> {
    return this.endpoint.reply(this.source, message);
  }

  /** Hands the request to another server, which answers the client itself; as it came, or changed. */
  relay(server: number, message: Outgoing = this.message): Promise<void> {
    return this.endpoint.relay(server, { ...message, source: this.source });
  }

  /**
   * Copies memory of the client, which waits in its sendrec, into `buffer`. Resolves to the bytes copied.
   * @throws M3Error EFAULT: a bad address; ESRCDIED; EPROCSTS: it does not wait any more
   */
  read(address: bigint, buffer: Uint8Array, options?: WaitOptions): Promise<number> {
    return this.endpoint.vcopy({ ...options, from: { endpoint: this.source, address }, to: { buffer } });
  }

  /** Copies `buffer` into memory of the client. Resolves to the bytes copied. */
  write(address: bigint, buffer: Uint8Array, options?: WaitOptions): Promise<number> {
    return this.endpoint.vcopy({ ...options, from: { buffer }, to: { endpoint: this.source, address } });
  }
}
