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
  'ERR_STREAM_DESTROYED',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'EAI_AGAIN',
]);
/** SQLSTATEs: connection exceptions, shutting down or starting up, too many connections, disk full. */
const UNAVAILABLE_STATES = /^(08...|57P0[1-5]|53300|53100)$/;
/** SQLSTATEs: values, constraints and statements that are wrong, and will be wrong again. */
const REFUSED_STATES = /^(22|23|42)...$/;
const MESSAGES =
  /Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|Query ?[rR]unner|not queryable/;

/** What is looked at of an error. By shape: an error of another realm is no instance of this one's Error. */
interface ErrorShape {
  readonly code?: unknown;
  readonly message?: unknown;
  readonly errors?: unknown;
}

function codeOf({ code }: ErrorShape): string {
  return typeof code === 'string' ? code : '';
}

/** True when an error says that the database is away, not that the query is wrong. */
export function isUnavailable(error: unknown): boolean {
  if (error instanceof DatabaseUnavailableError) return true;
  if (typeof error !== 'object' || error === null) return false;
  const shape: ErrorShape = error;
  if (Array.isArray(shape.errors) && shape.errors.some(isUnavailable)) return true;
  const code = codeOf(shape);
  const message = typeof shape.message === 'string' ? shape.message : '';
  return SYSTEM_CODES.has(code) || UNAVAILABLE_STATES.test(code) || MESSAGES.test(message);
}

/** True when Postgres refuses what it was given: the same would be refused again. */
export function isRefusedForGood(error: unknown): boolean {
  return typeof error === 'object' && error !== null && REFUSED_STATES.test(codeOf(error));
}
