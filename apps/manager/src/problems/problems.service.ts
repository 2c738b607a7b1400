// SPDX-License-Identifier: Apache-2.0
import { Injectable } from '@nestjs/common';
import type { PageQuery, ProblemView } from '@drvs/contracts';
import { pageOf } from '../api/page.js';
import type { Page } from '../api/page.js';
import { TopologyService } from '../topology/topology.service.js';
import { ProblemStore } from './problem.store.js';

@Injectable()
export class ProblemsService {
  constructor(
    private readonly topology: TopologyService,
    private readonly store: ProblemStore,
  ) {}

  async findAll(system: string, query: PageQuery): Promise<Page<ProblemView>> {
    const { revision } = this.topology.getDesiredOrThrow(system);
    const key = ({ dn, attribute, code }: ProblemView): string => JSON.stringify([dn, attribute ?? '', code]);
    return pageOf(revision, await this.store.findAll(system), key, query);
  }
}
