// SPDX-License-Identifier: Apache-2.0
// Lives of the revision counter. Another database, or an agent that has seen more than ours, starts a new one.
import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { AppliedRef, Epoch } from '@drvs/contracts';
import type { EntityManager } from 'typeorm';
import { Database } from '../database/database.js';

/** Epochs that a database restored from a backup may have missed: a counter further ahead is no honest one. */
export const MAX_EPOCH_LEAD = 1_000;

/** Epoch and last revision now. */
export interface Observed {
  readonly epoch: Epoch;
  readonly revision: string;
  /** This agent's word began the epoch. */
  readonly risen: boolean;
}

@Injectable()
export class EpochStore {
  constructor(private readonly database: Database) {}

  /** Makes the system's counter when it is new, and a new epoch when the database is not the one it was. */
  async ensure(manager: EntityManager, system: string): Promise<void> {
    const [row]: { identity: string }[] = await manager.query(
      `SELECT system_identifier || ':' || timeline_id AS identity FROM pg_control_system(), pg_control_checkpoint()`,
    );
    await manager.query(
      `INSERT INTO epoch AS e (system, counter, uuid, database_identity, revision) VALUES ($1, 1, $2, $3, 0)
       ON CONFLICT (system) DO UPDATE SET counter = e.counter + 1, uuid = EXCLUDED.uuid,
         database_identity = EXCLUDED.database_identity
       WHERE e.database_identity <> EXCLUDED.database_identity`,
      [system, randomUUID(), row?.identity ?? ''],
    );
    await manager.query(`SELECT pg_notify('drvs_revision', $1)`, [system]);
  }

  /**
   * Takes note of what an agent has applied. If that is beyond anything this database gave out, a new epoch begins, so
   * that the agent takes our documents again: but not beyond reason, as one agent's word costs all of them a new epoch.
   * @param mayRise whether this agent may begin an epoch
   * @returns undefined when it is beyond ours and begins no epoch
   */
  async observe(system: string, applied: AppliedRef | null, mayRise: boolean): Promise<Observed | undefined> {
    const risen = applied !== null && mayRise && (await this.rise(system, applied));
    const [row]: { counter: number; uuid: string; revision: string }[] = await this.database.manager.query(
      'SELECT counter, uuid, revision FROM epoch WHERE system = $1',
      [system],
    );
    if (row === undefined) throw new Error(`system '${system}' has no revision counter yet`);
    const present = { epoch: { counter: row.counter, uuid: row.uuid }, revision: row.revision };
    if (applied !== null && isBeyond(applied, present)) return undefined;
    return { ...present, risen };
  }

  private async rise(system: string, { epoch, revision }: AppliedRef): Promise<boolean> {
    const [, risen]: [unknown, number] = await this.database.manager.query(
      `UPDATE epoch SET counter = greatest(counter, $2::bigint) + 1, uuid = $3
       WHERE system = $1 AND $2::bigint <= counter + $6
         AND (counter < $2::bigint OR (counter = $2::bigint AND (uuid <> $4 OR revision < $5)))`,
      [system, epoch.counter, randomUUID(), epoch.uuid, revision, MAX_EPOCH_LEAD],
    );
    if (risen > 0) await this.database.manager.query(`SELECT pg_notify('drvs_revision', $1)`, [system]);
    return risen > 0;
  }
}

/** The last revision given out. */
export async function readRevision(manager: EntityManager, system: string): Promise<string> {
  const rows: { revision: string }[] = await manager.query('SELECT revision FROM epoch WHERE system = $1', [system]);
  return rows[0]?.revision ?? '0';
}

/** Whether an agent has applied what was never given out in this epoch or an earlier one. */
function isBeyond({ epoch, revision }: AppliedRef, present: { epoch: Epoch; revision: string }): boolean {
  if (epoch.counter !== present.epoch.counter) return epoch.counter > present.epoch.counter;
  return epoch.uuid !== present.epoch.uuid || BigInt(revision) > BigInt(present.revision);
}
