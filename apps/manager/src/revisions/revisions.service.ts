// SPDX-License-Identifier: Apache-2.0
import { Injectable } from '@nestjs/common';
import type { PageQuery, RevisionView } from '@drvs/contracts';
import { DEFAULT_LIMIT, decodeNumberCursor, encodeCursor } from '../api/page.js';
import type { Page } from '../api/page.js';
import { ApiRefusal } from '../common/api-error.js';
import { TopologyService } from '../topology/topology.service.js';
import { RevisionStore } from './revision.store.js';

const NUMBER = /^\d{1,18}$/;

@Injectable()
export class RevisionsService {
  constructor(
    private readonly topology: TopologyService,
    private readonly store: RevisionStore,
  ) {}

  async findAll(system: string, { cursor, limit = DEFAULT_LIMIT }: PageQuery): Promise<Page<RevisionView>> {
    const { revision } = this.topology.getDesiredOrThrow(system);
    const below = cursor === undefined ? undefined : decodeNumberCursor(cursor);
    const items = await this.store.findBelow(system, below, limit + 1);
    const page = items.slice(0, limit);
    const last = page[page.length - 1];
    return { revision, items: page, next: items.length > limit && last ? encodeCursor(last.revision) : null };
  }

  async getOrThrow(system: string, number: string): Promise<RevisionView> {
    this.topology.assertServed(system);
    const found = NUMBER.test(number) ? await this.store.findOne(system, number) : undefined;
    if (found !== undefined) return found;
    throw new ApiRefusal(404, 'RevisionNotFound', `system '${system}' has no revision '${number}'`, {
      remedy: 'GET revisions lists them, newest first.',
    });
  }
}
