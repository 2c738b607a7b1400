// SPDX-License-Identifier: Apache-2.0

/** Postgres cannot be used now; it is being waited for. */
export class DatabaseUnavailableError extends Error {
  readonly code = 'DatabaseUnavailable';
}

const SYSTEM_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOENT',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'EAI_AGAIN',
]);
/** SQLSTATEs: connection exceptions, shutting down or starting up, too many connections, disk full. */
const SQL_STATES = /^(08...|57P0[1-5]|53300|53100)$/;
const MESSAGES =
  /Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|QueryRunner|not queryable/;

/** True when an error says that the database is away, not that the query is wrong. */
export function isUnavailable(error: unknown): boolean {
  if (error instanceof DatabaseUnavailableError) return true;
  if (error instanceof AggregateError) return error.errors.some(isUnavailable);
  if (!(error instanceof Error)) return false;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return SYSTEM_CODES.has(code) || SQL_STATES.test(code) || MESSAGES.test(error.message);
}
