// SPDX-License-Identifier: Apache-2.0
import { Body, Controller, Get, HttpCode, HttpStatus, Param, Post, Query, Req } from '@nestjs/common';
import { operationRequestSchema, pageQuerySchema } from '@drvs/contracts';
import type { OperationSpec, OperationView, PageQuery } from '@drvs/contracts';
import { Needs } from '../access/access.guard.js';
import type { ActorRequest } from '../access/access.guard.js';
import { Documented } from '../api/documented.js';
import type { Page } from '../api/page.js';
import { ZodPipe } from '../api/zod.pipe.js';
import { OperationsService } from './operations.service.js';
import type { Asker } from './operations.service.js';

@Controller('api/v1/systems/:system/operations')
export class OperationsController {
  constructor(private readonly operations: OperationsService) {}

  @Needs('operator')
  @Documented('Restart processes, a few at a time, or see a drain through', 'OperationView', {
    body: 'OperationRequest',
    accepted: 'always',
  })
  @Post()
  @HttpCode(HttpStatus.ACCEPTED)
  begin(
    @Param('system') system: string,
    @Body(new ZodPipe(operationRequestSchema)) spec: OperationSpec,
    @Req() request: ActorRequest,
  ): Promise<OperationView> {
    return this.operations.begin(system, spec, askerOf(request));
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
  @Documented('Let a paused operation go on, trying again what failed', 'OperationView')
  @Post(':id/resume')
  @HttpCode(HttpStatus.OK)
  resume(
    @Param('system') system: string,
    @Param('id') id: string,
    @Req() request: ActorRequest,
  ): Promise<OperationView> {
    return this.operations.resume(system, id, askerOf(request));
  }

  @Needs('operator')
  @Documented('Begin nothing more of an operation', 'OperationView')
  @Post(':id/stop')
  @HttpCode(HttpStatus.OK)
  stop(@Param('system') system: string, @Param('id') id: string, @Req() request: ActorRequest): Promise<OperationView> {
    return this.operations.stop(system, id, askerOf(request));
  }
}

function askerOf(request: ActorRequest): Asker {
  return { actor: request.actor, address: request.socket.remoteAddress ?? null };
}
