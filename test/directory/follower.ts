// SPDX-License-Identifier: Apache-2.0
// What the manager does with batches, in memory: store and cookie change together, or not at all.
import {
  type Entry,
  type EntryChange,
  EntryStore,
  openSync,
  type SyncBatch,
  type SyncOptions,
  type SyncSession,
} from '@drvs/directory';

/** A server and the account it is followed as. */
export interface Followed {
  readonly url: string;
  readonly managerDn: string;
  readonly managerPassword: string;
  readonly base: string;
}

export class Follower {
  store = new EntryStore();
  cookie: string | undefined;
  readonly batches: SyncBatch[] = [];
  readonly changes: (readonly EntryChange[])[] = [];
  /** Errors of the session, by code, in order. */
  readonly errors: string[] = [];
  /** Why everything had to be read again, in order. */
  readonly doubts: string[] = [];
  private session: SyncSession | undefined;
  private wakers: (() => void)[] = [];
  /** Called before a batch is stored; a rejection refuses it. */
  before: (batch: SyncBatch) => Promise<void> = () => Promise.resolve();

  constructor(
    private readonly server: Followed,
    private readonly options: Partial<SyncOptions> = {},
  ) {}

  /** Follows from what is stored. */
  start(): this {
    const { server } = this;
    const options = {
      urls: [server.url],
      bindDn: server.managerDn,
      password: () => server.managerPassword,
      base: server.base,
      backoffMs: { min: 20, max: 200 },
      ...this.options,
      ...(this.cookie !== undefined && { cookie: this.cookie }),
    };
    this.session = openSync(
      {
        ...options,
        onStatus: (status) => {
          if (status.error && status.state === 'waiting') this.errors.push(status.error.code);
          this.wake();
        },
      },
      (batch) => this.accept(batch),
    );
    return this;
  }

  get running(): SyncSession {
    if (this.session === undefined) throw new Error('not started');
    return this.session;
  }

  async stop(): Promise<void> {
    await this.session?.close();
  }

  /** First RDNs of all entries, sorted. */
  names(): string[] {
    return [...this.store.entries()].map(({ rdn }) => rdn).sort();
  }

  dns(): string[] {
    return [...this.store.entries()].map(({ dn }) => dn).sort();
  }

  find(rdn: string): Entry | undefined {
    return [...this.store.entries()].find((entry) => entry.rdn === rdn);
  }

  /** Waits, by events and not by time, until the condition holds. */
  async until(what: string, condition: () => boolean, timeoutMs = 10_000): Promise<void> {
    const deadline = Date.now() + timeoutMs;
    while (!condition()) {
      const left = deadline - Date.now();
      const state = JSON.stringify({ names: this.names(), status: this.session?.status(), errors: this.errors });
      if (left <= 0) throw new Error(`waited ${timeoutMs} ms for: ${what}; ${state}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.wakers.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }

  /** Waits until the refresh of this start is stored. */
  current(): Promise<void> {
    return this.until('the session is current', () => this.running.status().state === 'current');
  }

  private async accept(batch: SyncBatch): Promise<void> {
    await this.before(batch);
    const staged = this.store.stage(batch);
    staged.commit();
    this.cookie = staged.doubt === undefined ? batch.cookie : this.cookie;
    if (staged.doubt !== undefined) {
      this.doubts.push(staged.doubt);
      this.running.resync();
    }
    this.batches.push(batch);
    this.changes.push(staged.changes);
    this.wake();
  }

  private wake(): void {
    const wakers = this.wakers;
    this.wakers = [];
    for (const wake of wakers) wake();
  }
}
