// SPDX-License-Identifier: Apache-2.0
// One system's follower on this replica: waits for Postgres and for its turn, leads while it can, and starts over.
import { DirectoryError } from '@drvs/directory';
import type { SyncBatch, SyncSession, SyncStatus } from '@drvs/directory';
import { pruneKeys } from '../api/write-key.store.js';
import { newestChange } from './change-time.rules.js';
import { openChanges } from '../changes/change.store.js';
import { Backoff, pause } from '../common/backoff.js';
import { errorText } from '../common/logger.js';
import type { SystemSettings } from '../config/settings.js';
import { ChangeRunner } from './change-runner.js';
import type { FollowerStores, FollowerSurroundings } from './follower.parts.js';
import type { FollowerState, Leadership } from './leader.store.js';
import { Leading } from './leading.js';
import { NodeNumbers } from './node-numbers.js';

/** Everything a follower works with. */
export type FollowerParts = FollowerStores & FollowerSurroundings;

const STANDBY_MS = 2_000;
const REPORT_MS = 5_000;
/** Some edits send no sync message (design: directory, "Following changes"): everything is read again this often. */
const FULL_READ_MS = 60 * 60 * 1000;
/**
 * ... and this long after each new connection: a server that was killed may have forgotten that it deleted something, and yet
 * take a cookie from before that for the newest.
 */
const RECHECK_MS = 30 * 1000;
const CONDITION = 'DirectoryStale';

export class Follower {
  private readonly stopping = new AbortController();
  private running: Promise<void> | undefined;
  private status: SyncStatus | undefined;
  private standby = false;
  private said: string | undefined;
  /** There was no connection, and since then no full read has been planned. */
  private wasCut = true;
  /** When everything is read again (ms since 1970). */
  private fullReadAt = 0;
  private leading: Leading | undefined;
  /** Resolves the present term's wait; undefined while not leading. */
  private wake: (() => void) | undefined;
  private changes: ChangeRunner | undefined;

  constructor(
    readonly system: SystemSettings,
    private readonly parts: FollowerParts,
  ) {}

  start(): void {
    this.running ??= this.run();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    this.wake?.();
    await this.running;
  }

  /** Why the directory is not followed, undefined when it is, by this replica or another. */
  get waitsFor(): string | undefined {
    if (this.standby) return undefined;
    if (this.status === undefined) return `the directory below ${this.system.baseDn} is not being read yet`;
    return this.status.state === 'current' ? undefined : describe(this.status);
  }

  /** A decision or a change set may wait, or the state is to be told again. */
  nudge(): void {
    this.wake?.();
    this.changes?.nudge();
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    const backoff = new Backoff(200, 5_000);
    while (!signal.aborted) {
      try {
        if (this.parts.database.unavailable === undefined && (await this.tryLead())) backoff.reset();
      } catch (error) {
        this.parts.logger.warn({ system: this.system.name, error: errorText(error) }, 'the follower starts over');
      }
      if (this.standby) await pause(STANDBY_MS, signal);
      else await backoff.pause(signal);
    }
  }

  /** Leads until the term ends; true when it was this replica's turn. */
  private async tryLead(): Promise<boolean> {
    const leadership = await this.parts.leaders.acquire(this.system.name);
    this.standby = leadership === undefined;
    if (leadership === undefined) return false;
    const { metrics, logger } = this.parts;
    logger.info({ system: this.system.name, term: leadership.term }, 'this replica follows the directory');
    metrics.follower.set({ system: this.system.name }, 1);
    try {
      await this.lead(leadership);
      return true;
    } finally {
      metrics.follower.set({ system: this.system.name }, 0);
      this.status = undefined;
      this.wasCut = true;
      this.leading = undefined;
      await leadership.release();
    }
  }

  private async lead(leadership: Leadership): Promise<void> {
    const { name } = this.system;
    const stored = await leadership.transaction((manager) => this.parts.memories.load(manager, name));
    const open = await leadership.transaction((manager) => openChanges(manager, name));
    const begun = open.filter(({ state }) => state === 'writing');
    const leading = new Leading(this.system, leadership, stored, begun, this.parts);
    this.leading = leading;
    const session = this.parts.directory.follow(
      {
        base: this.system.baseDn,
        cookie: stored.cookie,
        onStatus: (status) => this.onStatus(status),
        holdBatch: () => leading.isWriting,
      },
      async (batch) => {
        if ((await this.take(leading, batch)) === 'in doubt') session.resync();
      },
    );
    const { directory, logger, metrics } = this.parts;
    const isCurrent = (): boolean => session.status().state === 'current';
    this.changes = new ChangeRunner(name, { leadership, leading, directory, logger, metrics, isCurrent });
    this.changes.start();
    try {
      await this.serve(leadership, leading, session, new NodeNumbers(leadership, leading, directory));
    } finally {
      await this.changes.stop();
      await session.close();
    }
  }

  private async take(leading: Leading, batch: SyncBatch): Promise<'complete' | 'in doubt'> {
    const system = this.system.name;
    const end = this.parts.metrics.batchSeconds.startTimer({ system });
    let doubt: string | undefined;
    try {
      doubt = await leading.takeBatch(batch);
    } catch (error) {
      this.parts.logger.warn(
        { system, error: errorText(error) },
        'a batch of changes could not be stored; trying again',
      );
      // If that was the end of the term, the next report finds out.
      this.wake?.();
      throw error;
    }
    end();
    this.measure(batch);
    // A node of the batch may wait for its number.
    this.wake?.();
    if (doubt === undefined) return 'complete';
    this.parts.logger.info({ system, doubt }, 'everything below the base is read again');
    return 'in doubt';
  }

  /** Reports, and carries out decisions, until the term ends: then reporting fails. */
  private async serve(
    leadership: Leadership,
    leading: Leading,
    session: SyncSession,
    numbers: NodeNumbers,
  ): Promise<void> {
    this.fullReadAt = this.parts.clock.now() + FULL_READ_MS;
    while (!this.stopping.signal.aborted) {
      const woken = new Promise<void>((resolve) => (this.wake = resolve));
      await this.report(leadership, session.status());
      while (await leading.takeDecision());
      if (session.status().state === 'current') await this.numberNodes(numbers);
      if (this.parts.clock.now() >= this.fullReadAt) {
        this.fullReadAt = this.parts.clock.now() + FULL_READ_MS;
        session.resync();
        await this.parts.events.prune(this.system.name);
        await this.parts.audits.prune();
        await leadership.transaction(pruneKeys);
      }
      const nap = new AbortController();
      await Promise.race([woken, pause(REPORT_MS, nap.signal)]);
      nap.abort();
    }
  }

  /** A directory that refuses is no reason to stop following it: the nodes stay listed as pending. */
  private async numberNodes(numbers: NodeNumbers): Promise<void> {
    try {
      await numbers.assign();
    } catch (error) {
      if (!(error instanceof DirectoryError)) throw error;
      this.parts.logger.warn({ system: this.system.name, error: errorText(error) }, 'a node was given no number');
    }
  }

  private async report(leadership: Leadership, status: SyncStatus): Promise<void> {
    const { leaders, conditions } = this.parts;
    const { name } = this.system;
    await leaders.report(leadership, stateOf(status));
    if (status.state === 'current') await conditions.clear(name, 'system', CONDITION);
    if (status.state === 'waiting') {
      const reason = status.error?.code ?? 'Disconnected';
      await conditions.set(name, 'system', { type: CONDITION, status: 'true', reason, message: describe(status) });
    }
  }

  private onStatus(status: SyncStatus): void {
    const changed = this.status?.state !== status.state;
    this.status = status;
    if (!changed) return;
    this.planRecheck(status);
    this.say(status);
    this.nudge();
  }

  private planRecheck({ state }: SyncStatus): void {
    if (state === 'waiting') this.wasCut = true;
    if (state !== 'current' || !this.wasCut) return;
    this.wasCut = false;
    this.fullReadAt = Math.min(this.fullReadAt, this.parts.clock.now() + RECHECK_MS);
  }

  /** Logs what is new: the tries in between would say the same again and again. */
  private say(status: SyncStatus): void {
    const { logger } = this.parts;
    const facts = { system: this.system.name, url: status.url };
    const text = status.state === 'waiting' ? describe(status) : status.state;
    const tries = status.state === 'connecting' || status.state === 'refreshing';
    if (tries || text === this.said) return;
    this.said = text;
    if (status.state === 'waiting') logger.warn({ ...facts, code: status.error?.code }, text);
    else logger.info(facts, `directory: ${text}`);
  }

  private measure({ phase, changes }: SyncBatch): void {
    const { metrics, clock } = this.parts;
    const system = this.system.name;
    metrics.batches.inc({ system });
    metrics.batchEntries.observe({ system }, changes.length);
    const changedAt = phase === 'persist' ? newestChange(changes) : undefined;
    if (changedAt !== undefined) metrics.lag.observe({ system }, Math.max(0, clock.now() - changedAt) / 1000);
  }
}

function describe(status: SyncStatus): string {
  if (status.error === undefined) return `${status.state} ${status.url}`;
  return `waiting for the directory ${status.url}: ${status.error.message} ${status.error.remedy}`;
}

function stateOf(status: SyncStatus): FollowerState {
  const { rung, provenAt } = status;
  if (status.state === 'current') return { state: 'current', rung, provenAt, message: null };
  const state = status.state === 'waiting' || status.state === 'closed' ? 'disconnected' : 'catching-up';
  return { state, rung, provenAt, message: describe(status) };
}
