// SPDX-License-Identifier: Apache-2.0
import { Injectable } from '@nestjs/common';
import type { ProcessView, ProcessesQuery } from '@drvs/contracts';
import { pageOf, sortable } from '../api/page.js';
import type { Page } from '../api/page.js';
import { TopologyService } from '../topology/topology.service.js';

@Injectable()
export class ProcessesService {
  constructor(private readonly topology: TopologyService) {}

  async findAll(system: string, query: ProcessesQuery): Promise<Page<ProcessView>> {
    const reading = await this.topology.read(system);
    const { vm, node } = query;
    const matches = (process: ProcessView): boolean =>
      (vm === undefined || process.vm === vm) && (node === undefined || process.node === node);
    const key = (process: ProcessView): string =>
      `${sortable(process.vmId)} ${sortable(process.nr)} ${process.desired ? 0 : 1} ${process.node}`;
    return pageOf(reading.desired.revision, this.topology.processes(reading).filter(matches), key, query);
  }
}
