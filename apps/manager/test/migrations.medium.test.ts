// SPDX-License-Identifier: Apache-2.0
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startPostgres } from '@drvs/testkit/postgres';
import type { TestPostgres } from '@drvs/testkit/postgres';
import pg from 'pg';
import { createDataSource } from '@drvs/manager/database/data-source';
import { migrate } from '@drvs/manager/database/migrate';

describe('migrations', () => {
  let postgres: TestPostgres;
  beforeAll(async () => {
    postgres = await startPostgres();
  }, 60_000);
  afterAll(() => postgres.close());

  test('from an empty database they give exactly the tables of the entities, also when two replicas migrate at once', async () => {
    const url = await postgres.createDatabase();
    const replicas = [0, 1].map(() => ({
      client: new pg.Client({ connectionString: url }),
      source: createDataSource(url),
    }));
    try {
      for (const { client, source } of replicas) await Promise.all([client.connect(), source.initialize()]);

      await Promise.all(replicas.map(({ client, source }) => migrate(client, source)));

      for (const { source } of replicas) {
        const difference = await source.driver.createSchemaBuilder().log();
        expect(difference.upQueries.map(({ query }) => query)).toEqual([]);
      }
    } finally {
      for (const { client, source } of replicas) await Promise.all([client.end(), source.destroy()]);
    }
  }, 60_000);

  test('an audit row can be neither changed nor removed', async () => {
    const url = await postgres.createDatabase();
    const client = new pg.Client({ connectionString: url });
    const source = await createDataSource(url).initialize();
    try {
      await client.connect();
      await migrate(client, source);
      await client.query(`INSERT INTO audit (at, actor, action, target) VALUES (now(), 'a', 'b', 'c')`);

      await expect(client.query(`UPDATE audit SET actor = 'x'`)).rejects.toThrow(/append only/);
      await expect(client.query('DELETE FROM audit')).rejects.toThrow(/append only/);
      await expect(client.query('TRUNCATE audit')).rejects.toThrow(/append only/);
    } finally {
      await Promise.all([client.end(), source.destroy()]);
    }
  }, 60_000);
});
