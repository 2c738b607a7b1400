// SPDX-License-Identifier: Apache-2.0
import { Body, Controller, Get, HttpCode, HttpStatus, Param, Post, Query, Req, Res } from '@nestjs/common';
import { dryRunQuerySchema, operationRequestSchema, pageQuerySchema } from '@drvs/contracts';
import type { DryRunQuery, OperationPlan, OperationSpec, OperationView, PageQuery } from '@drvs/contracts';
import type { Response } from 'express';
import { Needs } from '../access/access.guard.js';
import type { ActorRequest } from '../access/access.guard.js';
import { Documented, WRITE_HEADERS } from '../api/documented.js';
import { Audited } from '../audit/audited.js';
import type { Page } from '../api/page.js';
import { writeAsker } from '../api/write-asker.js';
import { ZodPipe } from '../api/zod.pipe.js';
import { OperationsService } from './operations.service.js';

const TURN = { query: 'DryRunQuery', headers: WRITE_HEADERS } as const;

@Controller('api/v1/systems/:system/operations')
export class OperationsController {
  constructor(private readonly operations: OperationsService) {}

  @Needs('operator')
  @Audited('operation')
  @Documented('Restart processes, a few at a time, or see a drain through', 'OperationView', {
    body: 'OperationRequest',
    query: 'DryRunQuery',
    headers: WRITE_HEADERS,
    rehearsal: 'OperationPlan',
    accepted: 'always',
  })
  @Post()
  @HttpCode(HttpStatus.ACCEPTED)
  async begin(
    @Param('system') system: string,
    @Query(new ZodPipe(dryRunQuerySchema)) { dryRun }: DryRunQuery,
    @Body(new ZodPipe(operationRequestSchema)) spec: OperationSpec,
    @Req() request: ActorRequest,
    @Res({ passthrough: true }) response: Response,
  ): Promise<OperationView | OperationPlan> {
    if (dryRun !== 'true') return this.operations.begin(system, spec, writeAsker(request));
    response.status(HttpStatus.OK);
    return this.operations.rehearse(system, spec, writeAsker(request));
  }

  @Needs('viewer')
  @Documented('Operations, newest first', 'OperationPage', 'PageQuery')
  @Get()
  list(
    @Param('system') system: string,
    @Query(new ZodPipe(pageQuerySchema)) query: PageQuery,
  ): Promise<Page<OperationView>> {
    return this.operations.findAll(system, query);
  }

  @Needs('viewer')
  @Documented('One operation, and how far it is', 'OperationView')
  @Get(':id')
  show(@Param('system') system: string, @Param('id') id: string): Promise<OperationView> {
    return this.operations.getOrThrow(system, id);
  }

  @Needs('operator')
  @Audited('operation-resume')
  @Documented('Let a paused operation go on, trying again what failed', 'OperationView', TURN)
  @Post(':id/resume')
  @HttpCode(HttpStatus.OK)
  resume(
    @Param('system') system: string,
    @Param('id') id: string,
    @Query(new ZodPipe(dryRunQuerySchema)) { dryRun }: DryRunQuery,
    @Req() request: ActorRequest,
  ): Promise<OperationView> {
    return this.operations.turn(system, id, 'resume', { ...writeAsker(request), dryRun: dryRun === 'true' });
  }

  @Needs('operator')
  @Audited('operation-stop')
  @Documented('Begin nothing more of an operation', 'OperationView', TURN)
  @Post(':id/stop')
  @HttpCode(HttpStatus.OK)
  stop(
    @Param('system') system: string,
    @Param('id') id: string,
    @Query(new ZodPipe(dryRunQuerySchema)) { dryRun }: DryRunQuery,
    @Req() request: ActorRequest,
  ): Promise<OperationView> {
    return this.operations.turn(system, id, 'stop', { ...writeAsker(request), dryRun: dryRun === 'true' });
  }
}
