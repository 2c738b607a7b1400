// SPDX-License-Identifier: Apache-2.0
// Figures that are read when somebody asks for them.
import { Injectable } from '@nestjs/common';
import type { SystemStatus } from '@drvs/contracts';
import { Database } from '../database/database.js';
import { SystemStatusService } from '../status/system-status.service.js';
import { Metrics } from './metrics.js';

/** Whoever collects figures waits 10 s by default: a Postgres that is silent must not hide the other figures. */
const PATIENCE_MS = 3_000;

@Injectable()
export class LiveFigures {
  constructor(
    private readonly metrics: Metrics,
    private readonly database: Database,
    private readonly statuses: SystemStatusService,
  ) {}

  get contentType(): string {
    return this.metrics.contentType;
  }

  /** All figures in the text format of Prometheus; without Postgres those that do not need it. */
  async text(): Promise<string> {
    const statuses = await this.read();
    this.metrics.databaseUp.set(statuses === undefined ? 0 : 1);
    this.metrics.show(statuses ?? []);
    return this.metrics.text();
  }

  private async read(): Promise<SystemStatus[] | undefined> {
    if (this.database.unavailable !== undefined) return undefined;
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<undefined>((resolve) => (timer = setTimeout(resolve, PATIENCE_MS, undefined)));
    try {
      return await Promise.race([this.statuses.readAll(), patience]);
    } catch {
      return undefined;
    } finally {
      clearTimeout(timer);
    }
  }
}
