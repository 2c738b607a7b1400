// SPDX-License-Identifier: Apache-2.0
import pg from 'pg';
import { DataSource } from 'typeorm';
import { ENTITIES } from './entities/index.js';
import { MIGRATIONS } from './migrations/index.js';

const POOL_SIZE = 10;
const CONNECT_TIMEOUT_MS = 5_000;
const STATEMENT_TIMEOUT_MS = 60_000;

/** The manager's pool. A lost connection leaves the pool; the next query opens another. */
export function createDataSource(url: string): DataSource {
  return new DataSource({
    type: 'postgres',
    // Given, not looked up at run time: in the packaged bundle there is nothing to look it up in.
    driver: pg,
    entities: ENTITIES,
    migrations: MIGRATIONS,
    migrationsTableName: 'migration',
    synchronize: false,
    logging: false,
    // The URL goes to the driver whole: TypeORM's own parser drops `?host=`, which names a Unix socket.
    extra: {
      connectionString: url,
      application_name: 'drvs-manager',
      max: POOL_SIZE,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      statement_timeout: STATEMENT_TIMEOUT_MS,
      keepAlive: true,
    },
    // Whoever uses a connection sees its error; an idle one that dies is only replaced.
    poolErrorHandler: () => undefined,
  });
}
