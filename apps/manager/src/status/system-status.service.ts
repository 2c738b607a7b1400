// SPDX-License-Identifier: Apache-2.0
// How a system stands, in numbers: for people (GET /status) and for monitoring (/metrics) the same.
import { Inject, Injectable } from '@nestjs/common';
import { NODE_STATES } from '@drvs/contracts';
import type { Condition, NodeState, SystemStatus } from '@drvs/contracts';
import { ConditionStore } from '../conditions/condition.store.js';
import { SETTINGS } from '../config/settings.js';
import type { Settings } from '../config/settings.js';
import { AgentSessions } from '../link/agent-sessions.js';
import type { DesiredState } from '../topology/desired-state.js';
import { DesiredService } from '../topology/desired.service.js';
import { nodeState } from '../topology/node-view.rules.js';
import { followerView, SyncStateStore } from '../topology/sync-state.store.js';
import { readCertificates } from './certificates.js';
import { SystemStatusStore } from './system-status.store.js';

/** Whoever asks sooner than this again gets the same answer: /metrics is open to everybody. */
const FRESH_MS = 1_000;

interface Reading {
  readonly at: number;
  readonly status: Promise<SystemStatus>;
}

@Injectable()
export class SystemStatusService {
  private readonly readings = new Map<string, Reading>();

  constructor(
    @Inject(SETTINGS) private readonly settings: Pick<Settings, 'systems' | 'tls' | 'ldap'>,
    private readonly desired: DesiredService,
    private readonly store: SystemStatusStore,
    private readonly sync: SyncStateStore,
    private readonly conditions: ConditionStore,
    private readonly sessions: AgentSessions,
  ) {}

  /** Of each system this manager serves. Rejects when Postgres does not answer. */
  readAll(): Promise<SystemStatus[]> {
    return Promise.all(this.settings.systems.map(({ name }) => this.read(name)));
  }

  /** At most {@link FRESH_MS} old. */
  read(system: string): Promise<SystemStatus> {
    const known = this.readings.get(system);
    const at = performance.now();
    if (known !== undefined && at - known.at < FRESH_MS) return known.status;
    const status = this.readNow(system);
    this.readings.set(system, { at, status });
    // A failure is no answer to whoever asks next.
    status.catch(() => this.readings.delete(system));
    return status;
  }

  private async readNow(system: string): Promise<SystemStatus> {
    const [counts, facts] = await Promise.all([this.store.count(system), this.sync.find(system)]);
    const state = this.desired.find(system);
    const vms = state?.topology.vms ?? [];
    return {
      system,
      revision: state?.revision ?? null,
      epoch: state?.epoch ?? null,
      follower: followerView(facts),
      ...counts,
      nodes: await this.countNodes(system, state),
      vms: vms.length,
      processes: vms.reduce((sum, { processes }) => sum + processes.length, 0),
      sessions: this.sessions.all().filter(({ identity }) => identity.system === system).length,
      certificates: readCertificates(this.settings, state?.topology.system?.managerCas ?? []),
    };
  }

  private async countNodes(system: string, state: DesiredState | undefined): Promise<Record<NodeState, number>> {
    const counts = Object.fromEntries(NODE_STATES.map((name) => [name, 0])) as Record<NodeState, number>;
    if (state === undefined) return counts;
    const words = await this.store.nodeWords(system);
    const conditions = byObject(await this.conditions.findAll(system));
    for (const { uuid } of state.topology.nodes) {
      const word = words.get(uuid);
      const name = nodeState(word, state.documentOf(uuid)?.digest, conditions.get(`node:${uuid}`) ?? []);
      counts[name] += 1;
    }
    return counts;
  }
}

function byObject(conditions: readonly (Condition & { object: string })[]): Map<string, Condition[]> {
  const groups = new Map<string, Condition[]>();
  for (const condition of conditions) {
    const group = groups.get(condition.object);
    if (group === undefined) groups.set(condition.object, [condition]);
    else group.push(condition);
  }
  return groups;
}
