// SPDX-License-Identifier: Apache-2.0
import { Injectable } from '@nestjs/common';
import type { TopologyView } from '@drvs/contracts';
import { Database } from '../database/database.js';

/** How far the directory is followed, as the following replica last said it. */
export interface SyncFacts {
  readonly state: 'current' | 'catching-up' | 'disconnected';
  readonly rung: string;
  /** Null if never. */
  readonly stalenessSeconds: number | null;
  readonly message: string | null;
}

export interface Counts {
  readonly problems: number;
  readonly held: number;
}

/** The follower proves itself every 5 s; three misses and nobody follows. Where all is read every 15 s, that takes longer. */
const SILENT_SECONDS = 20;
const SILENT_READING_SECONDS = 60;

@Injectable()
export class SyncStateStore {
  constructor(private readonly database: Database) {}

  async find(system: string): Promise<SyncFacts | undefined> {
    const rows: SyncFacts[] = await this.database.manager.query(
      `SELECT state, rung, message, extract(epoch FROM now() - current_at)::double precision AS "stalenessSeconds"
       FROM sync_state WHERE system = $1`,
      [system],
    );
    return rows[0];
  }

  async count(system: string): Promise<Counts> {
    const rows: Counts[] = await this.database.manager.query(
      `SELECT (SELECT count(*)::int FROM problem WHERE system = $1) AS problems,
         (SELECT count(*)::int FROM held_change WHERE system = $1) AS held`,
      [system],
    );
    return rows[0] ?? { problems: 0, held: 0 };
  }
}

/** As the API shows it: a follower that has fallen silent is not current, whatever it last said. */
export function followerView(facts: SyncFacts | undefined): TopologyView['follower'] {
  if (facts === undefined) {
    return {
      state: 'disconnected',
      rung: 'none',
      stalenessSeconds: 0,
      message: 'the directory has never been followed',
    };
  }
  const stalenessSeconds = Math.max(0, facts.stalenessSeconds ?? 0);
  const limit = facts.rung === 'fullRead' ? SILENT_READING_SECONDS : SILENT_SECONDS;
  const silent = facts.state === 'current' && stalenessSeconds > limit;
  return {
    state: silent ? 'disconnected' : facts.state,
    rung: facts.rung,
    stalenessSeconds,
    message: silent ? 'no replica of the manager follows the directory now' : facts.message,
  };
}
