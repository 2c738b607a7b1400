// SPDX-License-Identifier: Apache-2.0
import { Controller, Get, Param } from '@nestjs/common';
import type { SystemStatus } from '@drvs/contracts';
import { Needs } from '../access/access.guard.js';
import { Documented } from '../api/documented.js';
import { TopologyService } from '../topology/topology.service.js';
import { SystemStatusService } from './system-status.service.js';

@Needs('viewer')
@Controller('api/v1/systems/:system/status')
export class StatusController {
  constructor(
    private readonly topology: TopologyService,
    private readonly statuses: SystemStatusService,
  ) {}

  @Documented(
    'The system in numbers: how its directory is followed, nodes by state, what waits and what expires',
    'SystemStatus',
  )
  @Get()
  read(@Param('system') system: string): Promise<SystemStatus> {
    this.topology.assertServed(system);
    return this.statuses.read(system);
  }
}
