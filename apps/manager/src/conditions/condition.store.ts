// SPDX-License-Identifier: Apache-2.0
import { Injectable } from '@nestjs/common';
import type { Condition } from '@drvs/contracts';
import { Database } from '../database/database.js';
import { storableText } from '../database/stored-json.js';

/** A condition and the object it is about: `system` or `node:<uuid>`. */
export interface ObjectCondition extends Condition {
  readonly object: string;
}

/** What the manager says of an object; `since` is kept by the store. */
export type ManagerCondition = Omit<Condition, 'since'>;

@Injectable()
export class ConditionStore {
  constructor(private readonly database: Database) {}

  /** States a condition of the manager's; agents state theirs with their status. */
  async set(system: string, object: string, { type, status, reason, message }: ManagerCondition): Promise<void> {
    await this.database.manager.query(
      `INSERT INTO condition AS c (system, object, type, source, status, reason, message, since)
       VALUES ($1, $2, $3, 'manager', $4, $5, $6, now())
       ON CONFLICT (system, object, type, source) DO UPDATE SET status = $4, reason = $5, message = $6,
         since = CASE WHEN c.status = $4 THEN c.since ELSE now() END`,
      [system, object, type, status, reason, storableText(message)],
    );
  }

  /** Takes a condition of the manager's back. */
  async clear(system: string, object: string, type: string): Promise<void> {
    await this.database.manager.query(
      `DELETE FROM condition WHERE system = $1 AND object = $2 AND type = $3 AND source = 'manager'`,
      [system, object, type],
    );
  }

  async findAll(system: string): Promise<ObjectCondition[]> {
    const rows: (Omit<ObjectCondition, 'since'> & { since: Date })[] = await this.database.manager.query(
      `SELECT object, type, status, reason, message, since FROM condition WHERE system = $1 ORDER BY object, type`,
      [system],
    );
    return rows.map((row) => ({ ...row, since: row.since.toISOString() }));
  }
}
