// SPDX-License-Identifier: Apache-2.0
import { Controller, Get, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { Response } from 'express';
import { Needs } from '../access/access.guard.js';
import { LiveFigures } from '../metrics/live-figures.js';
import { ReadinessService } from './readiness.service.js';

/** For supervisors and monitoring: without a token, and without anything worth hiding. */
@ApiExcludeController()
@Needs('nobody')
@Controller()
export class HealthController {
  constructor(
    private readonly readiness: ReadinessService,
    private readonly figures: LiveFigures,
  ) {}

  /** The process lives. */
  @Get('healthz')
  healthz(): { status: 'ok' } {
    return { status: 'ok' };
  }

  /** 200 when everything it needs answers, else 503 and what it waits for. */
  @Get('readyz')
  async readyz(@Res() response: Response): Promise<void> {
    const readiness = await this.readiness.read();
    response.status(readiness.status === 'ready' ? 200 : 503).json(readiness);
  }

  @Get('metrics')
  async metrics(@Res() response: Response): Promise<void> {
    response.type(this.figures.contentType).send(await this.figures.text());
  }
}
