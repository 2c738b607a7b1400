// SPDX-License-Identifier: Apache-2.0
import { Controller, Get, Param, Query } from '@nestjs/common';
import { processesQuerySchema } from '@drvs/contracts';
import type { ProcessView, ProcessesQuery } from '@drvs/contracts';
import { Needs } from '../access/access.guard.js';
import { Documented } from '../api/documented.js';
import type { Page } from '../api/page.js';
import { ZodPipe } from '../api/zod.pipe.js';
import { ProcessesService } from './processes.service.js';

@Needs('viewer')
@Controller('api/v1/systems/:system/processes')
export class ProcessesController {
  constructor(private readonly processes: ProcessesService) {}

  @Documented('Processes, wanted and real, ascending by vmid and number', 'ProcessPage', 'ProcessesQuery')
  @Get()
  list(
    @Param('system') system: string,
    @Query(new ZodPipe(processesQuerySchema)) query: ProcessesQuery,
  ): Promise<Page<ProcessView>> {
    return this.processes.findAll(system, query);
  }
}
