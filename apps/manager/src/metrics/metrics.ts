// SPDX-License-Identifier: Apache-2.0
// Figures for Prometheus.
import { Injectable } from '@nestjs/common';
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

@Injectable()
export class Metrics {
  private readonly registry = new Registry();

  readonly agents = this.gauge('drvs_manager_agent_sessions', 'Live agent sessions of this replica');
  readonly databaseUp = this.gauge('drvs_manager_database_up', '1 while Postgres answers');
  readonly follower = this.gauge('drvs_manager_follower', '1 while this replica follows the directory', ['system']);
  readonly staleness = this.gauge(
    'drvs_manager_directory_staleness_seconds',
    'Time since the directory was last known to be followed, by the following replica',
    ['system'],
  );
  readonly revision = this.gauge('drvs_manager_revision', 'Newest revision this replica knows', ['system']);
  readonly problems = this.gauge('drvs_manager_problems', 'Directory records that cannot be used as they stand', [
    'system',
  ]);
  readonly held = this.gauge('drvs_manager_held_changes', 'Changes held by the guard until a person decides', [
    'system',
  ]);
  readonly batches = new Counter({
    name: 'drvs_manager_batches_total',
    help: 'Batches of directory changes committed',
    labelNames: ['system'],
    registers: [this.registry],
  });
  readonly batchSeconds = new Histogram({
    name: 'drvs_manager_batch_seconds',
    help: 'Time from a batch of directory changes to its commit',
    labelNames: ['system'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [this.registry],
  });

  constructor() {
    collectDefaultMetrics({ register: this.registry, prefix: 'drvs_manager_' });
  }

  get contentType(): string {
    return this.registry.contentType;
  }

  text(): Promise<string> {
    return this.registry.metrics();
  }

  private gauge(name: string, help: string, labelNames: string[] = []): Gauge {
    return new Gauge({ name, help, labelNames, registers: [this.registry] });
  }
}
