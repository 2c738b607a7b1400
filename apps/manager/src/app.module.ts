// SPDX-License-Identifier: Apache-2.0
import { Module } from '@nestjs/common';
import type { DynamicModule, Provider, Type } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { AccessGuard } from './access/access.guard.js';
import { ApiTokenStore } from './access/api-token.store.js';
import { OpenRequests } from './access/open-requests.js';
import { AuditController } from './audit/audit.controller.js';
import { AuditService } from './audit/audit.service.js';
import { AuditStore } from './audit/audit.store.js';
import { ChangePlanner } from './changes/change.planner.js';
import { ChangeService } from './changes/change.service.js';
import { ChangeStore } from './changes/change.store.js';
import { ChangesController } from './changes/changes.controller.js';
import { Clock } from './common/clock.js';
import { LOGGER } from './common/logger.js';
import type { Logger } from './common/logger.js';
import { ConditionStore } from './conditions/condition.store.js';
import { ConditionsController } from './conditions/conditions.controller.js';
import { ConditionsService } from './conditions/conditions.service.js';
import { SETTINGS } from './config/settings.js';
import type { Settings } from './config/settings.js';
import { Database } from './database/database.js';
import { EventStore } from './events/event.store.js';
import { EventStreamService } from './events/event-stream.service.js';
import { EventsController } from './events/events.controller.js';
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
import { HeldController } from './held/held.controller.js';
import { HeldService } from './held/held.service.js';
import { HeldStore } from './held/held.store.js';
import { AgentSessions } from './link/agent-sessions.js';
import { ElsewhereTeller } from './link/elsewhere.teller.js';
import { HelloService } from './link/hello.service.js';
import { LinkAuthenticator } from './link/link-authenticator.js';
import { LinkServer } from './link/link.server.js';
import { LinkUpkeep } from './link/link.upkeep.js';
import { Replica } from './link/replica.js';
import { ReplicaStore } from './link/replica.store.js';
import { SessionTokenStore } from './link/session-token.store.js';
import { StatusRecorder } from './link/status.recorder.js';
import { StatusStore } from './link/status.store.js';
import { JournalHub } from './logs/journal.hub.js';
import { LogsController } from './logs/logs.controller.js';
import { LogsService } from './logs/logs.service.js';
import { LiveFigures } from './metrics/live-figures.js';
import { Metrics } from './metrics/metrics.js';
import { NodesController } from './nodes/nodes.controller.js';
import { NodesService } from './nodes/nodes.service.js';
import { OperationRunner } from './operations/operation.runner.js';
import { OperationStore } from './operations/operation.store.js';
import { OperationsController } from './operations/operations.controller.js';
import { OperationsService } from './operations/operations.service.js';
import { ProblemStore } from './problems/problem.store.js';
import { ProblemsController } from './problems/problems.controller.js';
import { ProblemsService } from './problems/problems.service.js';
import { ProcessesController } from './processes/processes.controller.js';
import { ProcessesService } from './processes/processes.service.js';
import { EntryHistoryStore } from './revisions/entry-history.store.js';
import { RevisionStore } from './revisions/revision.store.js';
import { RevisionsController } from './revisions/revisions.controller.js';
import { RevisionsService } from './revisions/revisions.service.js';
import { RollbackService } from './revisions/rollback.service.js';
import { StatusController } from './status/status.controller.js';
import { SystemStatusService } from './status/system-status.service.js';
import { SystemStatusStore } from './status/system-status.store.js';
import { ActualStore } from './topology/actual.store.js';
import { DesiredService } from './topology/desired.service.js';
import { DesiredStore } from './topology/desired.store.js';
import { EpochStore } from './topology/epoch.store.js';
import { SyncStateStore } from './topology/sync-state.store.js';
import { TopologyController } from './topology/topology.controller.js';
import { TopologyService } from './topology/topology.service.js';
import { VmsController } from './vms/vms.controller.js';
import { VmsService } from './vms/vms.service.js';

const STORES: Type[] = [
  ActualStore,
  ApiTokenStore,
  AuditStore,
  BatchStore,
  BoundStore,
  ChangeStore,
  ConditionStore,
  DecisionStore,
  DesiredStore,
  EntryHistoryStore,
  EpochStore,
  EventStore,
  HeldStore,
  LeaderStore,
  MemoryStore,
  OperationStore,
  ProblemStore,
  ReplicaStore,
  RevisionStore,
  SessionTokenStore,
  StatusStore,
  SyncStateStore,
  SystemStatusStore,
];

const FOLLOWER: Type[] = [DirectoryPort, FollowerService, FollowerStores, FollowerSurroundings];

const LINK: Type[] = [
  AgentSessions,
  ElsewhereTeller,
  HelloService,
  LinkAuthenticator,
  LinkServer,
  LinkUpkeep,
  Replica,
  StatusRecorder,
];

const API: Type[] = [
  AuditService,
  ChangePlanner,
  ChangeService,
  ConditionsService,
  EventStreamService,
  OpenRequests,
  HeldService,
  JournalHub,
  LogsService,
  NodesService,
  OperationRunner,
  OperationsService,
  ProblemsService,
  ProcessesService,
  RevisionsService,
  RollbackService,
  SystemStatusService,
  TopologyService,
  VmsService,
];

const CONTROLLERS: Type[] = [
  AuditController,
  ChangesController,
  ConditionsController,
  EventsController,
  HealthController,
  HeldController,
  LogsController,
  NodesController,
  OperationsController,
  ProblemsController,
  ProcessesController,
  RevisionsController,
  StatusController,
  TopologyController,
  VmsController,
];

/** The whole manager: api and follower over the same services, which every replica runs both. */
@Module({})
export class AppModule {
  static with(settings: Settings, logger: Logger, clock: Clock): DynamicModule {
    const providers: Provider[] = [
      { provide: SETTINGS, useValue: settings },
      { provide: LOGGER, useValue: logger },
      { provide: APP_GUARD, useClass: AccessGuard },
      { provide: Clock, useValue: clock },
      Database,
      DesiredService,
      LiveFigures,
      Metrics,
      ReadinessService,
      ...STORES,
      ...FOLLOWER,
      ...LINK,
      ...API,
    ];
    return { module: AppModule, controllers: CONTROLLERS, providers };
  }
}
