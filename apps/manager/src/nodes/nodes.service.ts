// SPDX-License-Identifier: Apache-2.0
import { Injectable } from '@nestjs/common';
import type { NodeView, PageQuery } from '@drvs/contracts';
import { pageOf, sortable } from '../api/page.js';
import type { Page } from '../api/page.js';
import { ApiRefusal } from '../common/api-error.js';
import { TopologyService } from '../topology/topology.service.js';

@Injectable()
export class NodesService {
  constructor(private readonly topology: TopologyService) {}

  async findAll(system: string, query: PageQuery): Promise<Page<NodeView>> {
    const reading = await this.topology.read(system);
    const key = ({ nodeId, name }: NodeView): string => `${sortable(nodeId)} ${name}`;
    return pageOf(reading.desired.revision, this.topology.nodes(reading), key, query);
  }

  async getOrThrow(system: string, name: string): Promise<NodeView> {
    const node = this.topology.nodes(await this.topology.read(system)).find((candidate) => candidate.name === name);
    if (node !== undefined) return node;
    throw new ApiRefusal(404, 'NodeNotFound', `system '${system}' has no node '${name}'`, {
      remedy: 'GET nodes lists them; GET problems lists entries that cannot be used.',
    });
  }
}
