// SPDX-License-Identifier: Apache-2.0
import { Controller, Get, Param, Query } from '@nestjs/common';
import { auditQuerySchema } from '@drvs/contracts';
import type { AuditQuery, AuditView } from '@drvs/contracts';
import { Needs } from '../access/access.guard.js';
import { Documented } from '../api/documented.js';
import type { Page } from '../api/page.js';
import { ZodPipe } from '../api/zod.pipe.js';
import { AuditService } from './audit.service.js';

@Needs('admin')
@Controller('api/v1/systems/:system/audit')
export class AuditController {
  constructor(private readonly audit: AuditService) {}

  @Documented('Who did what, from where, and what came of it; newest first', 'AuditPage', 'AuditQuery')
  @Get()
  list(
    @Param('system') system: string,
    @Query(new ZodPipe(auditQuerySchema)) query: AuditQuery,
  ): Promise<Page<AuditView>> {
    return this.audit.findAll(system, query);
  }
}
