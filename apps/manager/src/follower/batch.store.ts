// SPDX-License-Identifier: Apache-2.0
// Writes one batch: rows, problems, held changes, history, events, the cookie and the next revision, all in the caller's
// transaction, or nothing.
import { Injectable } from '@nestjs/common';
import { storeEntry } from '@drvs/directory';
import type { Adoption } from '@drvs/directory';
import type { EntityManager } from 'typeorm';
import { storableJson, storableText } from '../database/stored-json.js';
import { appendEvents } from '../events/event.store.js';
import { appendEntryHistory } from '../revisions/entry-history.store.js';
import { readRevision } from '../topology/epoch.store.js';
import type { BatchPlan } from './batch-plan.js';
import { batchEvents } from './batch-events.rules.js';
import { desiredRows, historyRows } from './batch-rows.rules.js';

/** Where a batch comes from. */
export interface BatchCause {
  readonly system: string;
  readonly cause: 'directory' | 'confirm';
  /** Overrides modifiersName: the person who confirmed. */
  readonly actor?: string;
  /** The cookie that covers the batch; undefined leaves the stored one. */
  readonly cookie?: string;
  /** RFC 3339. */
  readonly at: string;
}

/** The revision before the first. */
const NOTHING_READ = '0';
const DESIRED_TABLES = { system: 'drvs_system', node: 'node', vm: 'vm', process: 'process' } as const;
const NUMBER_COLUMNS = { system: '', node: ', node_id', vm: ', vm_id', process: ', vm_uuid, nr' } as const;

@Injectable()
export class BatchStore {
  /** Writes the plan. Gives the new revision, or undefined when nothing that is in force has changed. */
  async write(manager: EntityManager, plan: BatchPlan, cause: BatchCause): Promise<string | undefined> {
    const { system } = cause;
    // The first batch is a revision even when it brings nothing usable: from then on the directory counts as read.
    const revises =
      plan.changes.length > 0 || plan.losersChanged || (await readRevision(manager, system)) === NOTHING_READ;
    const revision = revises ? await nextRevision(manager, plan, cause) : undefined;
    await writeEntries(manager, system, plan);
    // What changes nothing desired belongs to the revision before it.
    const kept = revision ?? (await readRevision(manager, system));
    if (plan.entryChanges.length > 0) await appendEntryHistory(manager, system, kept, plan.entryChanges);
    for (const adoption of plan.verdict.adopted) await adopt(manager, system, adoption);
    if (revision !== undefined) await writeDesired(manager, system, plan, revision);
    await writeTouched(manager, system, plan);
    await writeProblems(manager, system, plan, cause.at);
    if (plan.heldChanged) await writeHeld(manager, system, plan, cause.at);
    await writeGuardHistory(manager, system, plan);
    await manager.query('UPDATE sync_state SET cookie = coalesce($2, cookie), losers = $3 WHERE system = $1', [
      system,
      cause.cookie ?? null,
      storableJson(plan.memory.losers),
    ]);
    const events = batchEvents(plan, revision, cause.at).map((event) => ({ system, event }));
    await appendEvents(manager, events);
    if (revision !== undefined) await manager.query(`SELECT pg_notify('drvs_revision', $1)`, [system]);
    return revision;
  }
}

async function nextRevision(manager: EntityManager, plan: BatchPlan, cause: BatchCause): Promise<string> {
  const [rows]: [{ revision: string; counter: number; uuid: string }[]] = await manager.query(
    'UPDATE epoch SET revision = revision + 1 WHERE system = $1 RETURNING revision, counter, uuid',
    [cause.system],
  );
  const row = rows[0];
  if (row === undefined) throw new Error(`system '${cause.system}' has no revision counter`);
  const author = cause.actor ?? plan.author;
  await manager.query(
    `INSERT INTO revision (system, number, epoch_counter, epoch_uuid, at, cause, author) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
    [cause.system, row.revision, row.counter, row.uuid, cause.at, cause.cause, author],
  );
  await manager.query(
    `INSERT INTO history (system, revision, at, kind, op, uuid, dn, before, after, csn, author)
     SELECT $1, $2, $3, kind, op, uuid, dn, before, after, csn, author FROM jsonb_to_recordset($4)
       AS r (kind text, op text, uuid uuid, dn text, before jsonb, after jsonb, csn text, author text)`,
    [cause.system, row.revision, cause.at, storableJson(historyRows(plan))],
  );
  return row.revision;
}

async function writeEntries(manager: EntityManager, system: string, plan: BatchPlan): Promise<void> {
  if (plan.entryChanges.length === 0) return;
  const gone = plan.entryChanges.flatMap(({ uuid, after }) => (after === undefined ? [uuid] : []));
  const kept = plan.entryChanges.flatMap(({ after }) => (after === undefined ? [] : [after]));
  await manager.query('DELETE FROM entry WHERE system = $1 AND uuid = ANY($2)', [system, gone]);
  // Each entry travels as text of its own: json, unlike jsonb, holds whatever a directory may.
  await manager.query(
    `INSERT INTO entry (system, uuid, dn, entry) SELECT $1, uuid, dn, entry::json
     FROM unnest($2::uuid[], $3::text[], $4::text[]) AS r (uuid, dn, entry)
     ON CONFLICT (system, uuid) DO UPDATE SET dn = EXCLUDED.dn, entry = EXCLUDED.entry`,
    [
      system,
      kept.map(({ uuid }) => uuid),
      kept.map(({ dn }) => storableText(dn)),
      kept.map((entry) => JSON.stringify(storeEntry(entry))),
    ],
  );
}

/** An entry came back under another entryUUID: the row, and what is known of it, go on under that. */
async function adopt(manager: EntityManager, system: string, { kind, oldUuid, newUuid }: Adoption): Promise<void> {
  const parameters = [system, oldUuid, newUuid];
  await manager.query(`UPDATE ${DESIRED_TABLES[kind]} SET uuid = $3 WHERE system = $1 AND uuid = $2`, parameters);
  if (kind === 'vm')
    await manager.query('UPDATE process SET vm_uuid = $3 WHERE system = $1 AND vm_uuid = $2', parameters);
  if (kind !== 'node') return;
  for (const table of ['node_status', 'vm_status', 'process_status', 'session']) {
    await manager.query(`UPDATE ${table} SET node_uuid = $3 WHERE system = $1 AND node_uuid = $2`, parameters);
  }
  await manager.query(
    `UPDATE condition SET object = 'node:' || $3::text WHERE system = $1 AND object = 'node:' || $2::text`,
    parameters,
  );
}

async function writeDesired(manager: EntityManager, system: string, plan: BatchPlan, revision: string): Promise<void> {
  const gone = plan.changes.flatMap(({ op, uuid }) => (op === 'delete' ? [uuid] : []));
  const rows = desiredRows(plan);
  for (const [kind, table] of Object.entries(DESIRED_TABLES) as [keyof typeof DESIRED_TABLES, string][]) {
    const extra = NUMBER_COLUMNS[kind];
    await manager.query(`DELETE FROM ${table} WHERE system = $1 AND uuid = ANY($2)`, [system, gone]);
    await manager.query(
      `INSERT INTO ${table} (system, uuid, dn, name, invalid, held, csn, revision, desired${extra})
       SELECT $1, uuid, dn, name, invalid, held, csn, $2, desired${extra} FROM jsonb_to_recordset($3)
         AS r (uuid uuid, dn text, name text, invalid boolean, held boolean, csn text, desired jsonb, node_id integer,
           vm_id integer, vm_uuid uuid, nr integer)
       ON CONFLICT (system, uuid) DO UPDATE SET dn = EXCLUDED.dn, name = EXCLUDED.name, invalid = EXCLUDED.invalid,
         held = EXCLUDED.held, csn = EXCLUDED.csn, revision = EXCLUDED.revision, desired = EXCLUDED.desired
         ${extra
           .split(', ')
           .filter(Boolean)
           .map((column) => `, ${column} = EXCLUDED.${column}`)
           .join('')}`,
      [system, revision, storableJson(rows[kind])],
    );
  }
  for (const table of ['node_status', 'vm_status', 'process_status', 'session']) {
    await manager.query(`DELETE FROM ${table} WHERE system = $1 AND node_uuid = ANY($2)`, [system, gone]);
  }
  const objects = gone.map((uuid) => `node:${uuid}`);
  await manager.query('DELETE FROM condition WHERE system = $1 AND object = ANY($2)', [system, objects]);
}

/** Stores new entryCSNs. A node's entry that was edited may have another password: its session tokens end. */
async function writeTouched(manager: EntityManager, system: string, plan: BatchPlan): Promise<void> {
  for (const [kind, table] of Object.entries(DESIRED_TABLES)) {
    const touched = plan.touched.filter((object) => object.kind === kind);
    if (touched.length === 0) continue;
    await manager.query(
      `UPDATE ${table} t SET csn = r.csn FROM unnest($2::uuid[], $3::text[]) AS r (uuid, csn)
       WHERE t.system = $1 AND t.uuid = r.uuid`,
      [system, touched.map(({ desired }) => desired.uuid), touched.map(({ desired }) => desired.csn ?? null)],
    );
  }
  const nodes = plan.touched.flatMap(({ kind, desired }) => (kind === 'node' ? [desired.uuid] : []));
  if (nodes.length === 0) return;
  await manager.query('DELETE FROM session WHERE system = $1 AND node_uuid = ANY($2)', [system, nodes]);
  await manager.query(`SELECT pg_notify('drvs_session', $1)`, [system]);
}

async function writeProblems(manager: EntityManager, system: string, plan: BatchPlan, at: string): Promise<void> {
  for (const { dn, attribute, code } of plan.goneProblems) {
    await manager.query('DELETE FROM problem WHERE system = $1 AND dn = $2 AND attribute = $3 AND code = $4', [
      system,
      storableText(dn),
      attribute ?? '',
      code,
    ]);
  }
  const rows = plan.newProblems.map((problem) => ({ ...problem, attribute: problem.attribute ?? '' }));
  await manager.query(
    `INSERT INTO problem (system, dn, uuid, attribute, code, message, remedy, last_valid_in_force, since)
     SELECT $1, dn, uuid, attribute, code, message, remedy, "lastValidInForce", $2 FROM jsonb_to_recordset($3)
       AS r (dn text, uuid uuid, attribute text, code text, message text, remedy text, "lastValidInForce" boolean)
     ON CONFLICT (system, dn, attribute, code) DO UPDATE SET uuid = EXCLUDED.uuid, message = EXCLUDED.message,
       remedy = EXCLUDED.remedy, last_valid_in_force = EXCLUDED.last_valid_in_force`,
    [system, at, storableJson(rows)],
  );
}

async function writeHeld(manager: EntityManager, system: string, plan: BatchPlan, at: string): Promise<void> {
  const { held, hash, reasons } = plan.verdict;
  const [kept]: { reason: string }[] = await manager.query('SELECT reason FROM held_change WHERE system = $1 LIMIT 1', [
    system,
  ]);
  await manager.query('DELETE FROM held_change WHERE system = $1', [system]);
  const reason = reasons.length > 0 ? reasons.join(' ') : (kept?.reason ?? '');
  await manager.query(
    `INSERT INTO held_change (system, uuid, hash, reason, since, held)
     SELECT $1, uuid, $2, $3, coalesce(to_timestamp("heldAt" / 1000.0), $4), held FROM jsonb_to_recordset($5)
       AS r (uuid uuid, "heldAt" double precision, held jsonb)`,
    [
      system,
      hash ?? '',
      reason,
      at,
      storableJson(held.map((one) => ({ uuid: one.uuid, heldAt: one.heldAt, held: one }))),
    ],
  );
}

async function writeGuardHistory(manager: EntityManager, system: string, plan: BatchPlan): Promise<void> {
  if (plan.verdict.applied.length > 0) {
    await manager.query(
      `INSERT INTO guard_effect (system, at, effect)
       SELECT $1, to_timestamp((effect->>'at')::double precision / 1000), effect FROM jsonb_array_elements($2) AS r (effect)`,
      [system, storableJson(plan.verdict.applied)],
    );
    await manager.query(`DELETE FROM guard_effect WHERE system = $1 AND at < now() - interval '1 day'`, [system]);
  }
  if (plan.unseen.length > 0) {
    await manager.query('DELETE FROM first_seen WHERE system = $1 AND key = ANY($2)', [system, plan.unseen]);
  }
  const since = plan.seen.map((key) => new Date(plan.memory.firstSeen.get(key) ?? 0).toISOString());
  await manager.query(
    `INSERT INTO first_seen (system, key, since) SELECT $1, key, since FROM unnest($2::text[], $3::timestamptz[])
       AS r (key, since) ON CONFLICT (system, key) DO NOTHING`,
    [system, plan.seen, since],
  );
}
