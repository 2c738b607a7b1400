// SPDX-License-Identifier: Apache-2.0
// Tokens of people and scripts: made on the manager's host, stored as hashes, expiring, revocable.
import { randomUUID } from 'node:crypto';
import { hostname, userInfo } from 'node:os';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { appendAudit } from '../audit/audit.store.js';
import { hashSecret, newSecret } from '../common/secret.js';
import { Database } from '../database/database.js';
import { ApiTokenRow } from '../database/entities/access.entity.js';
import { storableText } from '../database/stored-json.js';

/** What a token may do: see, operate, decide; each includes the one before. */
export const ROLES = ['viewer', 'operator', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** Whoever makes a request. */
export interface Actor {
  /** `token:<name>`. */
  readonly name: string;
  readonly role: Role;
  /** DN in whose name it writes the directory; null: it cannot. */
  readonly dn: string | null;
}

export interface NewToken {
  readonly name: string;
  readonly role: Role;
  readonly days: number;
  /** DN in whose name it writes the directory. */
  readonly dn?: string | undefined;
}

/** Makes tokens easy to recognise, e.g. for secret scanners. */
const PREFIX = 'drvs_';

@Injectable()
export class ApiTokenStore {
  constructor(private readonly database: Database) {}

  /** Who holds a token, undefined when it is unknown, revoked or expired. */
  async findActor(token: string): Promise<Actor | undefined> {
    const rows: { name: string; role: Role; dn: string | null }[] = await this.database.manager.query(
      'SELECT name, role, dn FROM api_token WHERE token_hash = $1 AND revoked_at IS NULL AND expires_at > now()',
      [hashSecret(token)],
    );
    return rows[0] && { ...rows[0], name: `token:${rows[0].name}` };
  }

  /** Those of the tokens, by their hashes, that are still good. */
  async findValid(hashes: readonly string[]): Promise<ReadonlySet<string>> {
    const rows: { hash: string }[] = await this.database.manager.query(
      `SELECT token_hash AS hash FROM api_token
       WHERE token_hash = ANY($1) AND revoked_at IS NULL AND expires_at > now()`,
      [hashes],
    );
    return new Set(rows.map(({ hash }) => hash));
  }
}

/** Makes a token and gives its only copy. */
export async function createToken(manager: EntityManager, { name, role, days, dn }: NewToken): Promise<string> {
  const token = PREFIX + newSecret();
  await manager.query(
    `INSERT INTO api_token (id, name, role, token_hash, dn, created_at, expires_at)
     VALUES ($1, $2, $3, $4, $5, now(), now() + make_interval(days => $6))`,
    [randomUUID(), storableText(name), role, hashSecret(token), dn ?? null, days],
  );
  await auditToken(manager, 'token.create', name, { role, days, dn: dn ?? null });
  return token;
}

export function listTokens(manager: EntityManager): Promise<ApiTokenRow[]> {
  return manager.find(ApiTokenRow, { order: { createdAt: 'ASC' } });
}

/** Revokes every unrevoked token of a name, which ends what is being answered to it, and says how many there were. */
export async function revokeTokens(manager: EntityManager, name: string): Promise<number> {
  const [, count]: [unknown, number] = await manager.query(
    'UPDATE api_token SET revoked_at = now() WHERE name = $1 AND revoked_at IS NULL',
    [name],
  );
  if (count > 0) await auditToken(manager, 'token.revoke', name, { count });
  await manager.query(`SELECT pg_notify('drvs_token', '')`);
  return count;
}

/** Whoever may read the database settings on the manager's host: known by the account there. */
function auditToken(manager: EntityManager, action: string, name: string, after: object): Promise<void> {
  const actor = `host:${userInfo().username}@${hostname()}`;
  return appendAudit(manager, { actor, action, target: name, outcome: 'done', after });
}
