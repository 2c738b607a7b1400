// SPDX-License-Identifier: Apache-2.0
// Prints the OpenAPI document, which is checked in: node apps/manager/dist/api/openapi.command.js > docs/reference/openapi.json
import 'reflect-metadata';
import { Clock } from '../common/clock.js';
import { createLogger } from '../common/logger.js';
import { createApplication } from '../manager.js';
import { buildOpenApi } from './openapi.js';

/** Settings that let the application be put together; nothing is connected to. */
const NOWHERE = {
  systems: [],
  listen: [],
  tls: undefined,
  databaseUrl: 'postgresql://localhost/none',
  ldap: { urls: [], caFile: undefined, bindDn: '', passwordFile: '' },
  auditDays: undefined,
  insecure: true,
  logLevel: 'error',
};

/** The document as it is checked in. */
export async function openApiText(): Promise<string> {
  const { app } = await createApplication(NOWHERE, createLogger(NOWHERE.logLevel), new Clock());
  await app.init();
  const text = `${JSON.stringify(buildOpenApi(app), null, 2)}\n`;
  await app.close();
  return text;
}

if (process.argv[1]?.endsWith('openapi.command.js') === true) process.stdout.write(await openApiText());
