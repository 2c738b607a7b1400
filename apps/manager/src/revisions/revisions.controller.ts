// SPDX-License-Identifier: Apache-2.0
import { Controller, Get, Param, Query } from '@nestjs/common';
import { pageQuerySchema } from '@drvs/contracts';
import type { PageQuery, RevisionView } from '@drvs/contracts';
import { Needs } from '../access/access.guard.js';
import { Documented } from '../api/documented.js';
import type { Page } from '../api/page.js';
import { ZodPipe } from '../api/zod.pipe.js';
import { RevisionsService } from './revisions.service.js';

@Needs('viewer')
@Controller('api/v1/systems/:system/revisions')
export class RevisionsController {
  constructor(private readonly revisions: RevisionsService) {}

  @Documented('Revisions with author and changes, newest first', 'RevisionPage', 'PageQuery')
  @Get()
  list(
    @Param('system') system: string,
    @Query(new ZodPipe(pageQuerySchema)) query: PageQuery,
  ): Promise<Page<RevisionView>> {
    return this.revisions.findAll(system, query);
  }

  @Documented('One revision', 'RevisionView')
  @Get(':revision')
  show(@Param('system') system: string, @Param('revision') revision: string): Promise<RevisionView> {
    return this.revisions.getOrThrow(system, revision);
  }
}
