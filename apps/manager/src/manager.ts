// SPDX-License-Identifier: Apache-2.0
// Starts the manager's parts in order and stops them in the reverse one.
import type { Server } from 'node:http';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import type { NestExpressApplication } from '@nestjs/platform-express';
import express from 'express';
import { ProblemFilter } from './api/problem.filter.js';
import { securityHeaders } from './api/security-headers.js';
import { AuditStore } from './audit/audit.store.js';
import { AppModule } from './app.module.js';
import { Clock } from './common/clock.js';
import { NestLogger } from './common/logger.js';
import type { Logger } from './common/logger.js';
import type { Settings } from './config/settings.js';
import { Database } from './database/database.js';
import { OpenRequests } from './access/open-requests.js';
import { EventStreamService } from './events/event-stream.service.js';
import { FollowerService } from './follower/follower.service.js';
import { AgentSessions } from './link/agent-sessions.js';
import { ElsewhereTeller } from './link/elsewhere.teller.js';
import { LinkServer } from './link/link.server.js';
import { LinkUpkeep } from './link/link.upkeep.js';
import { StatusRecorder } from './link/status.recorder.js';
import { JournalHub } from './logs/journal.hub.js';
import { OperationRunner } from './operations/operation.runner.js';
import { closeListeners, describeAddress, openListeners } from './listeners.js';
import { DesiredService } from './topology/desired.service.js';

/** A manager that listens. */
export interface RunningManager {
  /** Where, as DRVS_LISTEN writes it. */
  readonly addresses: readonly string[];
  stop(): Promise<void>;
}

/** Largest body of a request: a change set of the most operations, each of some hundred bytes. */
const MOST_BODY = '8mb';

/** The Nest application, not yet listening or connected to anything. */
export async function createApplication(
  settings: Settings,
  logger: Logger,
  clock: Clock,
): Promise<{ app: NestExpressApplication; handler: express.Express }> {
  const handler = express();
  handler.disable('x-powered-by');
  handler.use(securityHeaders);
  const app = await NestFactory.create<NestExpressApplication>(
    AppModule.with(settings, logger, clock),
    new ExpressAdapter(handler),
    { logger: new NestLogger(logger), abortOnError: false, bodyParser: false },
  );
  app.useBodyParser('json', { limit: MOST_BODY });
  app.useGlobalFilters(new ProblemFilter(logger, app.get(AuditStore)));
  return { app, handler };
}

/** Starts everything. Neither Postgres nor the directory has to answer for that: they are waited for while it listens. */
export async function startManager(settings: Settings, logger: Logger, clock = new Clock()): Promise<RunningManager> {
  if (settings.insecure) logger.warn('DRVS_INSECURE=1: passwords and tokens may travel in the clear; only for tests');
  const { app, handler } = await createApplication(settings, logger, clock);
  await app.init();
  const link = app.get(LinkServer);
  app.get(DesiredService).start();
  app.get(StatusRecorder).start();
  app.get(AgentSessions).start();
  app.get(LinkUpkeep).start();
  app.get(ElsewhereTeller).start();
  app.get(JournalHub).start();
  app.get(OpenRequests).start();
  app.get(OperationRunner).start();
  app.get(FollowerService).start();
  app.get(Database).start();
  const servers = await openListeners(settings, handler, (server) => link.attach(server));
  const addresses = servers.map(describeAddress);
  logger.info({ addresses, systems: settings.systems.map(({ name }) => name) }, 'the manager listens');
  return { addresses, stop: () => stop(app, servers) };
}

async function stop(app: NestExpressApplication, servers: readonly Server[]): Promise<void> {
  app.get(AgentSessions).stop();
  app.get(EventStreamService).stop();
  app.get(OpenRequests).stop();
  app.get(ElsewhereTeller).stop();
  app.get(JournalHub).stop();
  await app.get(OperationRunner).stop();
  await closeListeners(servers);
  await app.get(FollowerService).stop();
  await app.get(StatusRecorder).stop();
  await app.get(LinkUpkeep).stop();
  await app.get(DesiredService).stop();
  await app.get(Database).stop();
  await app.close();
}
