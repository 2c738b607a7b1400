// SPDX-License-Identifier: Apache-2.0
// What the kernel, systemd and the account database of this node say, read anew for every turn.
import type { CallName } from '@drvs/m3ipc-node';

/** Why /dev/m3ipc cannot be used, or that it can. */
export type ActualModule =
  { readonly ready: true; readonly version: string } | { readonly ready: false; readonly message: string };

export interface ActualDrvs {
  readonly nodeId: number;
  readonly source: 'boot' | 'command' | 'directory';
}

/** A thread bound in a VM on this node. */
export interface BoundProcess {
  readonly nr: number;
  readonly endpoint: number;
  /** In the initial pid namespace. */
  readonly pid: number;
  readonly name: string;
  /** What it does now: `running`, `sending`, `receiving`, ... */
  readonly activity: string;
  readonly messagesSent: number;
  readonly bytesCopied: number;
}

/** What a reserved slot demands of its occupant. */
export interface SlotReservation {
  /** Only this uid may bind; null: whoever the VM's mode lets. */
  readonly uid: number | null;
  /** Privilege level of the occupant; null: the VM's default. */
  readonly level: string | null;
  /** Calls it may make, in the kernel's order and its words; null: those of the level. */
  readonly calls: readonly CallName[] | null;
  /** Process numbers it may address, ascending; null: all. */
  readonly peers: readonly number[] | null;
}

export interface VmSettings {
  readonly vmId: number;
  readonly name: string;
  readonly spans: readonly number[];
  readonly procs: number;
  readonly tasks: number;
  readonly uid: number;
  readonly gid: number;
  readonly mode: number;
  readonly defaultLevel: string;
  readonly copyPolicy: string;
  readonly messageAbi: string;
}

export interface ActualVm {
  readonly settings: VmSettings;
  /** True when it carries our owner tag; a VM made by hand does not. */
  readonly managed: boolean;
  readonly bound: readonly BoundProcess[];
  readonly reserved: ReadonlyMap<number, SlotReservation>;
}

/** systemd's ActiveState, with a finished-but-remembered unit told apart from a running one. */
export const UNIT_STATES = ['starting', 'running', 'stopping', 'exited', 'failed'] as const;
export type UnitState = (typeof UNIT_STATES)[number];

export interface ActualUnit {
  readonly name: string;
  readonly vmId: number;
  readonly nr: number;
  readonly state: UnitState;
  /** Fingerprint of the spec it was started from, null if it carries none. */
  readonly fingerprint: string | null;
}

export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  /** Numbers of all its groups, the primary one included. */
  readonly groups: readonly number[];
}

/** Facts of the node that the desired document refers to; null: looked up and not there. */
export interface HostFacts {
  readonly accounts: ReadonlyMap<string, Account | null>;
  readonly groups: ReadonlyMap<string, number | null>;
  /** Programs and credential files with their symbolic links resolved. */
  readonly realPaths: ReadonlyMap<string, string | null>;
}

export interface Actual {
  readonly module: ActualModule;
  /** null while the DRVS is not initialised. */
  readonly drvs: ActualDrvs | null;
  /** nodeid of the kernel's boot line, null when it names none. */
  readonly bootNodeId: number | null;
  readonly vms: readonly ActualVm[];
  readonly units: readonly ActualUnit[];
  readonly host: HostFacts;
}
