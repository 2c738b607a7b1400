// SPDX-License-Identifier: Apache-2.0
import { Injectable } from '@nestjs/common';
import type { OperationPlan, OperationSpec, OperationView, PageQuery } from '@drvs/contracts';
import { pageOf } from '../api/page.js';
import type { Page } from '../api/page.js';
import { assertRevision, requestHash } from '../api/write-asker.js';
import type { WriteAsker } from '../api/write-asker.js';
import type { KeyedWrite } from '../api/write-key.store.js';
import { ApiRefusal } from '../common/api-error.js';
import type { DesiredState } from '../topology/desired-state.js';
import { TopologyService } from '../topology/topology.service.js';
import { restartTargets } from './operation-targets.rules.js';
import { OperationStore } from './operation.store.js';
import type { NewTarget, Turn } from './operation.store.js';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

interface TurnAsker extends WriteAsker {
  /** It is only asked whether it could be turned. */
  readonly dryRun: boolean;
}

@Injectable()
export class OperationsService {
  constructor(
    private readonly topology: TopologyService,
    private readonly store: OperationStore,
  ) {}

  async begin(system: string, spec: OperationSpec, asker: WriteAsker): Promise<OperationView> {
    const write = { ...asker, system, requestHash: requestHash({ spec }) };
    const id = (await this.store.findKeyed(write)) ?? (await this.create(write, spec, asker));
    return this.getOrThrow(system, id);
  }

  /** An operation without beginning it. Throws as {@link begin} does. */
  async rehearse(system: string, spec: OperationSpec, asker: WriteAsker): Promise<OperationPlan> {
    const { revision, targets } = this.targets(system, spec, asker);
    return { kind: spec.kind, revision, targets: targets.map(({ node, process }) => ({ node, process })) };
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

  /** Resumes a paused operation, or stops one that has not ended. Throws a 409 where it is neither. */
  async turn(system: string, id: string, turn: Turn, { dryRun, ...asker }: TurnAsker): Promise<OperationView> {
    const view = await this.getOrThrow(system, id);
    const write = { ...asker, system, requestHash: requestHash({ turn, id }) };
    if ((await this.store.findKeyed(write)) !== undefined) return view;
    assertRevision(this.topology.getDesiredOrThrow(system).revision, asker);
    const refusal =
      turn === 'resume'
        ? new ApiRefusal(409, 'NotPaused', `operation ${id} is ${view.state}, not paused`)
        : new ApiRefusal(409, 'OperationEnded', `operation ${id} is ${view.state}: there is nothing to stop`);
    if (!isTurnable(view, turn)) throw refusal;
    if (dryRun) return view;
    await this.store.turn(id, turn, write, refusal);
    return this.getOrThrow(system, id);
  }

  private async create(write: KeyedWrite, spec: OperationSpec, asker: WriteAsker): Promise<string> {
    const { targets } = this.targets(write.system, spec, asker);
    return this.store.create({ ...write, address: asker.address, spec, targets });
  }

  private targets(system: string, spec: OperationSpec, asker: WriteAsker): { revision: string; targets: NewTarget[] } {
    const desired = this.topology.getDesiredOrThrow(system);
    assertRevision(desired.revision, asker);
    const targets = spec.kind === 'drain' ? [drainTarget(spec.node, desired)] : this.restart(spec, desired);
    return { revision: desired.revision, targets };
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

function isTurnable({ state }: OperationView, turn: Turn): boolean {
  return state === 'paused' || (turn === 'stop' && state === 'running');
}

function drainTarget(name: string, desired: DesiredState): NewTarget {
  const node = desired.topology.nodes.find((one) => one.name === name);
  if (node !== undefined) return { nodeUuid: node.uuid, node: name, vmId: null, nr: null, process: null };
  throw new ApiRefusal(404, 'NodeNotFound', `there is no node '${name}'`, { remedy: 'GET nodes lists them.' });
}
