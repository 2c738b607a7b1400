// SPDX-License-Identifier: Apache-2.0
// Figures that are read when somebody asks for them.
import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import { AgentSessions } from '../link/agent-sessions.js';
import { DesiredService } from '../topology/desired.service.js';
import { Metrics } from './metrics.js';

@Injectable()
export class LiveFigures {
  constructor(
    private readonly metrics: Metrics,
    private readonly database: Database,
    private readonly sessions: AgentSessions,
    private readonly desired: DesiredService,
  ) {}

  get contentType(): string {
    return this.metrics.contentType;
  }

  /** All figures in the text format of Prometheus. */
  text(): Promise<string> {
    this.metrics.agents.set(this.sessions.size);
    this.metrics.databaseUp.set(this.database.unavailable === undefined ? 1 : 0);
    for (const [system, { revision }] of this.desired.all()) this.metrics.revision.set({ system }, Number(revision));
    return this.metrics.text();
  }
}
