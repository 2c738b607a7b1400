// SPDX-License-Identifier: Apache-2.0
import { Injectable } from '@nestjs/common';
import type { RevisionView } from '@drvs/contracts';
import { Database } from '../database/database.js';

type Change = RevisionView['changes'][number];
type RevisionFacts = Omit<RevisionView, 'changes' | 'at'> & { at: Date };

@Injectable()
export class RevisionStore {
  constructor(private readonly database: Database) {}

  /** Revisions below a number (undefined: from the newest), newest first. */
  async findBelow(system: string, below: string | undefined, limit: number): Promise<RevisionView[]> {
    const rows: RevisionFacts[] = await this.database.manager.query(
      `SELECT number AS revision, at, cause, author FROM revision
       WHERE system = $1 AND ($2::bigint IS NULL OR number < $2) ORDER BY number DESC LIMIT $3`,
      [system, below ?? null, limit],
    );
    return this.withChanges(system, rows);
  }

  async findOne(system: string, number: string): Promise<RevisionView | undefined> {
    const rows: RevisionFacts[] = await this.database.manager.query(
      `SELECT number AS revision, at, cause, author FROM revision WHERE system = $1 AND number = $2`,
      [system, number],
    );
    return (await this.withChanges(system, rows))[0];
  }

  private async withChanges(system: string, rows: readonly RevisionFacts[]): Promise<RevisionView[]> {
    const changes: (Change & { revision: string })[] = await this.database.manager.query(
      `SELECT revision, kind, op, dn, before, after, csn, author FROM history
       WHERE system = $1 AND revision = ANY($2) ORDER BY id`,
      [system, rows.map(({ revision }) => revision)],
    );
    const byRevision = new Map<string, Change[]>(rows.map(({ revision }) => [revision, []]));
    for (const { revision, ...change } of changes) byRevision.get(revision)?.push(change);
    return rows.map(({ at, ...row }) => ({
      ...row,
      at: at.toISOString(),
      changes: byRevision.get(row.revision) ?? [],
    }));
  }
}
