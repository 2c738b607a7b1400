// SPDX-License-Identifier: Apache-2.0
// At most one replica follows a system: the one that holds its advisory lock, and only under the term it was given.
import { Injectable } from '@nestjs/common';
import type { EntityManager, QueryRunner } from 'typeorm';
import { Database } from '../database/database.js';
import { EpochStore } from '../topology/epoch.store.js';

/** First of the two numbers of the follower's advisory lock. */
const FOLLOWER_LOCK = 1_146_246_741;
/** Postgres ends the session, and with it the lock, of a follower whose machine is gone. */
const NOTICE_DEATH = `SET tcp_keepalives_idle = 3; SET tcp_keepalives_interval = 1; SET tcp_keepalives_count = 3;
  SET tcp_user_timeout = 8000; SET idle_in_transaction_session_timeout = 60000`;

/** How far the directory is followed, for whoever asks. */
export interface FollowerState {
  readonly state: 'current' | 'catching-up' | 'disconnected';
  readonly rung: string;
  /** Milliseconds since 1970; 0 if never. */
  readonly provenAt: number;
  readonly message: string | null;
}

/** Another replica follows now, or the database is not the one it was. */
export class LeadershipLostError extends Error {
  readonly code = 'LeadershipLost';
}

/** The follower's lock on its own connection. Everything the follower writes goes through it, one thing at a time. */
export class Leadership {
  private turn: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly runner: QueryRunner,
    readonly system: string,
    readonly term: string,
  ) {}

  /** One transaction, which fails unless this term is still the present one. */
  transaction<T>(task: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.inTurn(async () => {
      await this.runner.startTransaction();
      try {
        const [, owned]: [unknown, number] = await this.runner.manager.query(
          'UPDATE sync_state SET term = term WHERE system = $1 AND term = $2',
          [this.system, this.term],
        );
        if (owned !== 1) throw new LeadershipLostError(`term ${this.term} of '${this.system}' is over`);
        const result = await task(this.runner.manager);
        await this.runner.commitTransaction();
        return result;
      } catch (error) {
        await this.runner.rollbackTransaction().catch(() => undefined);
        throw error;
      }
    });
  }

  /** Gives the lock back and the connection to the pool. */
  async release(): Promise<void> {
    await this.inTurn(() => this.runner.manager.query('SELECT pg_advisory_unlock_all()')).catch(() => undefined);
    await this.runner.release();
  }

  private inTurn<T>(task: () => Promise<T>): Promise<T> {
    const result = this.turn.then(task);
    this.turn = result.catch(() => undefined);
    return result;
  }
}

@Injectable()
export class LeaderStore {
  constructor(
    private readonly database: Database,
    private readonly epochs: EpochStore,
  ) {}

  /** Takes the lock and a new term; undefined while another replica holds it. */
  async acquire(system: string): Promise<Leadership | undefined> {
    const runner = this.database.dedicated();
    try {
      await runner.connect();
      await runner.manager.query(NOTICE_DEATH);
      const locks: { locked: boolean }[] = await runner.manager.query(
        'SELECT pg_try_advisory_lock($1, hashtext($2)) AS locked',
        [FOLLOWER_LOCK, system],
      );
      if (locks[0]?.locked !== true) {
        await runner.release();
        return undefined;
      }
      await this.epochs.ensure(runner.manager, system);
      const terms: { term: string }[] = await runner.manager.query(
        `INSERT INTO sync_state AS s (system, term, state, rung) VALUES ($1, 1, 'catching-up', 'refreshAndPersist')
         ON CONFLICT (system) DO UPDATE SET term = s.term + 1, state = 'catching-up' RETURNING term`,
        [system],
      );
      return new Leadership(runner, system, terms[0]?.term ?? '');
    } catch (error) {
      await runner.release().catch(() => undefined);
      throw error;
    }
  }

  /** Says how far the directory is followed. Fails when the term is over, so it is the follower's heartbeat too. */
  async report(leadership: Leadership, { state, rung, provenAt, message }: FollowerState): Promise<void> {
    await leadership.transaction((manager) =>
      manager.query(
        `UPDATE sync_state SET state = $2, rung = $3, message = $5,
           current_at = CASE WHEN $4::double precision > 0 THEN to_timestamp($4 / 1000.0) ELSE current_at END
         WHERE system = $1`,
        [leadership.system, state, rung, provenAt, message],
      ),
    );
  }
}
