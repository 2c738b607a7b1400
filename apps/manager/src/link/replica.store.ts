// SPDX-License-Identifier: Apache-2.0
// Replicas lease in Postgres: the nodes of one that stops beating are taken over by whoever notices.
import { Injectable } from '@nestjs/common';
import { LEASE_SECONDS } from '@drvs/contracts';
import { Database } from '../database/database.js';
import { appendEvents } from '../events/event.store.js';
import type { SystemEvent } from '../events/event.store.js';

/** A replica that has not beaten for this long is gone. */
export const REPLICA_SECONDS = 10;
/** Most that an agent waits before it tries again (design: control-plane, full jitter 1..30 s). */
const JITTER_SECONDS = 30;

/** A node whose liveness was changed by the sweep. */
interface SweptNode {
  readonly system: string;
  readonly liveness: 'reconnecting' | 'unknown';
  readonly name: string;
}

const LIVE = `SELECT id FROM replica WHERE seen_at > now() - interval '${REPLICA_SECONDS} seconds'`;

@Injectable()
export class ReplicaStore {
  constructor(private readonly database: Database) {}

  async beat(id: string): Promise<void> {
    await this.database.manager.query(
      `INSERT INTO replica (id, seen_at) VALUES ($1, now()) ON CONFLICT (id) DO UPDATE SET seen_at = now()`,
      [id],
    );
  }

  /** The replica stops on purpose: its nodes need not wait for its lease to end. */
  async leave(id: string): Promise<void> {
    await this.database.manager.query('DELETE FROM replica WHERE id = $1', [id]);
  }

  /**
   * Nodes of replicas that are gone become `reconnecting`; those that have not come back after the lease and the longest
   * wait of an agent become `unknown`. Several replicas may sweep: each node is changed once.
   */
  async sweep(): Promise<void> {
    await this.database.manager.transaction(async (manager) => {
      const [reconnecting]: [SweptNode[]] = await manager.query(
        `UPDATE node_status s SET liveness = 'reconnecting', liveness_since = now() FROM node n
         WHERE n.system = s.system AND n.uuid = s.node_uuid
           AND s.liveness = 'connected' AND (s.replica IS NULL OR s.replica NOT IN (${LIVE}))
         RETURNING s.system, s.liveness, n.name`,
      );
      const [unknown]: [SweptNode[]] = await manager.query(
        `UPDATE node_status s SET liveness = 'unknown', liveness_since = now() FROM node n
         WHERE n.system = s.system AND n.uuid = s.node_uuid AND s.liveness = 'reconnecting'
           AND s.liveness_since < now() - interval '${LEASE_SECONDS + JITTER_SECONDS} seconds'
         RETURNING s.system, s.liveness, n.name`,
      );
      await appendEvents(manager, [...reconnecting, ...unknown].map(describeSwept));
      await manager.query(`DELETE FROM replica WHERE seen_at < now() - interval '1 day'`);
    });
  }

  /** Who holds a node's session now: undefined when nobody alive does. */
  async findHolder(system: string, nodeUuid: string): Promise<{ replica: string; machineId: string } | undefined> {
    const rows: { replica: string; machineId: string }[] = await this.database.manager.query(
      `SELECT replica, machine_id AS "machineId" FROM node_status
       WHERE system = $1 AND node_uuid = $2 AND liveness = 'connected' AND replica IN (${LIVE})
         AND last_seen > now() - interval '${LEASE_SECONDS} seconds'`,
      [system, nodeUuid],
    );
    return rows[0];
  }

  /** For nodes with a session: who holds it by the database's word, and the entryCSN of the node's entry. */
  async findNodes(
    uuids: readonly string[],
  ): Promise<{ system: string; uuid: string; csn: string | null; replica: string | null }[]> {
    return this.database.manager.query(
      `SELECT n.system, n.uuid, n.csn, s.replica FROM node n
       LEFT JOIN node_status s ON s.system = n.system AND s.node_uuid = n.uuid AND s.liveness = 'connected'
       WHERE n.uuid = ANY($1)`,
      [uuids],
    );
  }
}

function describeSwept({ system, liveness, name }: SweptNode): SystemEvent {
  const message =
    liveness === 'unknown'
      ? `${name} is Unknown: it has not come back since its manager was lost`
      : `${name} is Reconnecting: its manager was lost`;
  const event = {
    at: new Date().toISOString(),
    kind: 'node-state',
    revision: null,
    node: name,
    vm: null,
    process: null,
  } as const;
  return { system, event: { ...event, message } };
}
