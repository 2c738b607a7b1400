// SPDX-License-Identifier: Apache-2.0
// What is known of the real state of a system: the last word of every node.
import { Injectable } from '@nestjs/common';
import type { ActualProcess, ActualVm, Condition, NodeStatus, ObjectResult } from '@drvs/contracts';
import { ConditionStore } from '../conditions/condition.store.js';
import type { ObjectCondition } from '../conditions/condition.store.js';
import { Database } from '../database/database.js';
import { REPLICA_SECONDS } from '../link/replica.store.js';
import { processKey } from './process-key.js';

/** The last word of one node. */
export interface ActualNode {
  readonly nodeUuid: string;
  /** As last written; {@link replicaAlive} tells whether it can still be believed. */
  readonly liveness: 'connected' | 'reconnecting' | 'unknown';
  readonly livenessSince: Date;
  readonly lastSeen: Date;
  readonly replica: string | null;
  readonly replicaAlive: boolean;
  readonly bootId: string | null;
  readonly agentVersion: string | null;
  readonly appliedRevision: string | null;
  readonly appliedDigest: string | null;
  readonly appliedInSync: boolean;
  /** Only those that are not in sync. */
  readonly results: readonly ObjectResult[];
  readonly status: Omit<NodeStatus, 'vms' | 'processes' | 'conditions'> | null;
  /** By vmid. */
  readonly vms: ReadonlyMap<number, ActualVm>;
  /** By {@link processKey}. */
  readonly processes: ReadonlyMap<string, ActualProcess>;
  readonly conditions: readonly Condition[];
}

/** The real state of a system, by entryUUID of the node. */
export interface Actual {
  readonly nodes: ReadonlyMap<string, ActualNode>;
  readonly conditions: readonly ObjectCondition[];
}

type StatusRow = Omit<ActualNode, 'vms' | 'processes' | 'conditions'>;

@Injectable()
export class ActualStore {
  constructor(
    private readonly database: Database,
    private readonly conditions: ConditionStore,
  ) {}

  async read(system: string): Promise<Actual> {
    const { manager } = this.database;
    const rows: StatusRow[] = await manager.query(
      `SELECT s.node_uuid AS "nodeUuid", liveness, liveness_since AS "livenessSince", last_seen AS "lastSeen", replica,
         coalesce(r.seen_at > now() - interval '${REPLICA_SECONDS} seconds', false) AS "replicaAlive",
         boot_id AS "bootId", agent_version AS "agentVersion", applied_revision AS "appliedRevision",
         applied_digest AS "appliedDigest", applied_in_sync AS "appliedInSync", results, status
       FROM node_status s LEFT JOIN replica r ON r.id = s.replica WHERE system = $1`,
      [system],
    );
    const vms: { nodeUuid: string; status: ActualVm }[] = await manager.query(
      'SELECT node_uuid AS "nodeUuid", status FROM vm_status WHERE system = $1 ORDER BY vm_id',
      [system],
    );
    const processes: { nodeUuid: string; status: ActualProcess }[] = await manager.query(
      'SELECT node_uuid AS "nodeUuid", status FROM process_status WHERE system = $1 ORDER BY vm_id, nr',
      [system],
    );
    const conditions = await this.conditions.findAll(system);
    const vmsOf = groupByNode(vms);
    const processesOf = groupByNode(processes);
    const nodes = rows.map((row): [string, ActualNode] => [
      row.nodeUuid,
      {
        ...row,
        vms: new Map(vmsOf.get(row.nodeUuid)?.map((vm) => [vm.vmId, vm])),
        processes: new Map(processesOf.get(row.nodeUuid)?.map((process) => [processKey(process), process])),
        conditions: conditionsOf(conditions, `node:${row.nodeUuid}`),
      },
    ]);
    return { nodes: new Map(nodes), conditions };
  }
}

function groupByNode<T>(rows: readonly { nodeUuid: string; status: T }[]): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const { nodeUuid, status } of rows) {
    const group = groups.get(nodeUuid);
    if (group === undefined) groups.set(nodeUuid, [status]);
    else group.push(status);
  }
  return groups;
}

/** The conditions of one object, `system` or `node:<uuid>`. */
export function conditionsOf(conditions: readonly ObjectCondition[], object: string): Condition[] {
  return conditions.flatMap(({ object: about, ...condition }) => (about === object ? [condition] : []));
}
