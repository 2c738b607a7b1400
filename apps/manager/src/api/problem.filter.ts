// SPDX-License-Identifier: Apache-2.0
// Whatever goes wrong in a request becomes one problem document, with the volume it deserves in the log.
import { Catch, HttpException } from '@nestjs/common';
import type { ArgumentsHost, ExceptionFilter } from '@nestjs/common';
import type { Response } from 'express';
import type { ActorRequest } from '../access/access.guard.js';
import type { AuditRecord } from '../audit/audit.store.js';
import { ApiRefusal } from '../common/api-error.js';
import { errorText } from '../common/logger.js';
import type { Logger } from '../common/logger.js';
import { isUnavailable } from '../database/unavailable.js';

/** Where refused writes are recorded. */
export interface RefusalRecorder {
  append(record: AuditRecord): Promise<void>;
}

@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(
    private readonly logger: Logger,
    private readonly audit: RefusalRecorder,
  ) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<ActorRequest>();
    const response = host.switchToHttp().getResponse<Response>();
    const refusal = this.toRefusal(error);
    if (refusal.status === 500) {
      const stack = error instanceof Error ? error.stack : undefined;
      this.logger.error({ code: refusal.code, path: request.path, error: errorText(error), stack }, 'a request failed');
    } else if (refusal.status > 500) {
      // What is waited for has been said already.
      this.logger.debug({ code: refusal.code, path: request.path, error: errorText(error) }, 'a request must wait');
    }
    this.record(request, refusal).catch((failure: unknown) => {
      this.logger.warn({ path: request.path, error: errorText(failure) }, 'a refused write is not in the audit');
    });
    if (response.headersSent) {
      response.end();
      return;
    }
    if (refusal.status === 401) response.setHeader('WWW-Authenticate', 'Bearer realm="drvs"');
    if (refusal.status === 503) response.setHeader('Retry-After', '2');
    response.status(refusal.status).type('application/problem+json').send(refusal.toProblem(request.path));
  }

  /** A write that was refused before it was handed on. Whoever has no valid token is nobody to be recorded. */
  private async record(request: ActorRequest, refusal: ApiRefusal): Promise<void> {
    const { actor, auditedAs, params, socket, path } = request;
    if (actor === undefined || auditedAs === undefined || refusal.recorded) return;
    if (request.query['dryRun'] === 'true') return;
    await this.audit.append({
      system: String(params['system']),
      actor: actor.name,
      address: socket.remoteAddress ?? null,
      action: auditedAs,
      target: path,
      outcome: refusal.status < 500 ? 'refused' : 'failed',
      message: `${refusal.code}: ${refusal.message}`,
    });
  }

  private toRefusal(error: unknown): ApiRefusal {
    if (error instanceof ApiRefusal) return error;
    if (isUnavailable(error)) {
      return new ApiRefusal(503, 'DatabaseUnavailable', 'the manager is waiting for Postgres', {
        remedy: 'Try again; GET /readyz says what the manager waits for.',
      });
    }
    if (error instanceof HttpException) return fromHttp(error);
    return new ApiRefusal(500, 'Internal', 'the manager failed to answer; its log says why');
  }
}

function fromHttp(error: HttpException): ApiRefusal {
  const status = error.getStatus();
  if (status === 404) return new ApiRefusal(404, 'NotFound', error.message);
  if (status >= 400 && status < 500) return new ApiRefusal(400, 'BadRequest', error.message);
  return new ApiRefusal(500, 'Internal', error.message);
}
