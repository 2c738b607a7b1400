// SPDX-License-Identifier: Apache-2.0
import { Injectable } from '@nestjs/common';
import type { OperationSpec, OperationView, PageQuery } from '@drvs/contracts';
import type { Actor } from '../access/api-token.store.js';
import { pageOf } from '../api/page.js';
import type { Page } from '../api/page.js';
import { ApiRefusal } from '../common/api-error.js';
import type { DesiredState } from '../topology/desired-state.js';
import { TopologyService } from '../topology/topology.service.js';
import { restartTargets } from './operation-targets.rules.js';
import { OperationStore } from './operation.store.js';
import type { NewTarget } from './operation.store.js';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Who asks, and from where. */
export interface Asker {
  readonly actor: Actor | undefined;
  readonly address: string | null;
}

@Injectable()
export class OperationsService {
  constructor(
    private readonly topology: TopologyService,
    private readonly store: OperationStore,
  ) {}

  async begin(system: string, spec: OperationSpec, { actor, address }: Asker): Promise<OperationView> {
    const desired = this.topology.getDesiredOrThrow(system);
    const targets = spec.kind === 'drain' ? [drainTarget(spec.node, desired)] : this.restart(spec, desired);
    const id = await this.store.create({ system, actor: actor?.name ?? 'unknown', address, spec, targets });
    return this.getOrThrow(system, id);
  }

  async findAll(system: string, query: PageQuery): Promise<Page<OperationView>> {
    const { revision } = this.topology.getDesiredOrThrow(system);
    const views = await this.store.findAll(system);
    // Newest first: the key falls as the instant rises.
    const key = ({ at, id }: OperationView): string => `${String(1e15 - Date.parse(at)).padStart(16, '0')} ${id}`;
    return pageOf(revision, views, key, query);
  }

  async getOrThrow(system: string, id: string): Promise<OperationView> {
    this.topology.assertServed(system);
    const view = UUID.test(id) ? await this.store.find(system, id) : undefined;
    if (view !== undefined) return view;
    throw new ApiRefusal(404, 'OperationNotFound', `system '${system}' has no operation '${id}'`, {
      remedy: 'GET operations lists them.',
    });
  }

  async resume(system: string, id: string, { actor }: Asker): Promise<OperationView> {
    const { state } = await this.getOrThrow(system, id);
    if (await this.store.resume(system, id, actor?.name ?? 'unknown')) return this.getOrThrow(system, id);
    throw new ApiRefusal(409, 'NotPaused', `operation ${id} is ${state}, not paused`);
  }

  async stop(system: string, id: string, { actor }: Asker): Promise<OperationView> {
    const { state } = await this.getOrThrow(system, id);
    if (await this.store.stop(system, id, actor?.name ?? 'unknown')) return this.getOrThrow(system, id);
    throw new ApiRefusal(409, 'OperationEnded', `operation ${id} is ${state}: there is nothing to stop`);
  }

  private restart(spec: Extract<OperationSpec, { kind: 'restart' }>, desired: DesiredState): NewTarget[] {
    if (spec.vm === undefined && (spec.node === undefined || spec.processes !== undefined)) {
      throw new ApiRefusal(400, 'RestartOfWhat', 'a restart needs a VM or a node; processes are named with their VM', {
        remedy: "Give 'vm', 'node' or both; 'processes' only with 'vm'.",
      });
    }
    const targets = restartTargets(spec, desired);
    const known = new Set(targets.map(({ process }) => process?.split('/')[1]));
    const missing = (spec.processes ?? []).find((name) => !known.has(name));
    if (targets.length > 0 && missing === undefined) return targets;
    const what = missing === undefined ? 'no launched process' : `no launched process '${missing}'`;
    throw new ApiRefusal(404, 'NothingToRestart', `there is ${what} in what was named, or its VM is stopped`, {
      remedy: 'GET processes lists them; admitted processes are restarted where they were started.',
    });
  }
}

function drainTarget(name: string, desired: DesiredState): NewTarget {
  const node = desired.topology.nodes.find((one) => one.name === name);
  if (node !== undefined) return { nodeUuid: node.uuid, node: name, vmId: null, nr: null, process: null };
  throw new ApiRefusal(404, 'NodeNotFound', `there is no node '${name}'`, { remedy: 'GET nodes lists them.' });
}
