// SPDX-License-Identifier: Apache-2.0
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { startPostgres } from './postgres.js';
import type { TestPostgres } from './postgres.js';

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

describe('throw-away PostgreSQL', () => {
  let postgres: TestPostgres;
  beforeAll(async () => {
    postgres = await startPostgres();
  }, 60_000);
  afterAll(() => postgres.close());

  test('a database made from a template has its rows, and what was committed survives kill -9', async () => {
    const base = await postgres.createDatabase();
    await query(base, 'CREATE TABLE t AS SELECT 7 AS n');
    const copy = await postgres.createDatabase(base);

    await postgres.kill9();
    await postgres.restart();

    expect(await query(copy, 'SELECT n FROM t')).toEqual([{ n: 7 }]);
  }, 60_000);
});
