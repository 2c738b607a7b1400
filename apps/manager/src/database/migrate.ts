// SPDX-License-Identifier: Apache-2.0
import type pg from 'pg';
import type { DataSource } from 'typeorm';

/** Replicas that start together take turns: an advisory lock with this key is held while migrating. */
const MIGRATION_LOCK = 1_146_246_739;

/** Brings the schema up to date, one replica at a time. The lock is that of the given connection. */
export async function migrate(client: pg.Client, source: DataSource): Promise<void> {
  await client.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
  try {
    await source.runMigrations({ transaction: 'all' });
  } finally {
    await client.query('SELECT pg_advisory_unlock($1)', [MIGRATION_LOCK]);
  }
}
