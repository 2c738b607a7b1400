// SPDX-License-Identifier: Apache-2.0
// What agents say, into Postgres: many nodes in one transaction, and only rows that differ are written.
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Database } from '../database/database.js';
import { storableJson } from '../database/stored-json.js';
import { appendEvents } from '../events/event.store.js';
import type { SystemEvent } from '../events/event.store.js';
import { statusRows } from './status-rows.rules.js';
import type { NodeReport, StatusRows } from './status-rows.rules.js';

/** A process whose reported state is another one than stored. */
export interface ProcessTransition {
  readonly system: string;
  readonly nodeUuid: string;
  readonly vmId: number;
  readonly nr: number;
  /** Null when nothing was known of it. */
  readonly before: string | null;
  readonly after: string;
}

/** A condition of a node whose status is another one than stored. */
export interface ConditionTransition {
  readonly system: string;
  readonly nodeUuid: string;
  readonly type: string;
  /** `true`, `false` or `unknown`; null when it is no longer stated. */
  readonly after: string | null;
  readonly message: string;
}

/** What a batch of reports changed. */
export interface Transitions {
  readonly processes: readonly ProcessTransition[];
  readonly conditions: readonly ConditionTransition[];
}

const UPSERT_NODES = `
  INSERT INTO node_status AS s (system, node_uuid, liveness, liveness_since, last_seen, replica, machine_id, boot_id,
    agent_version, applied_revision, applied_digest, applied_in_sync, results, status)
  SELECT system, node_uuid, liveness, now(), last_seen, $2::uuid, machine_id, boot_id, agent_version, applied_revision,
    applied_digest, coalesce(applied_in_sync, false), coalesce(results, '[]'), status
  FROM jsonb_to_recordset($1) AS r (system text, node_uuid uuid, liveness text, last_seen timestamptz, machine_id text,
    boot_id text, agent_version text, applied_revision text, applied_digest text, applied_in_sync boolean, results jsonb,
    status jsonb)
  ON CONFLICT (system, node_uuid) DO UPDATE SET
    liveness = EXCLUDED.liveness,
    liveness_since = CASE WHEN s.liveness = EXCLUDED.liveness THEN s.liveness_since ELSE now() END,
    last_seen = greatest(s.last_seen, EXCLUDED.last_seen),
    replica = EXCLUDED.replica,
    machine_id = coalesce(EXCLUDED.machine_id, s.machine_id),
    boot_id = coalesce(EXCLUDED.boot_id, s.boot_id),
    agent_version = coalesce(EXCLUDED.agent_version, s.agent_version),
    applied_revision = coalesce(EXCLUDED.applied_revision, s.applied_revision),
    applied_digest = coalesce(EXCLUDED.applied_digest, s.applied_digest),
    applied_in_sync = CASE WHEN EXCLUDED.applied_digest IS NULL THEN s.applied_in_sync ELSE EXCLUDED.applied_in_sync END,
    results = CASE WHEN EXCLUDED.applied_digest IS NULL THEN s.results ELSE EXCLUDED.results END,
    status = coalesce(EXCLUDED.status, s.status)
  -- Only a hello, which names the machine, takes a node over: a late word of the session it replaces must not take it back.
  WHERE EXCLUDED.machine_id IS NOT NULL OR s.replica IS NOT DISTINCT FROM EXCLUDED.replica`;

const PROCESSES = `jsonb_to_recordset($1) AS r (system text, node_uuid uuid, vm_id integer, nr integer, status jsonb)`;
const VMS = `jsonb_to_recordset($1) AS r (system text, node_uuid uuid, vm_id integer, status jsonb)`;
const CONDITIONS = `jsonb_to_recordset($1)
  AS r (system text, object text, type text, status text, reason text, message text)`;
const REPORTED = `jsonb_to_recordset($2) AS n (system text, node_uuid uuid)`;

const CHANGED_PROCESSES = `
  SELECT r.system, r.node_uuid AS "nodeUuid", r.vm_id AS "vmId", r.nr, p.status->>'state' AS before,
    r.status->>'state' AS after
  FROM ${PROCESSES} LEFT JOIN process_status p USING (system, node_uuid, vm_id, nr)
  WHERE p.status->>'state' IS DISTINCT FROM r.status->>'state'`;

const UPSERT_PROCESSES = `
  INSERT INTO process_status AS p (system, node_uuid, vm_id, nr, status, bound_since)
  SELECT system, node_uuid, vm_id, nr, status, CASE WHEN status->>'state' = 'bound' THEN now() END FROM ${PROCESSES}
  ON CONFLICT (system, node_uuid, vm_id, nr) DO UPDATE SET
    status = EXCLUDED.status,
    bound_since = CASE WHEN EXCLUDED.bound_since IS NOT NULL AND p.status->>'endpoint' = EXCLUDED.status->>'endpoint'
      THEN coalesce(p.bound_since, EXCLUDED.bound_since) ELSE EXCLUDED.bound_since END
  WHERE p.status IS DISTINCT FROM EXCLUDED.status`;

const DELETE_PROCESSES = `
  DELETE FROM process_status p USING ${REPORTED}
  WHERE p.system = n.system AND p.node_uuid = n.node_uuid AND NOT EXISTS (SELECT FROM ${PROCESSES}
    WHERE r.system = p.system AND r.node_uuid = p.node_uuid AND r.vm_id = p.vm_id AND r.nr = p.nr)`;

const UPSERT_VMS = `
  INSERT INTO vm_status AS v (system, node_uuid, vm_id, status) SELECT system, node_uuid, vm_id, status FROM ${VMS}
  ON CONFLICT (system, node_uuid, vm_id) DO UPDATE SET status = EXCLUDED.status
  WHERE v.status IS DISTINCT FROM EXCLUDED.status`;

const DELETE_VMS = `
  DELETE FROM vm_status v USING ${REPORTED}
  WHERE v.system = n.system AND v.node_uuid = n.node_uuid AND NOT EXISTS (SELECT FROM ${VMS}
    WHERE r.system = v.system AND r.node_uuid = v.node_uuid AND r.vm_id = v.vm_id)`;

const UPSERT_CONDITIONS = `
  INSERT INTO condition AS c (system, object, type, source, status, reason, message, since)
  SELECT system, object, type, 'agent', status, reason, message, now() FROM ${CONDITIONS}
  ON CONFLICT (system, object, type, source) DO UPDATE SET status = EXCLUDED.status, reason = EXCLUDED.reason,
    message = EXCLUDED.message, since = CASE WHEN c.status = EXCLUDED.status THEN c.since ELSE EXCLUDED.since END
  WHERE (c.status, c.reason, c.message) IS DISTINCT FROM (EXCLUDED.status, EXCLUDED.reason, EXCLUDED.message)`;

const DELETE_CONDITIONS = `
  DELETE FROM condition c USING ${REPORTED}
  WHERE c.source = 'agent' AND c.system = n.system AND c.object = 'node:' || n.node_uuid AND NOT EXISTS (
    SELECT FROM ${CONDITIONS} WHERE r.system = c.system AND r.object = c.object AND r.type = c.type)`;

const CHANGED_CONDITIONS = `
  SELECT n.system, n.node_uuid AS "nodeUuid", coalesce(r.type, c.type) AS type, r.status AS after,
    coalesce(r.message, c.message) AS message
  FROM ${REPORTED}
  JOIN (SELECT system, object, type FROM condition WHERE source = 'agent' UNION SELECT system, object, type FROM ${CONDITIONS}) k
    ON k.system = n.system AND k.object = 'node:' || n.node_uuid
  LEFT JOIN ${CONDITIONS} ON r.system = k.system AND r.object = k.object AND r.type = k.type
  LEFT JOIN condition c ON c.source = 'agent' AND c.system = k.system AND c.object = k.object AND c.type = k.type
  WHERE r.status IS DISTINCT FROM c.status`;

const NO_TRANSITIONS: Transitions = { processes: [], conditions: [] };

@Injectable()
export class StatusStore {
  constructor(private readonly database: Database) {}

  /** Writes reports in one transaction; `describe` turns changed processes into events of the same transaction. */
  async write(
    replica: string,
    reports: readonly NodeReport[],
    describe: (transitions: Transitions) => readonly SystemEvent[],
  ): Promise<void> {
    const rows = statusRows(reports);
    await this.database.manager.transaction(async (manager) => {
      await manager.query(UPSERT_NODES, [storableJson(rows.nodes), replica]);
      const newcomer = reports.find(({ machineId }) => machineId !== undefined);
      if (newcomer !== undefined) await manager.query(`SELECT pg_notify('drvs_session', $1)`, [newcomer.system]);
      const transitions = rows.reported.length === 0 ? NO_TRANSITIONS : await writeParts(manager, rows);
      const said = reports.flatMap(({ system, events }) => events.map((event) => ({ system, event })));
      await appendEvents(manager, [...said, ...describe(transitions)]);
    });
  }
}

/** VMs, processes and conditions as whole sets per node: what a node no longer lists is removed. */
async function writeParts(manager: EntityManager, rows: StatusRows): Promise<Transitions> {
  const nodes = storableJson(rows.reported);
  const processes = storableJson(rows.processes);
  const vms = storableJson(rows.vms);
  const conditions = storableJson(rows.conditions);
  const transitions = {
    processes: await manager.query<ProcessTransition[]>(CHANGED_PROCESSES, [processes]),
    conditions: await manager.query<ConditionTransition[]>(CHANGED_CONDITIONS, [conditions, nodes]),
  };
  await manager.query(UPSERT_PROCESSES, [processes]);
  await manager.query(DELETE_PROCESSES, [processes, nodes]);
  await manager.query(UPSERT_VMS, [vms]);
  await manager.query(DELETE_VMS, [vms, nodes]);
  await manager.query(UPSERT_CONDITIONS, [conditions]);
  await manager.query(DELETE_CONDITIONS, [conditions, nodes]);
  return transitions;
}
