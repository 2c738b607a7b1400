// SPDX-License-Identifier: Apache-2.0
// Content synchronisation (RFC 4533) as its users see it.
import type { DirectoryError } from '../client/errors.js';

/** LDAP search filter, structured: no string to quote wrongly. */
export type Filter =
  | { readonly and: readonly Filter[] }
  | { readonly or: readonly Filter[] }
  | { readonly not: Filter }
  | { readonly present: string }
  | { readonly equal: readonly [attribute: string, value: string] };

/** How to reach and trust a server. */
export interface ServerOptions {
  /** `ldaps://host[:port]`, `ldap://host[:port]` or `ldapi://%2Fpath%2Fto%2Fsocket`, tried in order. */
  readonly urls: readonly string[];
  /** PEM certificates of the authorities that may sign the server's certificate. */
  readonly ca?: string;
  readonly bindDn: string;
  /** Asked for at every bind, so that a rotated password is picked up. Never logged. */
  readonly password: () => string | Promise<string>;
  /** Milliseconds for connecting, TLS and bind together; default 10,000. */
  readonly connectTimeoutMs?: number;
}

export interface SyncOptions extends ServerOptions {
  /** Base DN; the scope is its whole subtree. */
  readonly base: string;
  /** Default: every entry. */
  readonly filter?: Filter;
  /** User attributes to ask for; default all. The operational ones the library needs are added. */
  readonly attributes?: readonly string[];
  /**
   * Cookie of the last batch the handler accepted, from the same storage and transaction as the entries it covers.
   * Absent: the first batch carries the whole content.
   */
  readonly cookie?: string;
  /** A batch closes after this long without a message (four times as long when it holds a deletion); default 50 ms. */
  readonly quietMs?: number;
  /** ... and at most this long after its first message (four times with a deletion); default 250 ms. */
  readonly maxBatchMs?: number;
  /** While it says true, a batch stays open for up to 5 s: whoever writes many entries has them in one. Default: never. */
  readonly holdBatch?: () => boolean;
  /** A root DSE read on the same connection this often; default 5,000 ms. */
  readonly livenessMs?: number;
  /** Without an answer for this long the connection is given up; default 15,000 ms. */
  readonly deadMs?: number;
  /** Reconnect waits: full jitter between min and a doubling bound up to max; defaults 200 and 10,000 ms. */
  readonly backoffMs?: { readonly min: number; readonly max: number };
  /** On the rung refreshOnly the server is asked for changes this often; default 5,000 ms. */
  readonly pollMs?: number;
  /** On the rung fullRead everything is read this often; default 15,000 ms. */
  readonly readMs?: number;
  /** On a lower rung the top one is tried again after this long; default 600,000 ms. */
  readonly climbMs?: number;
  /**
   * With several URLs: a server that has seen less than what was read before is not believed for this long, lest changes
   * that have not reached it yet be taken for undone; default 600,000 ms. After that it is: the others may never return.
   */
  readonly lagPatienceMs?: number;
  /** Called at every change of {@link SyncStatus}. */
  readonly onStatus?: (status: SyncStatus) => void;
}

/** An entry as it came, before the store has found its parent. */
export interface SyncedEntry {
  readonly uuid: string;
  readonly dn: string;
  readonly attributes: ReadonlyMap<string, readonly string[]>;
  readonly binary?: ReadonlyMap<string, readonly string[]>;
  readonly hasPassword?: boolean;
  readonly csn?: string;
  readonly createTimestamp?: string;
  readonly modifiersName?: string;
  /** What the server says of entries below this one; undefined when it does not say. Not stored. */
  readonly hasSubordinates?: boolean;
}

/** What happened to one entry, in the order the server told it. */
export type SyncChange =
  { readonly kind: 'put'; readonly entry: SyncedEntry } | { readonly kind: 'delete'; readonly uuid: string };

/**
 * How a batch speaks of entries it does not name:
 * - `keep`: they are as they were.
 * - `absent-except-present`: those neither put nor listed in `present` are gone (RFC 4533 present phase).
 * - `absent`: the batch is the whole content; everything else is gone (a start without a trusted cookie).
 */
export type Unnamed = 'keep' | 'absent-except-present' | 'absent';

/** Changes and the cookie that covers them. Store both in one transaction, or neither. */
export interface SyncBatch {
  readonly phase: 'refresh' | 'persist';
  readonly changes: readonly SyncChange[];
  readonly unnamed: Unnamed;
  /** UUIDs said to be unchanged, for `absent-except-present`. */
  readonly present: ReadonlySet<string>;
  /** The session has a filter: an entry can leave what is followed while those below it stay. */
  readonly filtered?: boolean;
  /** Opaque, printable; the last one the server gave, undefined while it has given none. */
  readonly cookie: string | undefined;
}

/** Accepts one batch. The next one waits for it; a rejection ends the connection and asks again from the last accepted cookie. */
export type SyncHandler = (batch: SyncBatch) => Promise<void>;

export const SYNC_STATES = ['connecting', 'refreshing', 'current', 'waiting', 'closed'] as const;
export type SyncState = (typeof SYNC_STATES)[number];

/**
 * Ways of following, best first; the next one is taken when a server refuses the one before:
 * - `refreshAndPersist`: changes come as they happen.
 * - `refreshOnly`: changes are asked for every `pollMs`.
 * - `fullRead`: everything is read every `readMs` and compared; the server needs to know nothing of RFC 4533.
 */
export const SYNC_RUNGS = ['refreshAndPersist', 'refreshOnly', 'fullRead'] as const;
export type SyncRung = (typeof SYNC_RUNGS)[number];

export interface SyncStatus {
  readonly state: SyncState;
  readonly rung: SyncRung;
  /** URL in use or tried last. */
  readonly url: string;
  /**
   * What was handed over is the server's content as of this moment (ms since 1970), 0 if never: while following, when the
   * server last proved alive; while polling, when the last completed poll began.
   */
  readonly provenAt: number;
  /** How old the content gets, at best, before it is renewed (ms): 0 while changes come as they happen. */
  readonly intervalMs: number;
  /** Why it is waiting. */
  readonly error?: DirectoryError;
  /** When the next attempt starts (ms since 1970), while waiting. */
  readonly retryAt?: number;
}

export interface SyncSession {
  status(): SyncStatus;
  /** Starts over without a cookie: the next batch is the whole content (hourly audit, on demand). */
  resync(): void;
  /** Ends the session; no handler call starts after this. Resolves when the running one is done. */
  close(): Promise<void>;
}
