// SPDX-License-Identifier: Apache-2.0
import { Body, Controller, Get, HttpCode, HttpStatus, Param, Post, Query, Req, Res } from '@nestjs/common';
import { changeRequestSchema, changeSetSchema, dryRunQuerySchema } from '@drvs/contracts';
import type { ChangeRequest, ChangeSet, ChangeView, DryRunQuery, PlanView } from '@drvs/contracts';
import type { Response } from 'express';
import { Needs } from '../access/access.guard.js';
import type { ActorRequest } from '../access/access.guard.js';
import { Audited } from '../audit/audited.js';
import { Documented, WRITE_HEADERS } from '../api/documented.js';
import { writeAsker } from '../api/write-asker.js';
import { ZodPipe } from '../api/zod.pipe.js';
import { ChangePlanner } from './change.planner.js';
import { ChangeService } from './change.service.js';

@Controller('api/v1/systems/:system')
export class ChangesController {
  constructor(
    private readonly planner: ChangePlanner,
    private readonly changes: ChangeService,
  ) {}

  @Needs('viewer')
  @Documented('What a change set would do, without doing it', 'PlanView', { body: 'ChangeSet' })
  @Post('plan')
  @HttpCode(HttpStatus.OK)
  plan(@Param('system') system: string, @Body(new ZodPipe(changeSetSchema)) changeSet: ChangeSet): Promise<PlanView> {
    return this.planner.plan(system, changeSet);
  }

  @Needs('operator')
  @Audited('change')
  @Documented('Write a change set into the directory', 'ChangeView', {
    body: 'ChangeRequest',
    query: 'DryRunQuery',
    conflict: 'PlanConflict',
    headers: WRITE_HEADERS,
    rehearsal: 'PlanView',
    accepted: 'late',
  })
  @Post('changes')
  @HttpCode(HttpStatus.OK)
  async write(
    @Param('system') system: string,
    @Query(new ZodPipe(dryRunQuerySchema)) { dryRun }: DryRunQuery,
    @Body(new ZodPipe(changeRequestSchema)) body: ChangeRequest,
    @Req() request: ActorRequest,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ChangeView | PlanView> {
    if (dryRun === 'true') return this.planner.rehearse(system, body, writeAsker(request));
    const view = await this.changes.write(system, body, {
      ...writeAsker(request),
      actsAs: request.actor?.dn ?? null,
    });
    if (view.state !== 'done') response.status(HttpStatus.ACCEPTED);
    return view;
  }

  @Needs('viewer')
  @Documented('A change set, and what became of it', 'ChangeView')
  @Get('changes/:id')
  show(@Param('system') system: string, @Param('id') id: string): Promise<ChangeView> {
    return this.changes.getOrThrow(system, id);
  }
}
