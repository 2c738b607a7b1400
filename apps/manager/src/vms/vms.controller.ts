// SPDX-License-Identifier: Apache-2.0
import { Controller, Get, Param, Query } from '@nestjs/common';
import { pageQuerySchema } from '@drvs/contracts';
import type { PageQuery, VmView } from '@drvs/contracts';
import { Needs } from '../access/access.guard.js';
import { Documented } from '../api/documented.js';
import type { Page } from '../api/page.js';
import { ZodPipe } from '../api/zod.pipe.js';
import { VmsService } from './vms.service.js';

@Needs('viewer')
@Controller('api/v1/systems/:system/vms')
export class VmsController {
  constructor(private readonly vms: VmsService) {}

  @Documented('VMs with their processes, ascending by vmid', 'VmPage', 'PageQuery')
  @Get()
  list(@Param('system') system: string, @Query(new ZodPipe(pageQuerySchema)) query: PageQuery): Promise<Page<VmView>> {
    return this.vms.findAll(system, query);
  }

  @Documented('One VM', 'VmView')
  @Get(':name')
  show(@Param('system') system: string, @Param('name') name: string): Promise<VmView> {
    return this.vms.getOrThrow(system, name);
  }
}
