// SPDX-License-Identifier: Apache-2.0
// Life of the connection to Postgres: waits for it, migrates, listens, notices its loss, and comes back.
import { Inject, Injectable } from '@nestjs/common';
import pg from 'pg';
import type { DataSource, EntityManager, QueryRunner } from 'typeorm';
import { Backoff } from '../common/backoff.js';
import { LOGGER, errorText } from '../common/logger.js';
import type { Logger } from '../common/logger.js';
import { SETTINGS } from '../config/settings.js';
import type { Settings } from '../config/settings.js';
import { createDataSource } from './data-source.js';
import { migrate } from './migrate.js';
import { DatabaseUnavailableError } from './unavailable.js';

/** Channels on which replicas tell each other to look again. The payload is the system's name, or what the channel is for. */
export const CHANNELS = [
  'drvs_revision',
  'drvs_event',
  'drvs_decision',
  'drvs_session',
  'drvs_operation',
  'drvs_journal',
  'drvs_token',
] as const;
export type Channel = (typeof CHANNELS)[number];

/** Told the system to look at again, or undefined for all of them (after a gap in which notifications were lost). */
export type ChannelListener = (system: string | undefined) => void;

const PROBE_MS = 5_000;

/** The one Postgres database; stores reach it through {@link Database.manager}. */
@Injectable()
export class Database {
  private readonly source: DataSource;
  private readonly stopping = new AbortController();
  private readonly listeners = new Map<Channel, Set<ChannelListener>>();
  private running: Promise<void> | undefined;
  private problem: string | undefined = 'not connected yet';

  constructor(
    @Inject(SETTINGS) private readonly settings: Pick<Settings, 'databaseUrl'>,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.source = createDataSource(settings.databaseUrl);
  }

  /** Why the database cannot be used now, undefined when it can. */
  get unavailable(): string | undefined {
    return this.problem;
  }

  /** For stores: runs queries on pooled connections. Throws {@link DatabaseUnavailableError} before the first connection. */
  get manager(): EntityManager {
    return this.connected().manager;
  }

  /** A connection of its own, for what must be done on one: locks and the follower's transactions. Release it. */
  dedicated(): QueryRunner {
    return this.connected().createQueryRunner();
  }

  /** Connects in the background, for as long as it takes. */
  start(): void {
    this.running ??= this.run();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
    if (this.source.isInitialized) await this.source.destroy();
  }

  /** Calls back on each notification of a channel, and whenever some may have been missed. */
  subscribe(channel: Channel, listener: ChannelListener): () => void {
    const set = this.listeners.get(channel) ?? new Set();
    this.listeners.set(channel, set.add(listener));
    return () => set.delete(listener);
  }

  private async run(): Promise<void> {
    const backoff = new Backoff(200, 5_000);
    while (!this.stopping.signal.aborted) {
      try {
        await this.serve(() => backoff.reset());
      } catch (error) {
        this.report(errorText(error));
      }
      await backoff.pause(this.stopping.signal);
    }
  }

  private connected(): DataSource {
    if (this.source.isInitialized) return this.source;
    throw new DatabaseUnavailableError(`Postgres has not answered yet: ${this.problem}`);
  }

  private report(problem: string): void {
    if (problem !== this.problem && !this.stopping.signal.aborted) {
      this.logger.warn({ problem }, 'waiting for Postgres; trying again until it answers');
    }
    this.problem = problem;
  }

  /** One life of the listening connection; returns or throws when it is lost. */
  private async serve(connected: () => void): Promise<void> {
    const client = new pg.Client({
      connectionString: this.settings.databaseUrl,
      application_name: 'drvs-manager-listen',
      connectionTimeoutMillis: PROBE_MS,
      query_timeout: 4 * PROBE_MS,
      keepAlive: true,
    });
    const lost = new Promise<Error>((resolve) => {
      client.on('error', resolve);
      client.once('end', () => resolve(new Error('the connection to Postgres ended')));
    });
    try {
      await client.connect();
      if (!this.source.isInitialized) await this.source.initialize();
      await migrate(client, this.source);
      client.on('notification', ({ channel, payload }) => this.notify(channel as Channel, payload));
      for (const channel of CHANNELS) await client.query(`LISTEN ${channel}`);
      this.problem = undefined;
      connected();
      this.logger.info('connected to Postgres');
      for (const channel of CHANNELS) this.notify(channel, undefined);
      throw await this.watch(client, lost);
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  /** Probes until the connection is lost or the manager stops. */
  private async watch(client: pg.Client, lost: Promise<Error>): Promise<Error> {
    const { signal } = this.stopping;
    const stopped = new Promise<Error>((resolve) => {
      signal.addEventListener('abort', () => resolve(new Error('stopping')), { once: true });
    });
    const probe = setInterval(() => {
      client.query('SELECT 1').catch((error: Error) => client.emit('error', error));
    }, PROBE_MS);
    try {
      return signal.aborted ? new Error('stopping') : await Promise.race([lost, stopped]);
    } finally {
      clearInterval(probe);
    }
  }

  private notify(channel: Channel, system: string | undefined): void {
    for (const listener of this.listeners.get(channel) ?? []) listener(system === '' ? undefined : system);
  }
}
