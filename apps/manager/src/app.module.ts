// SPDX-License-Identifier: Apache-2.0
import { Module } from '@nestjs/common';
import type { DynamicModule, Provider, Type } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { AccessGuard } from './access/access.guard.js';
import { ApiTokenStore } from './access/api-token.store.js';
import { Clock } from './common/clock.js';
import { LOGGER } from './common/logger.js';
import type { Logger } from './common/logger.js';
import { ConditionStore } from './conditions/condition.store.js';
import { SETTINGS } from './config/settings.js';
import type { Settings } from './config/settings.js';
import { Database } from './database/database.js';
import { EventStore } from './events/event.store.js';
import { BatchStore } from './follower/batch.store.js';
import { BoundStore } from './follower/bound.store.js';
import { DecisionStore } from './follower/decision.store.js';
import { DirectoryPort } from './follower/directory.port.js';
import { FollowerStores, FollowerSurroundings } from './follower/follower.parts.js';
import { FollowerService } from './follower/follower.service.js';
import { LeaderStore } from './follower/leader.store.js';
import { MemoryStore } from './follower/memory.store.js';
import { HealthController } from './health/health.controller.js';
import { ReadinessService } from './health/readiness.service.js';
import { AgentSessions } from './link/agent-sessions.js';
import { HelloService } from './link/hello.service.js';
import { LinkAuthenticator } from './link/link-authenticator.js';
import { LinkServer } from './link/link.server.js';
import { LinkUpkeep } from './link/link.upkeep.js';
import { Replica } from './link/replica.js';
import { ReplicaStore } from './link/replica.store.js';
import { SessionTokenStore } from './link/session-token.store.js';
import { StatusRecorder } from './link/status.recorder.js';
import { StatusStore } from './link/status.store.js';
import { Metrics } from './metrics/metrics.js';
import { DesiredService } from './topology/desired.service.js';
import { DesiredStore } from './topology/desired.store.js';
import { EpochStore } from './topology/epoch.store.js';

const STORES: Type[] = [
  ApiTokenStore,
  BatchStore,
  BoundStore,
  ConditionStore,
  DecisionStore,
  DesiredStore,
  EpochStore,
  EventStore,
  LeaderStore,
  MemoryStore,
  ReplicaStore,
  SessionTokenStore,
  StatusStore,
];

const FOLLOWER: Type[] = [DirectoryPort, FollowerService, FollowerStores, FollowerSurroundings];

const LINK: Type[] = [AgentSessions, HelloService, LinkAuthenticator, LinkServer, LinkUpkeep, Replica, StatusRecorder];

/** The whole manager: api and follower over the same services, which every replica runs both. */
@Module({})
export class AppModule {
  static with(settings: Settings, logger: Logger): DynamicModule {
    const providers: Provider[] = [
      { provide: SETTINGS, useValue: settings },
      { provide: LOGGER, useValue: logger },
      { provide: APP_GUARD, useClass: AccessGuard },
      Clock,
      Database,
      DesiredService,
      Metrics,
      ReadinessService,
      ...STORES,
      ...FOLLOWER,
      ...LINK,
    ];
    return { module: AppModule, controllers: [HealthController], providers };
  }
}
