// SPDX-License-Identifier: Apache-2.0
import { Injectable } from '@nestjs/common';
import type { AuditQuery, AuditView } from '@drvs/contracts';
import { DEFAULT_LIMIT, decodeNumberCursor, encodeCursor } from '../api/page.js';
import type { Page } from '../api/page.js';
import { TopologyService } from '../topology/topology.service.js';
import { AuditStore } from './audit.store.js';

@Injectable()
export class AuditService {
  constructor(
    private readonly topology: TopologyService,
    private readonly store: AuditStore,
  ) {}

  async findAll(system: string, { cursor, limit = DEFAULT_LIMIT, ...filter }: AuditQuery): Promise<Page<AuditView>> {
    const { revision } = this.topology.getDesiredOrThrow(system);
    const beyond = cursor === undefined ? undefined : decodeNumberCursor(cursor);
    const items = await this.store.find(system, { ...filter, beyond }, limit + 1);
    const page = items.slice(0, limit);
    const last = page[page.length - 1];
    return { revision, items: page, next: items.length > limit && last ? encodeCursor(last.id) : null };
  }
}
