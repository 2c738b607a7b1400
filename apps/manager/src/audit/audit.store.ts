// SPDX-License-Identifier: Apache-2.0
// Who did what, from where, and what came of it. Rows are added in the transaction of what they tell, and never changed.
import { Inject, Injectable } from '@nestjs/common';
import type { AuditOutcome, AuditQuery, AuditView } from '@drvs/contracts';
import type { EntityManager } from 'typeorm';
import { SETTINGS } from '../config/settings.js';
import type { Settings } from '../config/settings.js';
import { Database } from '../database/database.js';
import { storableJson, storableText } from '../database/stored-json.js';

/** Something to be recorded; nothing in it may be secret. */
export interface AuditRecord {
  /** Undefined: it concerns the whole manager. */
  readonly system?: string | undefined;
  readonly actor: string;
  readonly address?: string | null;
  readonly action: string;
  readonly target: string;
  readonly outcome: AuditOutcome;
  readonly reason?: string | null;
  readonly message?: string | null;
  /** Id under which {@link concludeAudit} says later what came of it. */
  readonly request?: string;
  readonly before?: unknown;
  readonly after?: unknown;
}

/** Records something, in the caller's transaction. */
export async function appendAudit(manager: EntityManager, record: AuditRecord): Promise<void> {
  const { system, actor, address, action, target, outcome, reason, message, request, before, after } = record;
  await manager.query(
    `INSERT INTO audit (system, at, actor, address, action, target, outcome, reason, message, request, before, after)
     VALUES ($1, now(), $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
    [
      ...[system ?? null, actor, address ?? null, action, storableText(target), outcome, text(reason), text(message)],
      ...[request ?? null, storableJson(before), storableJson(after)],
    ],
  );
}

const text = (value: string | null | undefined): string | null => (value ? storableText(value) : null);

/** What came of something that was asked for. */
export interface AuditConclusion extends Pick<AuditRecord, 'message' | 'before' | 'after'> {
  readonly outcome: Exclude<AuditOutcome, 'asked'>;
}

/** Records what came of a request, beside the row that says it was asked for. */
export async function concludeAudit(
  manager: EntityManager,
  request: string,
  { outcome, message, before, after }: AuditConclusion,
): Promise<void> {
  await manager.query(
    `INSERT INTO audit (system, at, actor, address, action, target, outcome, reason, message, request, before, after)
     SELECT system, now(), actor, address, action, target, $2, reason, $3, request, $4, $5 FROM audit
     WHERE request = $1 AND outcome = 'asked' LIMIT 1`,
    [request, outcome, text(message), storableJson(before), storableJson(after)],
  );
}

/** Removes rows older than that many days, and records how many and which. The database keeps 30 days in any case. */
export async function pruneAudit(manager: EntityManager, days: number): Promise<number> {
  return manager.transaction(async (transaction) => {
    const [rows]: [{ id: string }[]] = await transaction.query(
      'DELETE FROM audit WHERE at < now() - make_interval(days => $1) RETURNING id',
      [days],
    );
    if (rows.length === 0) return 0;
    const last = rows.map(({ id }) => BigInt(id)).reduce((a, b) => (a > b ? a : b));
    await appendAudit(transaction, {
      actor: 'manager',
      action: 'audit.prune',
      target: `up to ${last}`,
      outcome: 'done',
      reason: `older than ${days} days`,
      after: { removed: rows.length },
    });
    return rows.length;
  });
}

interface AuditFilter extends Omit<AuditQuery, 'cursor' | 'limit'> {
  /** Id of the row before the first. */
  readonly beyond: string | undefined;
}

@Injectable()
export class AuditStore {
  constructor(
    @Inject(SETTINGS) private readonly settings: Pick<Settings, 'auditDays'>,
    private readonly database: Database,
  ) {}

  append(record: AuditRecord): Promise<void> {
    return appendAudit(this.database.manager, record);
  }

  /** Rows of a system and of the manager as a whole. */
  async find(system: string, filter: AuditFilter, limit: number): Promise<AuditView[]> {
    const { actor, action, outcome, since, until, after, order = 'desc', beyond } = filter;
    const [past, direction] = order === 'asc' ? ['>', 'ASC'] : ['<', 'DESC'];
    const rows: (Omit<AuditView, 'at'> & { at: Date })[] = await this.database.manager.query(
      `SELECT id, at, system, actor, address, action, target, outcome, reason, message, request, before, after FROM audit
       WHERE (system = $1 OR system IS NULL) AND ($2::bigint IS NULL OR id ${past} $2)
         AND ($3::text IS NULL OR actor = $3) AND ($4::text IS NULL OR action = $4)
         AND ($5::text IS NULL OR outcome = $5)
         AND ($6::timestamptz IS NULL OR at >= $6) AND ($7::timestamptz IS NULL OR at < $7)
         AND ($8::bigint IS NULL OR id > $8)
       ORDER BY id ${direction} LIMIT $9`,
      [system, ...[beyond, actor, action, outcome, since, until, after].map((value) => value ?? null), limit],
    );
    return rows.map((row) => ({ ...row, at: row.at.toISOString() }));
  }

  /** Removes what the setting says is old enough; without one nothing. */
  async prune(): Promise<void> {
    const { auditDays } = this.settings;
    if (auditDays !== undefined) await pruneAudit(this.database.manager, auditDays);
  }
}
