// SPDX-License-Identifier: Apache-2.0
// What can go wrong for the person at the command line, each with its exit status.

/** Exit statuses, as listed in drvsctl(1). Numbers from 64 on are those of sysexits(3). */
export const EXIT = {
  ok: 0,
  /** `plan`: there are changes. */
  changes: 2,
  /** The manager refused or failed; its own words are shown. */
  refused: 1,
  /** Wrong arguments or options. */
  usage: 64,
  /** No object of that name. */
  notFound: 66,
  /** The manager cannot be reached, or is not the one we trust. */
  unreachable: 69,
  /** What was decided upon has changed meanwhile: look again. */
  conflict: 75,
  /** The manager's answer is not what this drvsctl understands. */
  protocol: 76,
  /** The token is missing in the manager's eyes, expired, or its role may not do this. */
  denied: 77,
  /** A setting is missing or unusable. */
  configuration: 78,
  /** Ended by Ctrl-C. */
  interrupted: 130,
} as const;
export type ExitStatus = (typeof EXIT)[keyof typeof EXIT];

/** An error to print and end with: names the thing and the rule in `message`, what to do about it in `remedy`. */
export class CliError extends Error {
  constructor(
    readonly code: string,
    readonly exit: ExitStatus,
    message: string,
    readonly remedy?: string,
  ) {
    super(message);
    this.name = 'CliError';
  }
}
