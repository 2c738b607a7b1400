// SPDX-License-Identifier: Apache-2.0
// One system's desired topology in memory, at one revision, with the documents of its nodes.
import type {
  DesiredNode,
  DesiredProcess,
  DesiredSystem,
  DesiredVm,
  Epoch,
  NodeDocument,
  Topology,
} from '@drvs/contracts';
import { digest, project } from '@drvs/directory';
import type { Loser } from '@drvs/directory';
import type { DesiredDelta, DesiredObject } from './desired.store.js';

/** A node's document and its digest. */
export interface DigestedDocument {
  readonly document: NodeDocument;
  readonly digest: string;
}

/** Immutable: a delta gives the next one. */
export class DesiredState {
  readonly topology: Topology;
  private readonly documents = new Map<string, DigestedDocument | undefined>();
  private readonly nodesByDn: ReadonlyMap<string, DesiredNode>;
  private readonly nodesByUuid: ReadonlyMap<string, DesiredNode>;

  private constructor(
    readonly epoch: Epoch,
    readonly revision: string,
    private readonly objects: ReadonlyMap<string, DesiredObject>,
    readonly losers: readonly Loser[],
  ) {
    this.topology = assemble(objects.values());
    this.nodesByDn = new Map(this.topology.nodes.map((node) => [node.dn, node]));
    this.nodesByUuid = new Map(this.topology.nodes.map((node) => [node.uuid, node]));
  }

  /** The state after a delta read above this state's revision, or above '0' when there is no state yet. */
  static after(previous: DesiredState | undefined, delta: DesiredDelta): DesiredState {
    const objects = new Map(previous?.objects);
    for (const uuid of delta.gone) objects.delete(uuid);
    for (const object of delta.objects) objects.set(object.desired.uuid, object);
    return new DesiredState(delta.epoch, delta.revision, objects, delta.losers);
  }

  isHeld(uuid: string): boolean {
    return this.objects.get(uuid)?.held ?? false;
  }

  /** @param dn normalised */
  nodeByDn(dn: string): DesiredNode | undefined {
    return this.nodesByDn.get(dn);
  }

  nodeByUuid(uuid: string): DesiredNode | undefined {
    return this.nodesByUuid.get(uuid);
  }

  /** What a node must make true; undefined without such a node or without a system entry. Computed once. */
  documentOf(nodeUuid: string): DigestedDocument | undefined {
    if (this.documents.has(nodeUuid)) return this.documents.get(nodeUuid);
    const node = this.nodesByUuid.get(nodeUuid);
    const document = node && project(this.topology, node.dn, this.losers);
    const digested = document && { document, digest: digest(document) };
    this.documents.set(nodeUuid, digested);
    return digested;
  }
}

function assemble(objects: Iterable<DesiredObject>): Topology {
  let system: DesiredSystem | undefined;
  const nodes: DesiredNode[] = [];
  const vms: Omit<DesiredVm, 'processes'>[] = [];
  const processes = new Map<string, DesiredProcess[]>();
  for (const object of objects) {
    if (object.kind === 'system') system = object.desired;
    else if (object.kind === 'node') nodes.push(object.desired);
    else if (object.kind === 'vm') vms.push(object.desired);
    else processes.set(object.vmUuid, [...(processes.get(object.vmUuid) ?? []), object.desired]);
  }
  return {
    system,
    nodes: nodes.sort((a, b) => a.nodeId - b.nodeId),
    vms: vms
      .map((vm) => ({ ...vm, processes: (processes.get(vm.uuid) ?? []).sort((a, b) => a.nr - b.nr) }))
      .sort((a, b) => a.vmId - b.vmId),
  };
}
