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

/** The text of whatever was thrown. By shape: an error of another realm is no instance of this one's Error. */
export function errorText(error: unknown): string {
  if (typeof error !== 'object' || error === null) return String(error);
  const { errors, message, name } = error as { errors?: unknown; message?: unknown; name?: unknown };
  if (Array.isArray(errors) && errors.length > 0) return errors.map(errorText).join('; ');
  if (typeof message === 'string' && message !== '') return message;
  return typeof name === 'string' ? name : 'unknown error';
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
