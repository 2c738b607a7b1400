// SPDX-License-Identifier: Apache-2.0
import { Controller, Get, Param, Query } from '@nestjs/common';
import { pageQuerySchema } from '@drvs/contracts';
import type { ConditionView, PageQuery } from '@drvs/contracts';
import { Needs } from '../access/access.guard.js';
import { Documented } from '../api/documented.js';
import type { Page } from '../api/page.js';
import { ZodPipe } from '../api/zod.pipe.js';
import { ConditionsService } from './conditions.service.js';

@Needs('viewer')
@Controller('api/v1/systems/:system/conditions')
export class ConditionsController {
  constructor(private readonly conditions: ConditionsService) {}

  @Documented('Conditions of the system and of its nodes', 'ConditionPage', 'PageQuery')
  @Get()
  list(
    @Param('system') system: string,
    @Query(new ZodPipe(pageQuerySchema)) query: PageQuery,
  ): Promise<Page<ConditionView>> {
    return this.conditions.findAll(system, query);
  }
}
