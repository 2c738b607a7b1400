// SPDX-License-Identifier: Apache-2.0
// The topology in force before, by entry.
import type { DesiredNode, DesiredProcess, DesiredVm, Origin, Topology } from '@drvs/contracts';
import { normalizeDn } from '../dn.js';
import type { Entry } from '../entry.js';

/** Finds what an entry was before: by entryUUID, else by the DN of one whose entry is gone (deleted and added again). */
class Before<T extends Origin> {
  private readonly byUuid: ReadonlyMap<string, T>;
  private readonly goneByDn: ReadonlyMap<string, T>;
  constructor(objects: readonly T[], present: ReadonlySet<string>) {
    this.byUuid = new Map(objects.map((object) => [object.uuid, object]));
    this.goneByDn = new Map(objects.filter(({ uuid }) => !present.has(uuid)).map((object) => [object.dn, object]));
  }
  of(entry: Entry): T | undefined {
    return this.byUuid.get(entry.uuid) ?? this.goneByDn.get(normalizeDn(entry.dn) ?? entry.dn);
  }
}

export interface Previous {
  readonly system: Topology['system'];
  readonly nodes: Before<DesiredNode>;
  readonly vms: Before<DesiredVm>;
  readonly processes: Before<DesiredProcess>;
}

export function indexPrevious(topology: Topology | undefined, entries: readonly Entry[]): Previous {
  const present = new Set(entries.map(({ uuid }) => uuid));
  const vms = topology?.vms ?? [];
  return {
    system: topology?.system,
    nodes: new Before(topology?.nodes ?? [], present),
    vms: new Before(vms, present),
    processes: new Before(
      vms.flatMap((vm) => vm.processes),
      present,
    ),
  };
}
