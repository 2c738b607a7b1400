// SPDX-License-Identifier: Apache-2.0
import { types } from 'node:util';
import { DirectoryError } from '../client/errors.js';
import { connectionError, resultError, timeoutError } from '../client/result-errors.js';
import { BatchPump } from './batch-pump.js';
import { LdapConnection } from './connection.js';
import { type CookieScope, unwrapCookie, wrapCookie } from './cookie.js';
import { decodeResult, type LdapMessage, OP } from './messages.js';
import { Collector } from './refresh.js';
import { syncRequest } from './sync-protocol.js';
import { OPERATIONAL } from './synced-entry.js';
import type { SyncHandler, SyncOptions, SyncSession, SyncState, SyncStatus } from './types.js';

const DEFAULTS = {
  filter: { present: 'objectClass' },
  attributes: ['*'],
  quietMs: 50,
  maxBatchMs: 250,
  livenessMs: 5_000,
  deadMs: 15_000,
  backoffMs: { min: 200, max: 10_000 },
} as const;

/** How often silence is measured between two pings: a dead connection is noticed that much more exactly. */
const CHECKS_PER_PING = 5;

type Settings = SyncOptions & Required<Pick<SyncOptions, keyof typeof DEFAULTS>>;

/** How one connection ended. */
interface Outcome {
  readonly error: DirectoryError;
  /** The refresh was completed and accepted: the next wait is a short one again. */
  readonly wasCurrent: boolean;
  /** A cookie was sent with the request. */
  readonly resumed: boolean;
}

/** Asked for by `resync()`: not a failure. */
const RESYNC = new DirectoryError('Closed', 'A full read was asked for.', 'Nothing: the connection starts over.');

class Runner implements SyncSession {
  private readonly settings: Settings;
  private cookie: string | undefined;
  private state: SyncState = 'connecting';
  private url: string;
  private error: DirectoryError | undefined;
  private retryAt: number | undefined;
  private connection: LdapConnection | undefined;
  private provenAt = 0;
  private closing = false;
  private startOver = false;
  private wake: (() => void) | undefined;
  private readonly done: Promise<void>;

  constructor(
    options: SyncOptions,
    private readonly handler: SyncHandler,
  ) {
    this.settings = { ...DEFAULTS, ...options };
    this.url = options.urls[0] ?? '';
    this.cookie = options.cookie;
    this.done = this.run();
  }

  status(): SyncStatus {
    return {
      state: this.state,
      rung: 'refreshAndPersist',
      url: this.url,
      provenAt: this.connection?.heardAt ?? this.provenAt,
      ...(this.error && { error: this.error }),
      ...(this.retryAt !== undefined && { retryAt: this.retryAt }),
    };
  }

  resync(): void {
    this.cookie = undefined;
    this.startOver = true;
    this.connection?.fail(RESYNC);
    this.wake?.();
  }

  async close(): Promise<void> {
    this.closing = true;
    this.connection?.close();
    this.wake?.();
    await this.done;
  }

  private get isClosing(): boolean {
    return this.closing;
  }

  private change(state: SyncState, error?: DirectoryError, retryAt?: number): void {
    this.state = state;
    this.error = error;
    this.retryAt = retryAt;
    this.settings.onStatus?.(this.status());
  }

  /** Tries the URLs in turn; waits, longer each time, after a whole turn without success. */
  private async run(): Promise<void> {
    // The caller gets its session before its first callback.
    await Promise.resolve();
    for (let failures = 0; !this.isClosing;) {
      const { error, wasCurrent, resumed } = await this.follow();
      if (this.isClosing) break;
      if (wasCurrent) failures = 0;
      if (this.startOver) continue;
      if (resumed && ['SyncRefreshRequired', 'UnwillingToPerform'].includes(error.code)) {
        this.cookie = undefined;
      } else {
        failures += 1;
        this.nextUrl();
        await this.backOff(error, failures);
      }
    }
    this.change('closed');
  }

  private nextUrl(): void {
    const { urls } = this.settings;
    this.url = urls[(urls.indexOf(this.url) + 1) % urls.length] ?? this.url;
  }

  private async backOff(error: DirectoryError, failures: number): Promise<void> {
    const { urls, backoffMs } = this.settings;
    const rounds = Math.floor(failures / urls.length);
    const bound = Math.min(backoffMs.max, backoffMs.min * 2 ** Math.min(rounds, 20));
    const wait = failures % urls.length === 0 ? backoffMs.min / 2 + Math.random() * (bound - backoffMs.min / 2) : 0;
    this.change('waiting', error, Date.now() + wait);
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, wait);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
      if (this.isClosing) this.wake();
    });
    this.wake = undefined;
  }

  private get scope(): CookieScope {
    const { base, filter, attributes } = this.settings;
    return { url: this.url, base, filter, attributes };
  }

  /** One connection from its opening to its end. Never rejects. */
  private async follow(): Promise<Outcome> {
    this.startOver = false;
    this.change('connecting', this.error);
    const sent = unwrapCookie(this.cookie, this.scope);
    const resumed = sent !== undefined;
    let connection: LdapConnection;
    try {
      connection = await LdapConnection.open(this.url, this.settings);
    } catch (error) {
      return { error: connectionError(this.url, error), wasCurrent: false, resumed: false };
    }
    this.connection = connection;
    if (this.isClosing || this.startOver) connection.close();
    else this.change('refreshing');
    const collector = new Collector(resumed);
    const pump = this.pump(connection, collector);
    const liveness = this.watch(connection);
    connection.search(
      { ...this.settings, scope: 'sub', attributes: [...this.settings.attributes, ...OPERATIONAL] },
      [syncRequest(sent)],
      (message) => {
        if (message.op === OP.searchDone) throw this.searchOver(message);
        collector.accept(message);
        pump.poke();
      },
    );
    const error = await connection.whenEnded();
    clearInterval(liveness);
    await pump.stop();
    this.provenAt = connection.heardAt;
    this.connection = undefined;
    return { error, wasCurrent: this.state === 'current', resumed };
  }

  private pump(connection: LdapConnection, collector: Collector): BatchPump {
    const { quietMs, maxBatchMs } = this.settings;
    const { scope } = this;
    return new BatchPump({
      collector,
      quietMs,
      maxBatchMs,
      wrap: (cookie) => wrapCookie(cookie, scope),
      deliver: async (batch) => {
        await this.handler(batch);
        // A resync asked for meanwhile wants no cookie.
        if (!this.startOver) this.cookie = batch.cookie;
        if (this.state !== 'current') this.change('current');
      },
      refused: (cause) => {
        const why = types.isNativeError(cause) ? cause.message : String(cause);
        const remedy = 'See why the receiver failed; the batch is asked for again.';
        connection.fail(new DirectoryError('HandlerFailed', `A batch was not accepted: ${why}.`, remedy, { cause }));
      },
      pause: () => connection.pause(),
      resume: () => {
        if (connection.paused) connection.resume();
      },
    });
  }

  /** Notices a server that is silent: a TCP connection can be dead for hours without a word. */
  private watch(connection: LdapConnection): NodeJS.Timeout {
    const { livenessMs, deadMs } = this.settings;
    let askedAt = Date.now();
    return setInterval(() => {
      if (connection.paused) return;
      const now = Date.now();
      if (now - connection.heardAt >= deadMs) {
        connection.fail(timeoutError(`The connection to ${this.url}`, deadMs));
      } else if (now - askedAt >= livenessMs) {
        askedAt = now;
        connection.ping();
      }
    }, livenessMs / CHECKS_PER_PING);
  }

  /** The server ended a search that was meant to go on for ever. */
  private searchOver({ body }: LdapMessage): DirectoryError {
    const { code, message } = decodeResult(body);
    const what = `Following ${this.settings.base} at ${this.url}`;
    if (code !== 0) return resultError(what, code, message);
    return connectionError(this.url, new Error('the server ended the search'));
  }
}

/**
 * Follows a subtree by RFC 4533 refreshAndPersist until closed: connects, reconnects, keeps alive, and hands over batches
 * one at a time. Never rejects: what is wrong is in `status()`.
 */
export function openSync(options: SyncOptions, handler: SyncHandler): SyncSession {
  if (options.urls.length === 0) {
    throw new DirectoryError(
      'Unreachable',
      'No LDAP URL is given.',
      'Set at least one, e.g. ldaps://ldap.example.org.',
    );
  }
  return new Runner(options, handler);
}
