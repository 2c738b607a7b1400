// SPDX-License-Identifier: Apache-2.0
// What one connection to one server works with, whichever way it follows.
import type { LdapConnection } from './connection.js';
import type { SearchRequest } from './messages.js';
import { OPERATIONAL } from './synced-entry.js';
import type { SyncBatch, SyncOptions } from './types.js';

export const DEFAULTS = {
  filter: { present: 'objectClass' },
  attributes: ['*'],
  quietMs: 50,
  maxBatchMs: 250,
  holdBatch: () => false,
  livenessMs: 5_000,
  deadMs: 15_000,
  pollMs: 5_000,
  readMs: 15_000,
  climbMs: 600_000,
  lagPatienceMs: 600_000,
  backoffMs: { min: 200, max: 10_000 },
} as const;

export type Settings = SyncOptions & Required<Pick<SyncOptions, keyof typeof DEFAULTS>>;

/** Something the caller is to have, or the news that there is nothing new. */
export interface AcceptedPart {
  /** Undefined: a poll found nothing new. */
  readonly batch?: SyncBatch;
  /** The server's own cookie as of then. */
  readonly cookie: Buffer | undefined;
  /** When the poll began that found it (ms since 1970). */
  readonly asOf?: number;
}

export interface Attempt {
  readonly connection: LdapConnection;
  readonly settings: Settings;
  /** Whether the last request carried a cookie. */
  sent: boolean;
  /** The server's cookie that covers what the caller has now, undefined when there is none to trust. */
  cookie(): Buffer | undefined;
  /** The server's cookie as the caller gets it. */
  wrap(cookie: Buffer): string;
  /** Hands a batch over. Rejects when the caller, or what is known of other servers, does not accept it. */
  accept(part: AcceptedPart): Promise<void>;
  /** Ends the connection when a better way may be tried again. */
  climb(): void;
}

export function searchOf({ settings }: Attempt): SearchRequest {
  const { base, filter, attributes } = settings;
  return { base, scope: 'sub', filter, attributes: [...attributes, ...OPERATIONAL] };
}

/** Whether the caller asked for less than the whole subtree. */
export function isFiltered({ settings }: Attempt): boolean {
  return settings.filter !== DEFAULTS.filter;
}
