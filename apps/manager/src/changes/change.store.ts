// SPDX-License-Identifier: Apache-2.0
// Change sets on their way into the directory: journalled before the first write, so that whoever follows the directory
// after a crash goes on where its predecessor stopped.
import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { ChangeView, PlanView } from '@drvs/contracts';
import type { WriteOperation } from '@drvs/directory';
import type { EntityManager } from 'typeorm';
import { appendAudit, concludeAudit } from '../audit/audit.store.js';
import { Database } from '../database/database.js';
import { storableJson, storableText } from '../database/stored-json.js';
import type { ChangedValues } from './changed-values.rules.js';

/** A change set as somebody asked for it. */
export interface AskedChange {
  readonly system: string;
  readonly actor: string;
  /** DN in whose name the directory is written. */
  readonly actsAs: string;
  readonly address: string | null;
  readonly idempotencyKey: string | null;
  /** SHA-256 of the request: one key names one request. */
  readonly requestHash: string;
  /** Revision that must still be the present one. */
  readonly ifRevision: string | null;
  readonly plan: string | null;
  readonly force: boolean;
  readonly reason: string | null;
  readonly operations: readonly WriteOperation[];
}

/** Why nothing was written. */
export interface ChangeRefusal {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
  /** What the change set would do now. */
  readonly plan?: PlanView;
}

export type ChangeOutcome =
  | { readonly kind: 'done'; readonly revision: string | null }
  | { readonly kind: 'refused'; readonly refusal: ChangeRefusal }
  | ({ readonly kind: 'failed' } & ChangeFailure);

/** The failure of one operation: those before it are to be taken back. */
export interface FailedOperation extends ChangeFailure {
  /** How many were written before it. */
  readonly before: number;
  /** entryUUIDs of what they added: the guard lets it go again. */
  readonly added: readonly string[];
}

/** Why the directory did not carry out a change set. */
export interface ChangeFailure {
  /** `EntryChanged`: somebody else was first. */
  readonly code: 'DirectoryRefused' | 'EntryChanged';
  readonly message: string;
}

/** A change set that the follower has to carry out, or to finish. */
export interface OpenChange {
  readonly id: string;
  readonly actor: string;
  readonly actsAs: string;
  readonly state: 'waiting' | 'writing';
  readonly ifRevision: string | null;
  readonly plan: string | null;
  readonly force: boolean;
  readonly operations: readonly WriteOperation[];
  /** Takes each operation back; filled when the writing begins. */
  readonly inverses: readonly (WriteOperation | null)[];
  /** entryCSN that each operation must find; null: any. */
  readonly csns: readonly (string | null)[];
  /** Places of the operations whose vmid was chosen by us: another will do. */
  readonly numbered: readonly number[];
  /** Operations that are done for certain, and not taken back. */
  readonly written: number;
  /** Set: what was written is being taken back. */
  readonly failure: FailedOperation | null;
  /** entryUUIDs whose effects the guard lets pass. */
  readonly released: readonly string[];
}

/** What a key was used for before. */
export interface KnownChange {
  readonly id: string;
  readonly requestHash: string;
}

const WITHDRAWN = { outcome: 'failed', message: 'withdrawn: no manager followed the directory' } as const;
const VIEW = `id, state, actor, reason, asked_at AS at, operation_count AS operations, written, outcome`;
const OPEN = `id, actor, acts_as AS "actsAs", state, if_revision AS "ifRevision", plan, force, operations, inverses, csns, numbered,
  written, failure, released`;

@Injectable()
export class ChangeStore {
  constructor(private readonly database: Database) {}

  /** Journals a change set, with its audit row. Gives its id, or what the same key was used for before. */
  async ask(change: AskedChange): Promise<KnownChange> {
    const id = randomUUID();
    return this.database.manager.transaction(async (manager) => {
      const inserted: { id: string }[] = await manager.query(
        `INSERT INTO change_journal (id, system, actor, acts_as, address, idempotency_key, request_hash, if_revision, plan, force,
           reason, operations, operation_count, state, asked_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 'waiting', now())
         ON CONFLICT (system, actor, idempotency_key) DO NOTHING RETURNING id`,
        [
          ...[
            id,
            change.system,
            change.actor,
            change.actsAs,
            change.address,
            change.idempotencyKey,
            change.requestHash,
          ],
          ...[change.ifRevision, change.plan, change.force, change.reason],
          ...[storableJson(change.operations), change.operations.length],
        ],
      );
      if (inserted.length === 0) return this.known(manager, change);
      const dns = change.operations.map(({ op, dn }) => `${op} ${dn}`);
      const { system, actor, address, reason, actsAs, plan, force } = change;
      await appendAudit(manager, {
        ...{ system, actor, address, action: 'change', target: id, outcome: 'asked', reason, request: id },
        after: { actsAs, plan, force, operations: dns },
      });
      await manager.query(`SELECT pg_notify('drvs_decision', $1)`, [change.system]);
      return { id, requestHash: change.requestHash };
    });
  }

  private async known(manager: EntityManager, { system, actor, idempotencyKey }: AskedChange): Promise<KnownChange> {
    const rows: KnownChange[] = await manager.query(
      `SELECT id, request_hash AS "requestHash" FROM change_journal
       WHERE system = $1 AND actor = $2 AND idempotency_key = $3`,
      [system, actor, idempotencyKey],
    );
    const [row] = rows;
    if (row === undefined) throw new Error('a change set was journalled under this key, and is gone');
    return row;
  }

  /** The change set and what came of it. */
  async find(
    system: string,
    id: string,
  ): Promise<{ view: ChangeView; outcome: ChangeOutcome | undefined } | undefined> {
    const rows: (Omit<ChangeView, 'at' | 'revision' | 'message'> & { at: Date; outcome: ChangeOutcome | null })[] =
      await this.database.manager.query(`SELECT ${VIEW} FROM change_journal WHERE system = $1 AND id = $2`, [
        system,
        id,
      ]);
    const [row] = rows;
    if (row === undefined) return undefined;
    const { outcome, at, ...rest } = row;
    const revision = outcome?.kind === 'done' ? outcome.revision : null;
    return {
      view: { ...rest, at: at.toISOString(), revision, message: messageOf(outcome) },
      outcome: outcome ?? undefined,
    };
  }

  /** Takes a change set back that nobody has begun to write; false when that is too late. */
  async withdraw(id: string): Promise<boolean> {
    return this.database.manager.transaction(async (manager) => {
      const [, count]: [unknown, number] = await manager.query(
        `DELETE FROM change_journal WHERE id = $1 AND state = 'waiting'`,
        [id],
      );
      if (count > 0) await concludeAudit(manager, id, WITHDRAWN);
      return count > 0;
    });
  }
}

function messageOf(outcome: ChangeOutcome | null): string | null {
  if (outcome?.kind === 'refused') return outcome.refusal.message;
  return outcome?.kind === 'failed' ? outcome.message : null;
}

/** Change sets that are not ended, in the order they were asked for: at most one is being written. */
export async function openChanges(manager: EntityManager, system: string): Promise<OpenChange[]> {
  const rows: OpenChange[] = await manager.query(
    `SELECT ${OPEN} FROM change_journal WHERE system = $1 AND state IN ('waiting', 'writing')
     ORDER BY state DESC, asked_at`,
    [system],
  );
  return rows;
}

/** What is fixed when the writing begins. */
export interface BegunChange extends Pick<OpenChange, 'operations' | 'inverses' | 'csns' | 'numbered' | 'released'> {
  readonly changed: ChangedValues;
}

/** Marks the begin of the writing; false when the change set was withdrawn meanwhile. */
export async function beginChange(
  manager: EntityManager,
  id: string,
  { operations, inverses, csns, numbered, released, changed }: BegunChange,
): Promise<boolean> {
  const [, count]: [unknown, number] = await manager.query(
    `UPDATE change_journal SET state = 'writing', operations = $2, inverses = $3, csns = $4, numbered = $5,
       released = $6, changed = $7 WHERE id = $1 AND state = 'waiting'`,
    [id, ...[operations, inverses, csns, numbered, released, changed].map(storableJson)],
  );
  return count > 0;
}

export async function advanceChange(manager: EntityManager, id: string, written: number): Promise<void> {
  await manager.query('UPDATE change_journal SET written = $2 WHERE id = $1', [id, written]);
}

/** Other operations in place of those that were not written yet. */
export async function reviseChange(
  manager: EntityManager,
  id: string,
  operations: readonly WriteOperation[],
): Promise<void> {
  await manager.query('UPDATE change_journal SET operations = $2 WHERE id = $1', [id, storableJson(operations)]);
}

/** From now on what was written is taken back, by whoever carries the change set on. */
export async function failChange(manager: EntityManager, id: string, failure: FailedOperation): Promise<void> {
  await manager.query('UPDATE change_journal SET failure = $2 WHERE id = $1', [id, storableJson(failure)]);
}

/** Writes what came of a change set, here and in the audit, and forgets the operations. */
export async function endChange(manager: EntityManager, id: string, outcome: ChangeOutcome): Promise<void> {
  const rows: { changed: ChangedValues | null }[] = await manager.query(
    'SELECT changed FROM change_journal WHERE id = $1',
    [id],
  );
  await manager.query(
    `UPDATE change_journal SET state = $2, outcome = $3, ended_at = now(), operations = '[]', inverses = '[]',
       released = '[]', changed = NULL, csns = '[]', numbered = '[]' WHERE id = $1`,
    [id, storableText(outcome.kind), storableJson(outcome)],
  );
  await concludeAudit(manager, id, { outcome: outcome.kind, message: messageOf(outcome), ...rows[0]?.changed });
}
