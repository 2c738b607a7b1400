// SPDX-License-Identifier: Apache-2.0
// Notices a server that is silent: a TCP connection can be dead for hours without a word.
import { timeoutError } from '../client/result-errors.js';
import type { LdapConnection } from './connection.js';

export interface LivenessOptions {
  /** A root DSE read this often. */
  readonly livenessMs: number;
  /** Without a byte for this long the connection is ended. */
  readonly deadMs: number;
}

/** Watches a connection until the returned function is called; a silent one fails with `Timeout`. */
export function watchLiveness(connection: LdapConnection, { livenessMs, deadMs }: LivenessOptions): () => void {
  let timer: NodeJS.Timeout;
  let askAt = Date.now() + livenessMs;
  const look = (): void => {
    const now = Date.now();
    // Who does not read cannot hear: the count starts again with reading.
    const deadAt = connection.paused ? now + deadMs : connection.heardAt + deadMs;
    if (now >= deadAt) {
      connection.fail(timeoutError(`The connection to ${connection.url}`, deadMs));
      return;
    }
    if (now >= askAt) {
      askAt = now + livenessMs;
      if (!connection.paused) connection.ping();
    }
    timer = setTimeout(look, Math.min(askAt, deadAt) - now);
  };
  look();
  return () => clearTimeout(timer);
}
