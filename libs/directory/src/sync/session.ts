// SPDX-License-Identifier: Apache-2.0
import { DirectoryError } from '../client/errors.js';
import { connectionError, handlerError } from '../client/result-errors.js';
import { type AcceptedPart, type Attempt, DEFAULTS, type Settings } from './attempt.js';
import { LdapConnection } from './connection.js';
import { type CookieScope, type Unwrapped, unwrapCookie, wrapCookie } from './cookie.js';
import { Ladder } from './ladder.js';
import { watchLiveness } from './liveness.js';
import { persist } from './persistent-search.js';
import { poll } from './polling-search.js';
import { ProviderLag } from './provider-lag.js';
import type { SyncBatch, SyncHandler, SyncOptions, SyncSession, SyncState, SyncStatus } from './types.js';

/** How one connection ended. */
interface Outcome {
  readonly error: DirectoryError;
  /** The refresh was completed and accepted: the next wait is a short one again. */
  readonly wasCurrent: boolean;
  /** A cookie was sent with the last request. */
  readonly resumed: boolean;
}

/** Asked for by `resync()`, or by the ladder: not a failure. */
const RESYNC = new DirectoryError('Closed', 'A full read was asked for.', 'Nothing: the connection starts over.');
const CLIMB = new DirectoryError(
  'Closed',
  'A better way of following is tried.',
  'Nothing: the connection starts over.',
);

class Runner implements SyncSession {
  private readonly settings: Settings;
  private readonly scope: CookieScope;
  private readonly ladder: Ladder;
  private readonly lag: ProviderLag;
  private trusted: Unwrapped | undefined;
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
    const { base, filter, attributes, urls, climbMs } = this.settings;
    this.scope = { base, filter, attributes };
    this.ladder = new Ladder(climbMs);
    this.trusted = unwrapCookie(options.cookie, this.scope);
    this.lag = new ProviderLag(this.settings, this.trusted?.cookie);
    this.url = urls.find((url) => this.trusted?.isOf(url)) ?? urls[0] ?? '';
    this.done = this.run();
  }

  status(): SyncStatus {
    const rung = this.ladder.current(this.url);
    const { pollMs, readMs } = this.settings;
    const heardAt = rung === 'refreshAndPersist' ? this.connection?.heardAt : undefined;
    return {
      state: this.state,
      rung,
      url: this.url,
      provenAt: heardAt ?? this.provenAt,
      intervalMs: { refreshAndPersist: 0, refreshOnly: pollMs, fullRead: readMs }[rung],
      ...(this.error && { error: this.error }),
      ...(this.retryAt !== undefined && { retryAt: this.retryAt }),
    };
  }

  resync(): void {
    this.trusted = undefined;
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
      const outcome = await this.follow();
      if (this.isClosing) break;
      if (outcome.wasCurrent) failures = 0;
      if (this.startOver || this.isRemedied(outcome)) continue;
      failures += 1;
      this.nextUrl();
      await this.backOff(outcome.error, failures);
    }
    this.change('closed');
  }

  /** True when the same server is to be asked again at once, in another way. */
  private isRemedied({ error, resumed }: Outcome): boolean {
    if (error === CLIMB) return true;
    const cookieRefused = error.code === 'SyncRefreshRequired' || (resumed && error.code === 'UnwillingToPerform');
    if (cookieRefused) this.trusted = undefined;
    if (cookieRefused && resumed) return true;
    // Some say it with 2, protocolError, when they do not know the mode.
    const refused = ['SyncRefused', 'UnwillingToPerform'].includes(error.code) || error.resultCode === 2;
    return refused && this.ladder.refuse(this.url);
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

  /** One connection from its opening to its end. Never rejects. */
  private async follow(): Promise<Outcome> {
    this.startOver = false;
    this.change('connecting', this.error);
    const rung = this.ladder.rung(this.url);
    let connection: LdapConnection;
    try {
      connection = await LdapConnection.open(this.url, this.settings);
    } catch (error) {
      return { error: connectionError(this.url, error), wasCurrent: false, resumed: false };
    }
    this.connection = connection;
    if (this.isClosing || this.startOver) connection.close();
    else this.change('refreshing');
    const endWatch = watchLiveness(connection, this.settings);
    const attempt = this.attempt(connection);
    const error = await (rung === 'refreshAndPersist' ? persist(attempt) : poll(attempt, rung));
    endWatch();
    if (rung === 'refreshAndPersist') this.provenAt = connection.heardAt;
    this.connection = undefined;
    return { error, wasCurrent: this.state === 'current', resumed: attempt.sent };
  }

  private attempt(connection: LdapConnection): Attempt {
    const { url } = this;
    return {
      connection,
      settings: this.settings,
      sent: false,
      cookie: () => (this.trusted?.isOf(url) ? this.trusted.cookie : undefined),
      wrap: (cookie) => wrapCookie(cookie, url, this.scope),
      accept: (part) => this.accept(part, url),
      climb: () => {
        if (this.ladder.mayClimb(url)) connection.fail(CLIMB);
      },
    };
  }

  private async hand(batch: SyncBatch): Promise<void> {
    try {
      await this.handler(batch);
    } catch (error) {
      throw handlerError(error);
    }
  }

  private async accept({ batch, cookie, asOf }: AcceptedPart, url: string): Promise<void> {
    if (batch?.phase === 'refresh') this.lag.check(url, cookie);
    if (batch) await this.hand(batch);
    if (cookie) this.lag.accepted(cookie);
    // A resync asked for meanwhile wants no cookie.
    if (!this.startOver) this.trusted = unwrapCookie(batch?.cookie, this.scope) ?? (batch ? undefined : this.trusted);
    if (asOf !== undefined) this.provenAt = asOf;
    if (this.state !== 'current') this.change('current');
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
