// SPDX-License-Identifier: Apache-2.0
// The person's side of the process: streams, environment and clock, so that a test can stand in for all of them.
import type { Readable, Writable } from 'node:stream';

export interface Terminal {
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** True when a person can be asked: both stdin and stderr are terminals. */
  readonly canAsk: boolean;
  /** True when stdout is a terminal. */
  readonly isTerminal: boolean;
  /** Width of stdout in columns; undefined when it is not a terminal, then nothing is cut. */
  columns(): number | undefined;
  now(): Date;
  /** Aborted by Ctrl-C. */
  readonly interrupted: AbortSignal;
}
