// SPDX-License-Identifier: Apache-2.0
// Desired beside actual, for one system at one revision.
import { Inject, Injectable } from '@nestjs/common';
import type { DesiredNode, DesiredVm, NodeView, ProcessView, TopologyView, VmView } from '@drvs/contracts';
import { ApiRefusal } from '../common/api-error.js';
import { SETTINGS } from '../config/settings.js';
import type { Settings } from '../config/settings.js';
import { AgentSessions } from '../link/agent-sessions.js';
import { ActualStore, conditionsOf } from './actual.store.js';
import type { Actual } from './actual.store.js';
import type { DesiredState } from './desired-state.js';
import { DesiredService } from './desired.service.js';
import { nodeView } from './node-view.rules.js';
import { desiredProcessView, undesiredProcessView } from './process-view.rules.js';
import { SyncStateStore, followerView } from './sync-state.store.js';
import { vmOnNode, vmView } from './vm-view.rules.js';

/** A system's desired and actual state, read together. */
export interface Reading {
  readonly system: string;
  readonly desired: DesiredState;
  readonly actual: Actual;
  /** Processes that nodes report and the directory does not want there, by vmid. */
  readonly strangers: ReadonlyMap<number, readonly ProcessView[]>;
}

@Injectable()
export class TopologyService {
  constructor(
    @Inject(SETTINGS) private readonly settings: Pick<Settings, 'systems'>,
    private readonly desired: DesiredService,
    private readonly actual: ActualStore,
    private readonly sync: SyncStateStore,
    private readonly sessions: AgentSessions,
  ) {}

  /** Throws a 404 for a system this manager does not serve. */
  assertServed(system: string): void {
    if (this.settings.systems.some(({ name }) => name === system)) return;
    const names = this.settings.systems.map(({ name }) => name).join(', ');
    throw new ApiRefusal(404, 'SystemUnknown', `this manager serves no system '${system}'`, {
      remedy: `It serves: ${names}.`,
    });
  }

  /** Throws a 503 while nothing has ever been read from the directory. */
  getDesiredOrThrow(system: string): DesiredState {
    this.assertServed(system);
    const desired = this.desired.find(system);
    if (desired !== undefined) return desired;
    throw new ApiRefusal(503, 'NotReady', `the topology of '${system}' has not been read yet`, {
      remedy: 'GET /readyz says what the manager waits for.',
    });
  }

  async read(system: string): Promise<Reading> {
    const desired = this.getDesiredOrThrow(system);
    const actual = await this.actual.read(system);
    return { system, desired, actual, strangers: findStrangers(desired, actual) };
  }

  async view(system: string): Promise<TopologyView> {
    const reading = await this.read(system);
    const counts = await this.sync.count(system);
    return {
      system,
      base: this.settings.systems.find(({ name }) => name === system)?.baseDn ?? '',
      revision: reading.desired.revision,
      epoch: reading.desired.epoch,
      follower: followerView(await this.sync.find(system)),
      ...counts,
      nodes: this.nodes(reading),
      vms: this.vms(reading),
    };
  }

  nodes(reading: Reading): NodeView[] {
    return reading.desired.topology.nodes.map((node) => this.node(reading, node));
  }

  vms(reading: Reading): VmView[] {
    return reading.desired.topology.vms.map((vm) => viewVm(reading, vm));
  }

  /** Desired processes and, after them, those that nodes report and nobody wants there. */
  processes(reading: Reading): ProcessView[] {
    const known = this.vms(reading).flatMap(({ processes }) => processes);
    const vmIds = new Set(reading.desired.topology.vms.map(({ vmId }) => vmId));
    const others = [...reading.strangers].flatMap(([vmId, processes]) => (vmIds.has(vmId) ? [] : processes));
    return [...known, ...others];
  }

  private node({ system, desired, actual }: Reading, node: DesiredNode): NodeView {
    return nodeView({
      node,
      held: desired.isHeld(node.uuid),
      actual: actual.nodes.get(node.uuid),
      conditions: conditionsOf(actual.conditions, `node:${node.uuid}`),
      desiredRevision: desired.revision,
      desiredDigest: desired.documentOf(node.uuid)?.digest,
      lastFrameAt: this.sessions.lastHeard(system, node.uuid),
    });
  }
}

function viewVm(reading: Reading, vm: DesiredVm): VmView {
  const { desired, actual } = reading;
  const nodes = vm.spans.flatMap((dn) => desired.nodeByDn(dn) ?? []);
  const parts = nodes.map((node) => vmOnNode(vm.vmId, node.name, actual.nodes.get(node.uuid)));
  const wanted = vm.processes.map((process) => {
    const node = desired.nodeByDn(process.onNode);
    const word = node && actual.nodes.get(node.uuid);
    return desiredProcessView(process, vm, node?.name ?? process.onNode, desired.isHeld(process.uuid), word);
  });
  const others = reading.strangers.get(vm.vmId) ?? [];
  return vmView(vm, desired.isHeld(vm.uuid), parts, [...wanted, ...others]);
}

function findStrangers({ topology }: DesiredState, actual: Actual): Map<number, ProcessView[]> {
  const vms = new Map(topology.vms.map((vm) => [vm.vmId, vm]));
  const wanted = new Set(
    topology.vms.flatMap(({ vmId, processes }) => processes.map(({ nr, onNode }) => `${vmId}/${nr} ${onNode}`)),
  );
  const strangers = new Map<number, ProcessView[]>();
  for (const node of topology.nodes) {
    const word = actual.nodes.get(node.uuid);
    for (const [key, process] of word?.processes ?? []) {
      if (word === undefined || process.state === 'absent' || wanted.has(`${key} ${node.dn}`)) continue;
      const { vmId } = process;
      const name = vms.get(vmId)?.name ?? word.vms.get(vmId)?.name ?? String(vmId);
      const views = strangers.get(vmId) ?? [];
      views.push(undesiredProcessView(process, { name, vmId }, node.name, word));
      strangers.set(vmId, views);
    }
  }
  return strangers;
}
