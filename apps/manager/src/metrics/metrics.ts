// SPDX-License-Identifier: Apache-2.0
// Figures for Prometheus, under its naming conventions: base units, `_total` for what only grows.
import { Injectable } from '@nestjs/common';
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import { FOLLOWER_STATES, NODE_STATES } from '@drvs/contracts';
import type { SystemStatus } from '@drvs/contracts';
import { SYNC_RUNGS } from '@drvs/directory';

const MILLISECONDS_TO_10_S = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const ENTRIES = [1, 2, 5, 10, 50, 100, 1_000, 10_000, 100_000];

@Injectable()
export class Metrics {
  private readonly registry = new Registry();

  readonly databaseUp = this.gauge('drvs_manager_database_up', '1 while Postgres answers');
  readonly follower = this.gauge('drvs_manager_follower', '1 while this replica follows the directory', ['system']);
  readonly batches = this.counter('drvs_manager_batches_total', 'Batches of directory changes committed');
  readonly batchSeconds = this.histogram(
    'drvs_manager_batch_seconds',
    'Time from a batch of directory changes to its commit',
    MILLISECONDS_TO_10_S,
  );
  readonly batchEntries = this.histogram(
    'drvs_manager_batch_entries',
    'Entries put or deleted in one batch of directory changes',
    ENTRIES,
  );
  readonly turnWait = this.histogram(
    'drvs_manager_turn_wait_seconds',
    'Time that a batch, a decision or a change set waits for the one before it',
    MILLISECONDS_TO_10_S,
  );
  readonly lag = this.histogram(
    'drvs_manager_directory_lag_seconds',
    'Age of a change when it is committed, by the clock of the directory server (entryCSN)',
    [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300],
  );
  readonly changeSets = this.counter('drvs_manager_change_sets_total', 'Change sets carried out, by outcome', [
    'outcome',
  ]);
  readonly changeSetSeconds = this.histogram(
    'drvs_manager_change_set_seconds',
    'Time from the first write of a change set until its effect was seen',
    MILLISECONDS_TO_10_S,
  );

  private readonly sessions = this.gauge('drvs_manager_agent_sessions', 'Live agent sessions of this replica', [
    'system',
  ]);
  private readonly revision = this.gauge('drvs_manager_revision', 'Newest revision this replica knows', ['system']);
  private readonly behind = this.gauge(
    'drvs_manager_revisions_behind',
    'Revisions that are stored and this replica does not know yet',
    ['system'],
  );
  private readonly epoch = this.gauge('drvs_manager_epoch', 'Which life of the revision counter this is', ['system']);
  private readonly state = this.gauge('drvs_manager_directory_state', '1 for how the directory is followed now', [
    'system',
    'state',
  ]);
  private readonly rung = this.gauge('drvs_manager_directory_rung', '1 for the way of following the directory', [
    'system',
    'rung',
  ]);
  private readonly staleness = this.gauge(
    'drvs_manager_directory_staleness_seconds',
    'Time since the directory was last known to be followed, by whichever replica follows it',
    ['system'],
  );
  private readonly problems = this.gauge(
    'drvs_manager_problems',
    'Directory records that cannot be used as they stand',
    ['system'],
  );
  private readonly held = this.gauge('drvs_manager_held_changes', 'Changes held by the guard until a person decides', [
    'system',
  ]);
  private readonly waiting = this.gauge('drvs_manager_change_sets_waiting', 'Change sets that are not ended', [
    'system',
  ]);
  private readonly nodes = this.gauge('drvs_manager_nodes', 'Nodes by state', ['system', 'state']);
  private readonly vms = this.gauge('drvs_manager_vms', 'VMs that the directory wants', ['system']);
  private readonly processes = this.gauge('drvs_manager_processes', 'Processes that the directory wants', ['system']);
  private readonly expiry = this.gauge(
    'drvs_manager_certificate_expiry_timestamp_seconds',
    'When a certificate expires that the manager relies on',
    ['system', 'certificate'],
  );
  private readonly bySystem = [
    ...[this.sessions, this.revision, this.behind, this.epoch, this.state, this.rung, this.staleness],
    ...[this.problems, this.held, this.waiting, this.nodes, this.vms, this.processes, this.expiry],
  ];

  constructor() {
    collectDefaultMetrics({ register: this.registry });
  }

  get contentType(): string {
    return this.registry.contentType;
  }

  text(): Promise<string> {
    return this.registry.metrics();
  }

  /** What is known of the systems now; what is not known any more is not shown. */
  show(statuses: readonly SystemStatus[]): void {
    for (const gauge of this.bySystem) gauge.reset();
    for (const status of statuses) {
      this.showCounts(status);
      this.showDirectory(status);
      for (const { certificate, expiresAt } of status.certificates) {
        this.expiry.set({ system: status.system, certificate }, Date.parse(expiresAt) / 1000);
      }
    }
  }

  private showCounts(status: SystemStatus): void {
    const { system } = status;
    this.sessions.set({ system }, status.sessions);
    this.revision.set({ system }, Number(status.revision ?? 0));
    this.behind.set({ system }, Math.max(0, Number(status.storedRevision) - Number(status.revision ?? 0)));
    this.epoch.set({ system }, status.epoch?.counter ?? 0);
    this.problems.set({ system }, status.problems);
    this.held.set({ system }, status.held);
    this.waiting.set({ system }, status.changesWaiting);
    this.vms.set({ system }, status.vms);
    this.processes.set({ system }, status.processes);
    for (const state of NODE_STATES) this.nodes.set({ system, state }, status.nodes[state]);
  }

  private showDirectory({ system, follower }: SystemStatus): void {
    this.staleness.set({ system }, follower.stalenessSeconds);
    for (const rung of SYNC_RUNGS) this.rung.set({ system, rung }, follower.rung === rung ? 1 : 0);
    for (const state of FOLLOWER_STATES) this.state.set({ system, state }, follower.state === state ? 1 : 0);
  }

  private gauge(name: string, help: string, labelNames: string[] = []): Gauge {
    return new Gauge({ name, help, labelNames, registers: [this.registry] });
  }

  private counter(name: string, help: string, labelNames: string[] = []): Counter {
    return new Counter({ name, help, labelNames: ['system', ...labelNames], registers: [this.registry] });
  }

  private histogram(name: string, help: string, buckets: number[]): Histogram {
    return new Histogram({ name, help, labelNames: ['system'], buckets, registers: [this.registry] });
  }
}
