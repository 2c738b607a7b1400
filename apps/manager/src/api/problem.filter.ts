// SPDX-License-Identifier: Apache-2.0
// Whatever goes wrong in a request becomes one problem document, with the volume it deserves in the log.
import { Catch, HttpException } from '@nestjs/common';
import type { ArgumentsHost, ExceptionFilter } from '@nestjs/common';
import type { Request, Response } from 'express';
import { ApiRefusal } from '../common/api-error.js';
import { errorText } from '../common/logger.js';
import type { Logger } from '../common/logger.js';
import { isUnavailable } from '../database/unavailable.js';

@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(private readonly logger: Logger) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<Request>();
    const response = host.switchToHttp().getResponse<Response>();
    const refusal = this.toRefusal(error);
    if (refusal.status === 500) {
      const stack = error instanceof Error ? error.stack : undefined;
      this.logger.error({ code: refusal.code, path: request.path, error: errorText(error), stack }, 'a request failed');
    } else if (refusal.status > 500) {
      // What is waited for has been said already.
      this.logger.debug({ code: refusal.code, path: request.path, error: errorText(error) }, 'a request must wait');
    }
    if (response.headersSent) {
      response.end();
      return;
    }
    if (refusal.status === 401) response.setHeader('WWW-Authenticate', 'Bearer realm="drvs"');
    if (refusal.status === 503) response.setHeader('Retry-After', '2');
    response.status(refusal.status).type('application/problem+json').send(refusal.toProblem(request.path));
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
