// SPDX-License-Identifier: Apache-2.0
// What people see happen, in one order for all of them.
import { Injectable } from '@nestjs/common';
import type { ApiEvent } from '@drvs/contracts';
import type { EntityManager } from 'typeorm';
import { Database } from '../database/database.js';
import { storableJson } from '../database/stored-json.js';

/** An event, not yet numbered, and the system it belongs to. */
export interface SystemEvent {
  readonly system: string;
  readonly event: Omit<ApiEvent, 'id'>;
}

interface EventRow extends Omit<ApiEvent, 'at'> {
  readonly at: Date;
}

/** Events kept per system; older ones are removed. */
const KEPT_EVENTS = 100_000;
/** First of the two numbers of the advisory lock under which a system's events are numbered. */
const EVENT_LOCK = 1_146_246_740;

/**
 * Appends events inside a transaction. Their numbers are given out under a lock held until commit: a reader that has seen
 * number n will never find a smaller one appear later, which a bare sequence does not promise.
 */
export async function appendEvents(manager: EntityManager, events: readonly SystemEvent[]): Promise<void> {
  const systems = [...new Set(events.map(({ system }) => system))].sort();
  for (const system of systems) {
    await manager.query('SELECT pg_advisory_xact_lock($1, hashtext($2))', [EVENT_LOCK, system]);
    const rows = events.filter((candidate) => candidate.system === system).map(({ event }) => event);
    await manager.query(
      `INSERT INTO event (system, at, kind, revision, node, vm, process, message)
       SELECT $1, at, kind, revision, node, vm, process, message
       FROM ROWS FROM (jsonb_to_recordset($2) AS (at timestamptz, kind text, revision bigint, node text, vm text,
         process text, message text)) WITH ORDINALITY AS r (at, kind, revision, node, vm, process, message, position)
       ORDER BY position`,
      [system, storableJson(rows)],
    );
    await manager.query(`SELECT pg_notify('drvs_event', $1)`, [system]);
  }
}

@Injectable()
export class EventStore {
  constructor(private readonly database: Database) {}

  /** Events after an id, oldest first. */
  async findAfter(system: string, id: string, limit: number): Promise<ApiEvent[]> {
    const rows: EventRow[] = await this.database.manager.query(
      `SELECT id, at, kind, revision, node, vm, process, message FROM event
       WHERE system = $1 AND id > $2 ORDER BY id LIMIT $3`,
      [system, id, limit],
    );
    return rows.map((row) => ({ ...row, at: row.at.toISOString() }));
  }

  /** Ids of the oldest and the newest event kept, '0' for both when there is none. */
  async findRange(system: string): Promise<{ oldest: string; newest: string }> {
    const rows: { oldest: string; newest: string }[] = await this.database.manager.query(
      `SELECT coalesce(min(id), 0) AS oldest, coalesce(max(id), 0) AS newest FROM event WHERE system = $1`,
      [system],
    );
    return rows[0] ?? { oldest: '0', newest: '0' };
  }

  /** Removes events beyond what is kept. */
  async prune(system: string): Promise<void> {
    await this.database.manager.query(
      `DELETE FROM event WHERE system = $1 AND id < (SELECT id FROM event WHERE system = $1
       ORDER BY id DESC OFFSET ${KEPT_EVENTS} LIMIT 1)`,
      [system],
    );
  }
}
