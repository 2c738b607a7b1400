// SPDX-License-Identifier: Apache-2.0
import { Controller, Get, Param } from '@nestjs/common';
import type { TopologyView } from '@drvs/contracts';
import { Needs } from '../access/access.guard.js';
import { Documented } from '../api/documented.js';
import { TopologyService } from './topology.service.js';

@Needs('viewer')
@Controller('api/v1/systems/:system/topology')
export class TopologyController {
  constructor(private readonly topology: TopologyService) {}

  @Documented('The whole system: nodes, VMs and processes, desired beside actual', 'TopologyView')
  @Get()
  read(@Param('system') system: string): Promise<TopologyView> {
    return this.topology.view(system);
  }
}
