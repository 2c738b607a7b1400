// SPDX-License-Identifier: Apache-2.0
import { Injectable } from '@nestjs/common';
import type { PageQuery, VmView } from '@drvs/contracts';
import { pageOf, sortable } from '../api/page.js';
import type { Page } from '../api/page.js';
import { ApiRefusal } from '../common/api-error.js';
import { TopologyService } from '../topology/topology.service.js';

@Injectable()
export class VmsService {
  constructor(private readonly topology: TopologyService) {}

  async findAll(system: string, query: PageQuery): Promise<Page<VmView>> {
    const reading = await this.topology.read(system);
    const key = ({ vmId, name }: VmView): string => `${sortable(vmId)} ${name}`;
    return pageOf(reading.desired.revision, this.topology.vms(reading), key, query);
  }

  async getOrThrow(system: string, name: string): Promise<VmView> {
    const vm = this.topology.vms(await this.topology.read(system)).find((candidate) => candidate.name === name);
    if (vm !== undefined) return vm;
    throw new ApiRefusal(404, 'VmNotFound', `system '${system}' has no VM '${name}'`, {
      remedy: 'GET vms lists them; GET problems lists entries that cannot be used.',
    });
  }
}
