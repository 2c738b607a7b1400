// SPDX-License-Identifier: Apache-2.0
import { Controller, Get, Param, Query, Res } from '@nestjs/common';
import { ApiProduces } from '@nestjs/swagger';
import { logQuerySchema } from '@drvs/contracts';
import type { LogQuery } from '@drvs/contracts';
import type { Response } from 'express';
import { Needs } from '../access/access.guard.js';
import { Documented } from '../api/documented.js';
import { ZodPipe } from '../api/zod.pipe.js';
import { LogsService } from './logs.service.js';

/** Journals can hold what programs should not have said: they are not for viewers. */
@Needs('operator')
@Controller('api/v1/systems/:system/processes/:vm/:process/log')
export class LogsController {
  constructor(private readonly logs: LogsService) {}

  @Documented(
    'Journal of a launched process, one JSON object a line, the last one `{"end"}` where it broke off',
    'JournalEntry',
    'LogQuery',
  )
  @ApiProduces('application/x-ndjson')
  @Get()
  stream(
    @Param('system') system: string,
    @Param('vm') vm: string,
    @Param('process') process: string,
    @Query(new ZodPipe(logQuerySchema)) query: LogQuery,
    @Res() response: Response,
  ): Promise<void> {
    return this.logs.stream(system, vm, process, query, response);
  }
}
