// SPDX-License-Identifier: Apache-2.0
import { Controller, Get, Param, Query } from '@nestjs/common';
import { pageQuerySchema } from '@drvs/contracts';
import type { PageQuery, ProblemView } from '@drvs/contracts';
import { Needs } from '../access/access.guard.js';
import { Documented } from '../api/documented.js';
import type { Page } from '../api/page.js';
import { ZodPipe } from '../api/zod.pipe.js';
import { ProblemsService } from './problems.service.js';

@Needs('viewer')
@Controller('api/v1/systems/:system/problems')
export class ProblemsController {
  constructor(private readonly problems: ProblemsService) {}

  @Documented('Directory records that cannot be used as they stand', 'ProblemPage', 'PageQuery')
  @Get()
  list(
    @Param('system') system: string,
    @Query(new ZodPipe(pageQuerySchema)) query: PageQuery,
  ): Promise<Page<ProblemView>> {
    return this.problems.findAll(system, query);
  }
}
