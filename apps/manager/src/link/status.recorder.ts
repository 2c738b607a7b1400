// SPDX-License-Identifier: Apache-2.0
// Gathers what sessions report and writes it every 200 ms. Nothing is lost while Postgres is away: reports of one node
// replace each other, and are written when it is back.
import { Inject, Injectable } from '@nestjs/common';
import type { ApiEvent, DesiredNode, DesiredVm, NodeEvent, NodeStatus } from '@drvs/contracts';
import { Clock } from '../common/clock.js';
import { LOGGER, errorText } from '../common/logger.js';
import type { Logger } from '../common/logger.js';
import { Database } from '../database/database.js';
import { isRefusedForGood } from '../database/unavailable.js';
import type { SystemEvent } from '../events/event.store.js';
import { DesiredService } from '../topology/desired.service.js';
import type { Applied, Hello } from './agent-session.js';
import { describeCondition, describeNodeEvent, describeTransition } from './event-text.rules.js';
import { Replica } from './replica.js';
import type { NodeReport } from './status-rows.rules.js';
import { StatusStore } from './status.store.js';
import type { Transitions } from './status.store.js';

const FLUSH_MS = 200;
/** Events of one node kept while Postgres is away; then the oldest are dropped and the loss is said. */
const MAX_EVENTS = 1_000;

@Injectable()
export class StatusRecorder {
  private pending = new Map<string, NodeReport>();
  private timer: NodeJS.Timeout | undefined;
  private flushing: Promise<void> = Promise.resolve();

  constructor(
    private readonly store: StatusStore,
    private readonly replica: Replica,
    private readonly desired: DesiredService,
    private readonly database: Database,
    private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  start(): void {
    this.timer = setInterval(() => {
      this.flushing = this.flushing.then(() => this.flush());
    }, FLUSH_MS);
  }

  /** Resolves when what has been reported so far has been tried to write. */
  async recorded(): Promise<void> {
    this.flushing = this.flushing.then(() => this.flush());
    await this.flushing;
  }

  /** Writes what is pending and stops. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.flushing;
    await this.flush();
  }

  connected(system: string, node: DesiredNode, hello: Hello): void {
    const { machineId, bootId, agentVersion } = hello;
    // What held in the last session need not hold after a reboot: it is in sync once it says so in this one.
    const applied = { revision: hello.applied?.revision ?? '0', digest: hello.applied?.digest ?? '', inSync: false };
    const report = this.report(system, node, {
      machineId,
      bootId,
      agentVersion,
      applied: { ...applied, results: [] },
    });
    report.events.push(this.nodeEvent('node-state', node, `${node.name} is connected`));
  }

  applied(system: string, node: DesiredNode, frame: Applied): void {
    const { revision, digest, inSync, results } = frame;
    this.report(system, node, { applied: { revision, digest, inSync, results } });
  }

  status(system: string, node: DesiredNode, status: NodeStatus): void {
    this.report(system, node, { status });
  }

  events(system: string, node: DesiredNode, events: readonly NodeEvent[]): void {
    const report = this.report(system, node, {});
    const vms = this.desired.find(system)?.topology.vms ?? [];
    report.events.push(...events.map((event) => describeNodeEvent(event, node.name, vms, this.clock.nowText())));
    const excess = report.events.length - MAX_EVENTS;
    if (excess > 0) {
      const lost = this.nodeEvent('lost', node, `${excess} events of ${node.name} could not be stored`);
      report.events.splice(0, excess + 1, lost);
    }
  }

  /** Nothing was heard of a node for the length of its lease. */
  unknown(system: string, node: DesiredNode, lastFrameAt: number): void {
    const report = this.report(system, node, { lastSeen: lastFrameAt });
    report.liveness = 'unknown';
    const since = new Date(lastFrameAt).toISOString();
    report.events.push(this.nodeEvent('node-state', node, `${node.name} is Unknown: nothing heard since ${since}`));
  }

  private nodeEvent(kind: ApiEvent['kind'], node: DesiredNode, message: string): Omit<ApiEvent, 'id'> {
    return { at: this.clock.nowText(), kind, revision: null, node: node.name, vm: null, process: null, message };
  }

  private report(system: string, node: DesiredNode, part: Partial<NodeReport>): NodeReport {
    const key = `${system} ${node.uuid}`;
    const lastSeen = this.clock.now();
    const previous = this.pending.get(key) ?? {
      system,
      nodeUuid: node.uuid,
      liveness: 'connected',
      lastSeen,
      events: [],
    };
    const report: NodeReport = { ...previous, lastSeen, liveness: 'connected', ...part };
    this.pending.set(key, report);
    return report;
  }

  private async flush(): Promise<void> {
    if (this.pending.size === 0 || this.database.unavailable !== undefined) return;
    const reports = this.pending;
    this.pending = new Map();
    try {
      await this.write([...reports.values()]);
    } catch (error) {
      this.logger.warn({ nodes: reports.size, error: errorText(error) }, 'cannot store status; trying again');
      if (isRefusedForGood(error)) await this.writeOneByOne(reports);
      else this.putBack(reports);
    }
  }

  private async write(reports: readonly NodeReport[]): Promise<void> {
    await this.store.write(this.replica.id, reports, (transitions) => this.describe(transitions));
  }

  /** A report that Postgres refuses must not keep the others out. */
  private async writeOneByOne(reports: ReadonlyMap<string, NodeReport>): Promise<void> {
    for (const [key, report] of reports) {
      try {
        await this.write([report]);
      } catch (error) {
        if (!isRefusedForGood(error)) this.putBack(new Map([[key, report]]));
        else this.logger.error({ node: key, error: errorText(error) }, 'a status report cannot be stored; dropped');
      }
    }
  }

  /** What could not be written joins what has come since; newer parts win. */
  private putBack(reports: ReadonlyMap<string, NodeReport>): void {
    for (const [key, old] of reports) {
      const newer = this.pending.get(key);
      const events = [...old.events, ...(newer?.events ?? [])].slice(-MAX_EVENTS);
      this.pending.set(key, { ...old, ...newer, events });
    }
  }

  private describe({ processes, conditions }: Transitions): SystemEvent[] {
    const at = this.clock.nowText();
    const about = ({ system, nodeUuid }: { system: string; nodeUuid: string }): [string, readonly DesiredVm[]] => {
      const state = this.desired.find(system);
      return [state?.nodeByUuid(nodeUuid)?.name ?? nodeUuid, state?.topology.vms ?? []];
    };
    return [
      ...processes.map((one) => ({ system: one.system, event: describeTransition(one, ...about(one), at) })),
      ...conditions.map((one) => ({ system: one.system, event: describeCondition(one, about(one)[0], at) })),
    ];
  }
}
