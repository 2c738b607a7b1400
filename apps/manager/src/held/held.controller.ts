// SPDX-License-Identifier: Apache-2.0
import { Body, Controller, Get, HttpCode, Param, Post, Query, Req } from '@nestjs/common';
import { dryRunQuerySchema, heldDecisionSchema } from '@drvs/contracts';
import type { DryRunQuery, HeldDecision, HeldOutcome, HeldView } from '@drvs/contracts';
import { Needs } from '../access/access.guard.js';
import type { ActorRequest } from '../access/access.guard.js';
import { Audited } from '../audit/audited.js';
import { Documented, WRITE_HEADERS } from '../api/documented.js';
import { writeAsker } from '../api/write-asker.js';
import { ZodPipe } from '../api/zod.pipe.js';
import { HeldService } from './held.service.js';

@Controller('api/v1/systems/:system/held')
export class HeldController {
  constructor(private readonly held: HeldService) {}

  @Needs('viewer')
  @Documented('Changes the guard holds until a person decides', 'HeldView')
  @Get()
  read(@Param('system') system: string): Promise<HeldView> {
    return this.held.read(system);
  }

  @Needs('admin')
  @Audited('held.confirm')
  @Documented('Let the held changes take effect', 'HeldOutcome', {
    body: 'HeldDecision',
    query: 'DryRunQuery',
    conflict: 'HeldConflict',
    headers: WRITE_HEADERS,
    rehearsal: 'HeldView',
  })
  @Post('confirm')
  @HttpCode(200)
  confirm(
    @Param('system') system: string,
    @Query(new ZodPipe(dryRunQuerySchema)) { dryRun }: DryRunQuery,
    @Body(new ZodPipe(heldDecisionSchema)) decision: HeldDecision,
    @Req() request: ActorRequest,
  ): Promise<HeldOutcome | HeldView> {
    return dryRun === 'true'
      ? this.held.rehearse(system, decision, writeAsker(request))
      : this.held.decide(system, 'confirm', decision, writeAsker(request));
  }

  @Needs('admin')
  @Audited('held.refuse')
  @Documented('Write the entries back into the directory', 'HeldOutcome', {
    body: 'HeldDecision',
    query: 'DryRunQuery',
    conflict: 'HeldConflict',
    headers: WRITE_HEADERS,
    rehearsal: 'HeldView',
  })
  @Post('refuse')
  @HttpCode(200)
  refuse(
    @Param('system') system: string,
    @Query(new ZodPipe(dryRunQuerySchema)) { dryRun }: DryRunQuery,
    @Body(new ZodPipe(heldDecisionSchema)) decision: HeldDecision,
    @Req() request: ActorRequest,
  ): Promise<HeldOutcome | HeldView> {
    return dryRun === 'true'
      ? this.held.rehearse(system, decision, writeAsker(request))
      : this.held.decide(system, 'refuse', decision, writeAsker(request));
  }
}
