// SPDX-License-Identifier: Apache-2.0
// Which processes a change would end: those known to be bound, and those that may run unseen.
import { Injectable } from '@nestjs/common';
import type { Topology } from '@drvs/contracts';
import type { EntityManager } from 'typeorm';

@Injectable()
export class BoundStore {
  /**
   * Since when (ms since 1970) processes are bound, by `<vmId>/<nr>`, by the last word of each node. A process of a node
   * that has never reported may run, so it counts, since ever.
   */
  async find(manager: EntityManager, system: string, topology: Topology): Promise<Map<string, number>> {
    const reported: { uuid: string }[] = await manager.query(
      'SELECT node_uuid AS uuid FROM node_status WHERE system = $1 AND status IS NOT NULL',
      [system],
    );
    const known: { vmId: number; nr: number; since: Date }[] = await manager.query(
      `SELECT vm_id AS "vmId", nr, bound_since AS since FROM process_status
       WHERE system = $1 AND bound_since IS NOT NULL`,
      [system],
    );
    const bound = new Map(known.map(({ vmId, nr, since }) => [`${vmId}/${nr}`, since.getTime()]));
    const silent = silentNodes(topology, new Set(reported.map(({ uuid }) => uuid)));
    for (const vm of topology.vms) {
      for (const process of vm.processes) {
        if (silent.has(process.onNode)) bound.set(`${vm.vmId}/${process.nr}`, 0);
      }
    }
    return bound;
  }
}

function silentNodes(topology: Topology, reported: ReadonlySet<string>): Set<string> {
  return new Set(topology.nodes.filter(({ uuid }) => !reported.has(uuid)).map(({ dn }) => dn));
}
