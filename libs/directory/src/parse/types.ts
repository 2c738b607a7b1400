// SPDX-License-Identifier: Apache-2.0
import type { Problem, Topology } from '@drvs/contracts';

export interface ParseOptions {
  /** DN of the system entry (`ou=drvs,<suffix>`): nodes are below its `ou=nodes`, VMs below its `ou=vms`. */
  readonly baseDn: string;
  /**
   * Entries that lost an id conflict by the word of whoever knows precedence (the manager's document). They lose here too.
   * Empty for the manager, who decides itself from `previous`.
   */
  readonly losers?: readonly LoserName[];
}

/** Names an entry that lost the conflict about one attribute's value. */
export interface LoserName {
  /** Normalised DN. */
  readonly dn: string;
  /** `drvsNodeId`, `drvsVmId` or `drvsProcNr`. */
  readonly attribute: string;
}

/** A lost conflict, with what it takes to tell which nodes' documents must name it. */
export interface Loser extends LoserName {
  /** The disputed number. */
  readonly id: number;
  /** vmid of the VM in which a process number is disputed. */
  readonly vmId?: number;
  /** Normalised DNs of nodes that can read the losing entry: spans of a VM, the node of a process, the node itself. */
  readonly nodes: readonly string[];
}

export interface Parsed {
  /** What is in force by the directory's word: valid objects and last valid versions. */
  readonly topology: Topology;
  /** What cannot be used as it stands, sorted by DN, attribute and code. */
  readonly problems: readonly Problem[];
  readonly losers: readonly Loser[];
}
