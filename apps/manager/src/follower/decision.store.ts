// SPDX-License-Identifier: Apache-2.0
// A person's decisions about the held set travel to the follower through Postgres, so that any replica may take them.
import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { HeldOutcome } from '@drvs/contracts';
import type { EntityManager } from 'typeorm';
import { appendAudit, concludeAudit } from '../audit/audit.store.js';
import type { AuditConclusion } from '../audit/audit.store.js';
import { claimKey, findKey, releaseKey } from '../api/write-key.store.js';
import type { KeyedWrite } from '../api/write-key.store.js';
import { Database } from '../database/database.js';
import { storableJson } from '../database/stored-json.js';

/** A decision that waits for the follower. */
export interface PendingDecision {
  readonly id: string;
  readonly hash: string;
  readonly decision: 'confirm' | 'refuse';
  readonly actor: string;
}

/** What came of a decision: done, asked about a set that is no longer the present one, or failed half way. */
export type DecisionOutcome =
  | { readonly kind: 'done'; readonly outcome: HeldOutcome }
  | { readonly kind: 'stale' }
  | { readonly kind: 'failed'; readonly message: string };

export interface AskedDecision extends KeyedWrite {
  readonly hash: string;
  readonly decision: 'confirm' | 'refuse';
  readonly address: string | null;
  readonly reason: string | null;
}

@Injectable()
export class DecisionStore {
  constructor(private readonly database: Database) {}

  /** Id of the decision that was asked for with the same key; undefined: none was. */
  findAsked(write: KeyedWrite): Promise<string | undefined> {
    return findKey(this.database.manager, write);
  }

  /** Records a decision, with its audit row, for the follower to carry out. Gives its id, or that of the same key's. */
  async ask(asked: AskedDecision): Promise<string> {
    const { system, hash, decision, actor, address, reason } = asked;
    const id = randomUUID();
    return this.database.manager.transaction(async (manager) => {
      const earlier = await claimKey(manager, asked, id);
      if (earlier !== undefined) return earlier;
      await manager.query(
        `INSERT INTO held_decision (id, system, hash, decision, actor, asked_at) VALUES ($1, $2, $3, $4, $5, now())`,
        [id, system, hash, decision, actor],
      );
      await appendAudit(manager, {
        ...{ system, actor, address, action: `held.${decision}`, target: hash, outcome: 'asked', reason, request: id },
      });
      await manager.query(`SELECT pg_notify('drvs_decision', $1)`, [system]);
      return id;
    });
  }

  /** The outcome, undefined while the follower has not carried the decision out. */
  async findOutcome(id: string): Promise<DecisionOutcome | undefined> {
    const rows: { outcome: DecisionOutcome | null }[] = await this.database.manager.query(
      'SELECT outcome FROM held_decision WHERE id = $1',
      [id],
    );
    return rows[0]?.outcome ?? undefined;
  }

  /** Takes a decision back that nobody has begun to carry out; false when that is too late. */
  async withdraw(id: string): Promise<boolean> {
    return this.database.manager.transaction(async (manager) => {
      const [, count]: [unknown, number] = await manager.query(
        'DELETE FROM held_decision WHERE id = $1 AND done_at IS NULL',
        [id],
      );
      const message = 'withdrawn: no manager followed the directory';
      if (count === 0) return false;
      await releaseKey(manager, id);
      await concludeAudit(manager, id, { outcome: 'failed', message });
      return true;
    });
  }
}

/** The oldest decision nobody has carried out, locked until the transaction ends. */
export async function nextDecision(manager: EntityManager, system: string): Promise<PendingDecision | undefined> {
  const rows: PendingDecision[] = await manager.query(
    `SELECT id, hash, decision, actor FROM held_decision WHERE system = $1 AND done_at IS NULL
     ORDER BY asked_at LIMIT 1 FOR UPDATE`,
    [system],
  );
  return rows[0];
}

/**
 * Writes what came of a decision, here and in the audit.
 *
 * @param before for the audit: the values that were held
 */
export async function settleDecision(
  manager: EntityManager,
  id: string,
  outcome: DecisionOutcome,
  before?: unknown,
): Promise<void> {
  await manager.query('UPDATE held_decision SET done_at = now(), outcome = $2 WHERE id = $1', [
    id,
    storableJson(outcome),
  ]);
  await concludeAudit(manager, id, { ...conclusionOf(outcome), before });
}

function conclusionOf(outcome: DecisionOutcome): AuditConclusion {
  switch (outcome.kind) {
    case 'done':
      return { outcome: 'done', after: outcome.outcome };
    case 'stale':
      return { outcome: 'refused', message: 'the held set had changed since it was shown' };
    case 'failed':
      return { outcome: 'failed', message: outcome.message };
  }
}
