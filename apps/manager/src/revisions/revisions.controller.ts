// SPDX-License-Identifier: Apache-2.0
import { Controller, Get, Param, Query } from '@nestjs/common';
import { pageQuerySchema } from '@drvs/contracts';
import type { PageQuery, RevisionLdif, RevisionView, RollbackView } from '@drvs/contracts';
import { Needs } from '../access/access.guard.js';
import { Documented } from '../api/documented.js';
import type { Page } from '../api/page.js';
import { ZodPipe } from '../api/zod.pipe.js';
import { RollbackService } from './rollback.service.js';
import { RevisionsService } from './revisions.service.js';

@Needs('viewer')
@Controller('api/v1/systems/:system/revisions')
export class RevisionsController {
  constructor(
    private readonly revisions: RevisionsService,
    private readonly rollbacks: RollbackService,
  ) {}

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

  @Documented('What a revision did to the directory as LDIF, and what takes it back', 'RevisionLdif')
  @Get(':revision/ldif')
  ldif(@Param('system') system: string, @Param('revision') revision: string): Promise<RevisionLdif> {
    return this.rollbacks.ldif(system, revision);
  }

  @Documented('The change set that leads back to a revision; apply it by POST /changes', 'RollbackView')
  @Get(':revision/rollback')
  rollback(@Param('system') system: string, @Param('revision') revision: string): Promise<RollbackView> {
    return this.rollbacks.rollback(system, revision);
  }
}
