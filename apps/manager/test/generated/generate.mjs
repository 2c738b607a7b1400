// SPDX-License-Identifier: Apache-2.0
// Writes api.d.ts, the types of a client of the API, from docs/reference/openapi.json. With --check it writes nothing and
// fails when the file differs.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import openapiTS, { astToString } from 'openapi-typescript';

const document = new URL('../../../../docs/reference/openapi.json', import.meta.url);
const file = new URL('api.d.ts', import.meta.url);

const head = [
  '// SPDX-License-Identifier: Apache-2.0',
  '// Generated from docs/reference/openapi.json by generate.mjs beside it.',
  '',
].join('\n');
const text = head + astToString(await openapiTS(document, { defaultNonNullable: false }));
if (!process.argv.includes('--check')) writeFileSync(file, text);
else if (!existsSync(file) || readFileSync(file, 'utf8') !== text) {
  console.error('apps/manager/test/generated/api.d.ts differs from what docs/reference/openapi.json says now');
  process.exitCode = 1;
}
