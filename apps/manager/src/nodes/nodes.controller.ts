// SPDX-License-Identifier: Apache-2.0
import { Controller, Get, Param, Query } from '@nestjs/common';
import { pageQuerySchema } from '@drvs/contracts';
import type { NodeView, PageQuery } from '@drvs/contracts';
import { Needs } from '../access/access.guard.js';
import { Documented } from '../api/documented.js';
import type { Page } from '../api/page.js';
import { ZodPipe } from '../api/zod.pipe.js';
import { NodesService } from './nodes.service.js';

@Needs('viewer')
@Controller('api/v1/systems/:system/nodes')
export class NodesController {
  constructor(private readonly nodes: NodesService) {}

  @Documented('Nodes, ascending by nodeid', 'NodePage', 'PageQuery')
  @Get()
  list(
    @Param('system') system: string,
    @Query(new ZodPipe(pageQuerySchema)) query: PageQuery,
  ): Promise<Page<NodeView>> {
    return this.nodes.findAll(system, query);
  }

  @Documented('One node', 'NodeView')
  @Get(':name')
  show(@Param('system') system: string, @Param('name') name: string): Promise<NodeView> {
    return this.nodes.getOrThrow(system, name);
  }
}
