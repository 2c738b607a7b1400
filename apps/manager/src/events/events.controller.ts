// SPDX-License-Identifier: Apache-2.0
import { Controller, Get, Param, Query, Req, Res } from '@nestjs/common';
import { ApiProduces } from '@nestjs/swagger';
import { eventsQuerySchema } from '@drvs/contracts';
import type { EventsQuery } from '@drvs/contracts';
import type { Request, Response } from 'express';
import { Needs } from '../access/access.guard.js';
import { Documented } from '../api/documented.js';
import { ZodPipe } from '../api/zod.pipe.js';
import { EventStreamService } from './event-stream.service.js';

@Needs('viewer')
@Controller('api/v1/systems/:system/events')
export class EventsController {
  constructor(private readonly events: EventStreamService) {}

  @Documented('Events as they happen (server-sent; `data:` is one event)', 'ApiEvent', 'EventsQuery')
  @ApiProduces('text/event-stream')
  @Get()
  stream(
    @Param('system') system: string,
    @Query(new ZodPipe(eventsQuerySchema)) query: EventsQuery,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    return this.events.stream(system, query, request, response);
  }
}
