// SPDX-License-Identifier: Apache-2.0
// The directory's entries through the revisions, as they were written: what LDIF of a revision and rollback are made of.
import { Injectable } from '@nestjs/common';
import { storeEntry } from '@drvs/directory';
import type { EntryChange, StoredEntry } from '@drvs/directory';
import type { EntityManager } from 'typeorm';
import { Database } from '../database/database.js';

/** What a revision did to one entry; undefined: not there. */
export interface EntryStep {
  readonly uuid: string;
  readonly before: StoredEntry | undefined;
  readonly after: StoredEntry | undefined;
}

interface StepRow {
  readonly uuid: string;
  readonly before: StoredEntry | null;
  readonly after: StoredEntry | null;
}

const toStep = ({ uuid, before, after }: StepRow): EntryStep => ({
  uuid,
  before: before ?? undefined,
  after: after ?? undefined,
});

@Injectable()
export class EntryHistoryStore {
  constructor(private readonly database: Database) {}

  /** What one revision did to entries. */
  async find(system: string, revision: string): Promise<EntryStep[]> {
    const rows: StepRow[] = await this.database.manager.query(
      'SELECT uuid, before, after FROM entry_history WHERE system = $1 AND revision = $2',
      [system, revision],
    );
    return rows.map(toStep);
  }

  /** What the entries that changed after a revision were then, by entryUUID; undefined: not there. */
  async findStateAt(system: string, revision: string): Promise<Map<string, StoredEntry | undefined>> {
    const rows: Pick<StepRow, 'uuid' | 'before'>[] = await this.database.manager.query(
      `SELECT DISTINCT ON (uuid) uuid, before FROM entry_history
       WHERE system = $1 AND revision > $2 ORDER BY uuid, revision`,
      [system, revision],
    );
    return new Map(rows.map(({ uuid, before }) => [uuid, before ?? undefined]));
  }

  /** The first revision whose entries are kept; undefined where none is. */
  async findFirst(system: string): Promise<string | undefined> {
    const rows: { first: string | null }[] = await this.database.manager.query(
      'SELECT min(revision) AS first FROM entry_history WHERE system = $1',
      [system],
    );
    return rows[0]?.first ?? undefined;
  }

  /** All entries as they are now. */
  async findPresent(system: string): Promise<StoredEntry[]> {
    const rows: { entry: StoredEntry }[] = await this.database.manager.query(
      'SELECT entry FROM entry WHERE system = $1',
      [system],
    );
    return rows.map(({ entry }) => entry);
  }
}

/** Adds a batch's changes of entries to a revision; what was there before its first of them stays. */
export async function appendEntryHistory(
  manager: EntityManager,
  system: string,
  revision: string,
  changes: readonly EntryChange[],
): Promise<void> {
  const json = (entry: EntryChange['before']): string | null => (entry ? JSON.stringify(storeEntry(entry)) : null);
  await manager.query(
    `INSERT INTO entry_history (system, revision, uuid, before, after)
     SELECT $1, $2, uuid, before::json, after::json FROM unnest($3::uuid[], $4::text[], $5::text[]) AS r (uuid, before, after)
     ON CONFLICT (system, revision, uuid) DO UPDATE SET after = EXCLUDED.after`,
    [
      system,
      revision,
      changes.map(({ uuid }) => uuid),
      changes.map(({ before }) => json(before)),
      changes.map(({ after }) => json(after)),
    ],
  );
}
