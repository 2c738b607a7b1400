// SPDX-License-Identifier: Apache-2.0
// Lives of the revision counter. Another database, or an agent that has seen more than ours, starts a new one.
import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { AppliedRef, Epoch } from '@drvs/contracts';
import type { EntityManager } from 'typeorm';
import { Database } from '../database/database.js';

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
   * that the agent takes our documents again.
   */
  async observe(system: string, applied: AppliedRef | null): Promise<{ epoch: Epoch; revision: string }> {
    if (applied !== null) await this.rise(system, applied);
    const [row]: { counter: number; uuid: string; revision: string }[] = await this.database.manager.query(
      'SELECT counter, uuid, revision FROM epoch WHERE system = $1',
      [system],
    );
    if (row === undefined) throw new Error(`system '${system}' has no revision counter yet`);
    return { epoch: { counter: row.counter, uuid: row.uuid }, revision: row.revision };
  }

  private async rise(system: string, { epoch, revision }: AppliedRef): Promise<void> {
    const [, risen]: [unknown, number] = await this.database.manager.query(
      `UPDATE epoch SET counter = greatest(counter, $2) + 1, uuid = $3
       WHERE system = $1 AND (counter < $2 OR (counter = $2 AND (uuid <> $4 OR revision < $5)))`,
      [system, epoch.counter, randomUUID(), epoch.uuid, revision],
    );
    if (risen > 0) await this.database.manager.query(`SELECT pg_notify('drvs_revision', $1)`, [system]);
  }
}

/** The last revision given out. */
export async function readRevision(manager: EntityManager, system: string): Promise<string> {
  const rows: { revision: string }[] = await manager.query('SELECT revision FROM epoch WHERE system = $1', [system]);
  return rows[0]?.revision ?? '0';
}
