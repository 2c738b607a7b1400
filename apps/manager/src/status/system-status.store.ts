// SPDX-License-Identifier: Apache-2.0
import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import { REPLICA_SECONDS } from '../link/replica.store.js';
import type { NodeWord } from '../topology/node-view.rules.js';

/** What Postgres counts of a system. */
export interface StoredCounts {
  readonly storedRevision: string;
  readonly problems: number;
  readonly held: number;
  readonly changesWaiting: number;
}

@Injectable()
export class SystemStatusStore {
  constructor(private readonly database: Database) {}

  async count(system: string): Promise<StoredCounts> {
    const rows: StoredCounts[] = await this.database.manager.query(
      `SELECT coalesce((SELECT revision::text FROM epoch WHERE system = $1), '0') AS "storedRevision",
         (SELECT count(*)::int FROM problem WHERE system = $1) AS problems,
         (SELECT count(*)::int FROM held_change WHERE system = $1) AS held,
         (SELECT count(*)::int FROM change_journal WHERE system = $1 AND state IN ('waiting', 'writing'))
           AS "changesWaiting"`,
      [system],
    );
    return rows[0] ?? { storedRevision: '0', problems: 0, held: 0, changesWaiting: 0 };
  }

  /** The last word of each node, by entryUUID: as much of it as the node's state is made of. */
  async nodeWords(system: string): Promise<ReadonlyMap<string, NodeWord>> {
    const rows: (NodeWord & { uuid: string })[] = await this.database.manager.query(
      `SELECT node_uuid AS uuid, liveness, applied_digest AS "appliedDigest", applied_in_sync AS "appliedInSync", results,
         coalesce(r.seen_at > now() - interval '${REPLICA_SECONDS} seconds', false) AS "replicaAlive"
       FROM node_status s LEFT JOIN replica r ON r.id = s.replica WHERE system = $1`,
      [system],
    );
    return new Map(rows.map((row) => [row.uuid, row]));
  }
}
