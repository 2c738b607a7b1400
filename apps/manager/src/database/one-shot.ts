// SPDX-License-Identifier: Apache-2.0
import pg from 'pg';
import type { EntityManager } from 'typeorm';
import { createDataSource } from './data-source.js';
import { migrate } from './migrate.js';

/** Runs one task on a migrated database and disconnects: for subcommands, which do not wait. */
export async function withDatabase<T>(url: string, task: (manager: EntityManager) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  const source = createDataSource(url);
  try {
    await client.connect();
    await source.initialize();
    await migrate(client, source);
    return await task(source.manager);
  } finally {
    await client.end().catch(() => undefined);
    if (source.isInitialized) await source.destroy();
  }
}
