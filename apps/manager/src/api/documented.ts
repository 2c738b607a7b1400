// SPDX-License-Identifier: Apache-2.0
import { applyDecorators } from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiBearerAuth,
  ApiBody,
  ApiConflictResponse,
  ApiDefaultResponse,
  ApiHeader,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiQuery,
} from '@nestjs/swagger';
import { queryParameters, schemaReference } from './schemas.js';
import type { QueryName, SchemaName } from './schemas.js';

const HEADERS = {
  'Idempotency-Key': 'One key, one request: sent again, it is answered and not done again',
  'If-Match': 'Revision that must still be the present one',
} as const;

/** Those of every write. */
export const WRITE_HEADERS = ['Idempotency-Key', 'If-Match'] as const;

/** Schemas of what a request carries and of a particular refusal. */
export interface DocumentedParts {
  readonly query?: QueryName;
  readonly body?: SchemaName;
  readonly conflict?: SchemaName;
  /** What is answered to `dryRun=true`. */
  readonly rehearsal?: SchemaName;
  /** 202 is an answer: `always`, or `late` where the work takes longer than the request waits. */
  readonly accepted?: 'always' | 'late';
  /** Request headers that mean something here. */
  readonly headers?: readonly (keyof typeof HEADERS)[];
}

/** What the OpenAPI document says of an operation: its answer, its query and how it fails. */
export function Documented(
  summary: string,
  answer: SchemaName,
  parts: QueryName | DocumentedParts = {},
): MethodDecorator {
  const {
    query,
    body,
    conflict,
    rehearsal,
    accepted,
    headers = [],
  } = typeof parts === 'string' ? { query: parts } : parts;
  const atOnce = [...(accepted === 'always' ? [] : [answer]), ...(rehearsal === undefined ? [] : [rehearsal])];
  const [first, ...others] = atOnce.map(schemaReference);
  const answered = { description: summary, schema: others.length > 0 ? { oneOf: [first, ...others] } : first };
  const problem = (name: SchemaName): object => ({ 'application/problem+json': { schema: schemaReference(name) } });
  return applyDecorators(
    ApiOperation({ summary }),
    ApiParam({ name: 'system', description: 'Name of the DRVS', schema: { type: 'string' } }),
    ...(first === undefined ? [] : [ApiOkResponse(answered)]),
    ...(accepted === undefined
      ? []
      : [ApiAcceptedResponse({ description: 'It is under way', schema: schemaReference(answer) })]),
    ApiDefaultResponse({ description: 'Why it was refused', content: problem('ApiError') as never }),
    ApiBearerAuth(),
    ...(query === undefined ? [] : queryParameters(query).map((parameter) => ApiQuery(parameter as never))),
    ...headers.map((name) => ApiHeader({ name, description: HEADERS[name], required: false })),
    ...(body === undefined ? [] : [ApiBody({ schema: schemaReference(body) })]),
    ...(conflict === undefined
      ? []
      : [ApiConflictResponse({ description: 'The state has changed', content: problem(conflict) as never })]),
  );
}
