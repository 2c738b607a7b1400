// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { openApiText } from '@drvs/manager/api/openapi.command';

const CHECKED_IN = new URL('../../../../docs/reference/openapi.json', import.meta.url);

test('docs/reference/openapi.json is what the code says: node apps/manager/dist/api/openapi.command.js makes it', async () => {
  expect(JSON.parse(readFileSync(CHECKED_IN, 'utf8'))).toEqual(JSON.parse(await openApiText()));
}, 30_000);
