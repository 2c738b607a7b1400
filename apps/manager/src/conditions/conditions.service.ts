// SPDX-License-Identifier: Apache-2.0
import { Injectable } from '@nestjs/common';
import type { ConditionView, PageQuery } from '@drvs/contracts';
import { pageOf } from '../api/page.js';
import type { Page } from '../api/page.js';
import { TopologyService } from '../topology/topology.service.js';
import { ConditionStore } from './condition.store.js';

const NODE = 'node:';

@Injectable()
export class ConditionsService {
  constructor(
    private readonly topology: TopologyService,
    private readonly store: ConditionStore,
  ) {}

  async findAll(system: string, query: PageQuery): Promise<Page<ConditionView>> {
    const desired = this.topology.getDesiredOrThrow(system);
    const views = (await this.store.findAll(system)).flatMap(({ object, ...condition }): ConditionView[] => {
      if (!object.startsWith(NODE)) return [{ ...condition, kind: 'system', name: system }];
      const node = desired.nodeByUuid(object.slice(NODE.length));
      return node === undefined ? [] : [{ ...condition, kind: 'node', name: node.name }];
    });
    const key = ({ kind, name, type, reason }: ConditionView): string => JSON.stringify([kind, name, type, reason]);
    return pageOf(desired.revision, views, key, query);
  }
}
