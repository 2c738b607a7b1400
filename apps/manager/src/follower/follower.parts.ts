// SPDX-License-Identifier: Apache-2.0
// What followers are made of, in two groups that Nest puts together.
import { Inject, Injectable } from '@nestjs/common';
import { AuditStore } from '../audit/audit.store.js';
import { Clock } from '../common/clock.js';
import { LOGGER } from '../common/logger.js';
import type { Logger } from '../common/logger.js';
import { ConditionStore } from '../conditions/condition.store.js';
import { Database } from '../database/database.js';
import { EventStore } from '../events/event.store.js';
import { Metrics } from '../metrics/metrics.js';
import { BatchStore } from './batch.store.js';
import { BoundStore } from './bound.store.js';
import { DirectoryPort } from './directory.port.js';
import { LeaderStore } from './leader.store.js';
import { MemoryStore } from './memory.store.js';

/** What a term of following reads and writes. */
@Injectable()
export class FollowerStores {
  constructor(
    readonly directory: DirectoryPort,
    readonly leaders: LeaderStore,
    readonly memories: MemoryStore,
    readonly batches: BatchStore,
    readonly bound: BoundStore,
    readonly audits: AuditStore,
  ) {}
}

/** What a follower tells others by. */
@Injectable()
export class FollowerSurroundings {
  constructor(
    readonly database: Database,
    readonly conditions: ConditionStore,
    readonly events: EventStore,
    readonly metrics: Metrics,
    readonly clock: Clock,
    @Inject(LOGGER) readonly logger: Logger,
  ) {}
}
