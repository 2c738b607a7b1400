// SPDX-License-Identifier: Apache-2.0
import type { LoggerService } from '@nestjs/common';
import { pino } from 'pino';
import type { Logger } from 'pino';

export type { Logger } from 'pino';
/** Injection token of the manager's pino logger. */
export const LOGGER = Symbol('Logger');

/** Keys whose values never reach a log line, wherever they occur at the first two levels. */
const SECRETS = ['password', 'token', 'sessionToken', 'authorization', 'userPassword'];

/** JSON lines on stdout. */
export function createLogger(level: string): Logger {
  return pino({ level, redact: [...SECRETS, ...SECRETS.map((key) => `*.${key}`)] });
}

/** The text of whatever was thrown. */
export function errorText(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return error.errors.map(errorText).join('; ');
  if (error instanceof Error) return error.message || error.name;
  return String(error);
}

/** Lets Nest speak through pino. */
export class NestLogger implements LoggerService {
  constructor(private readonly logger: Logger) {}

  log(message: unknown, context?: string): void {
    this.logger.debug({ context }, String(message));
  }

  error(message: unknown, stack?: string, context?: string): void {
    this.logger.error({ context, stack }, String(message));
  }

  warn(message: unknown, context?: string): void {
    this.logger.warn({ context }, String(message));
  }

  debug(message: unknown, context?: string): void {
    this.logger.trace({ context }, String(message));
  }
}
