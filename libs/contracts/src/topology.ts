// SPDX-License-Identifier: Apache-2.0
// The desired topology: what the directory says, parsed and validated (libs/directory makes it, the manager stores it).
import type { CopyPolicy, MessageAbi, NodeAdminState, PrivilegeLevel, RestartPolicy, VmAdminState } from './names.js';

/** What every desired object knows of the entry it comes from. */
export interface Origin {
  /** entryUUID of the LDAP entry, lower case; the identity that survives a rename. */
  readonly uuid: string;
  /** Normalised DN at the time of reading. */
  readonly dn: string;
  /** entryCSN of the entry, where the server gives one. */
  readonly csn?: string;
  /** True when the entry has become invalid and this is its last valid version. */
  readonly invalid: boolean;
}

export interface DesiredSystem extends Origin {
  /** drvsSystemId: the DRVS's UUID. */
  readonly systemId: string;
  readonly maxNodes: number;
  readonly maxVms: number;
  readonly maxProcs: number;
  readonly maxTasks: number;
  /** Largest vcopy, in bytes. */
  readonly maxCopyBytes: number;
  readonly managerUrls: readonly string[];
  /** PEM certificates of the manager's authorities (several during rollover). */
  readonly managerCas: readonly string[];
  readonly guard: GuardLimits;
  readonly description?: string;
}

/** Limits of the guard (design: directory, "The guard"). */
export interface GuardLimits {
  /** Length of the sliding window, in seconds. */
  readonly windowSeconds: number;
  /** Effects are held beyond this many AND beyond {@link maxPercent} of the baseline. */
  readonly maxCount: number;
  readonly maxPercent: number;
}

export const DEFAULT_GUARD: GuardLimits = { windowSeconds: 60, maxCount: 10, maxPercent: 10 };

export interface DesiredNode extends Origin {
  readonly name: string;
  readonly nodeId: number;
  readonly machineId?: string;
  readonly addresses: readonly string[];
  readonly bearers: readonly string[];
  readonly adminState: NodeAdminState;
  readonly adminReason?: string;
  readonly labels: Readonly<Record<string, string>>;
}

export interface DesiredVm extends Origin {
  readonly name: string;
  readonly vmId: number;
  /** DNs of the nodes this VM spans, normalised and sorted. */
  readonly spans: readonly string[];
  readonly procs: number;
  readonly tasks: number;
  readonly owner?: string;
  readonly group?: string;
  /** Permission bits, as chmod's: see / bind / manage for owner, group, others. */
  readonly mode: number;
  readonly defaultLevel: PrivilegeLevel;
  readonly copyPolicy: CopyPolicy;
  readonly messageAbi: MessageAbi;
  readonly adminState: VmAdminState;
  readonly adminReason?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly description?: string;
  readonly processes: readonly DesiredProcess[];
}

export interface DesiredProcess extends Origin {
  readonly name: string;
  readonly nr: number;
  /** DN of the node it belongs on, normalised. */
  readonly onNode: string;
  /** Absolute path and arguments of a launched process; absent for an admitted one. */
  readonly exec?: readonly string[];
  readonly user?: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Names of systemd credentials and the paths they load from, `name:path`. */
  readonly credentials: readonly string[];
  readonly workingDirectory?: string;
  readonly restart: RestartPolicy;
  readonly level?: PrivilegeLevel;
  readonly allowedCalls: readonly string[];
  readonly allowedPeers: readonly string[];
  readonly admitUser?: string;
  /** Names of processes of the same VM that start before this one. */
  readonly after: readonly string[];
  readonly description?: string;
}

/** The whole desired topology of one system. Nodes are sorted by nodeId, VMs by vmId, processes by nr. */
export interface Topology {
  readonly system?: DesiredSystem;
  readonly nodes: readonly DesiredNode[];
  readonly vms: readonly DesiredVm[];
}
