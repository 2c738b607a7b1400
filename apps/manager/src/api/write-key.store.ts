// SPDX-License-Identifier: Apache-2.0
// Idempotency keys of writes other than change sets, which carry theirs in their journal.
import type { EntityManager } from 'typeorm';
import { keyReused } from './write-asker.js';

/** A write that may carry a key. */
export interface KeyedWrite {
  readonly system: string;
  readonly actor: string;
  readonly idempotencyKey: string | null;
  /** Of what it asks for. */
  readonly requestHash: string;
}

interface KeyRow {
  readonly subject: string;
  readonly hash: string;
}

/** What an earlier request with the same key was about; undefined: there was none. Throws a 422 where it was another one. */
export async function findKey(manager: EntityManager, write: KeyedWrite): Promise<string | undefined> {
  const { system, actor, idempotencyKey, requestHash } = write;
  if (idempotencyKey === null) return undefined;
  const rows: KeyRow[] = await manager.query(
    `SELECT subject, request_hash AS hash FROM write_key WHERE system = $1 AND actor = $2 AND idempotency_key = $3`,
    [system, actor, idempotencyKey],
  );
  const [row] = rows;
  if (row !== undefined && row.hash !== requestHash) throw keyReused(idempotencyKey);
  return row?.subject;
}

/**
 * Keeps a write's key in the transaction that does the write, so that neither is there without the other. Of two at once
 * the second waits for the first.
 *
 * @param subject id of what the write makes or turns
 * @returns as {@link findKey}: not undefined, there is nothing left to do
 */
export async function claimKey(
  manager: EntityManager,
  write: KeyedWrite,
  subject: string,
): Promise<string | undefined> {
  const { system, actor, idempotencyKey, requestHash } = write;
  if (idempotencyKey === null) return undefined;
  const claimed: unknown[] = await manager.query(
    `INSERT INTO write_key (system, actor, idempotency_key, request_hash, subject, at) VALUES ($1, $2, $3, $4, $5, now())
     ON CONFLICT (system, actor, idempotency_key) DO NOTHING RETURNING subject`,
    [system, actor, idempotencyKey, requestHash, subject],
  );
  return claimed.length > 0 ? undefined : findKey(manager, write);
}

/** Forgets keys of more than a week ago: nobody waits for an answer that long. */
export async function pruneKeys(manager: EntityManager): Promise<void> {
  await manager.query(`DELETE FROM write_key WHERE at < now() - interval '7 days'`);
}

/** What was to be done was not: the same request may come again. */
export async function releaseKey(manager: EntityManager, subject: string): Promise<void> {
  await manager.query('DELETE FROM write_key WHERE subject = $1', [subject]);
}
