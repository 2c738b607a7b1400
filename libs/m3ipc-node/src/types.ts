// SPDX-License-Identifier: Apache-2.0
// What the kernel module says and is told, in words instead of numbers.

import type { Level, NativePrivileges, Privileges } from './privileges.js';

export const POLICIES = ['consent', 'grants'] as const;
export type Policy = (typeof POLICIES)[number];
export const ABIS = ['caller', 'compat', 'native'] as const;
/** Size of a VM's messages: `native` 48 bytes, `compat` 36; `caller` only when a VM is made: that of this program. */
export type Abi = (typeof ABIS)[number];
export const NODEID_SOURCES = ['none', 'boot', 'program', 'tool', 'agent'] as const;
export type NodeIdSource = (typeof NODEID_SOURCES)[number];

export interface VersionInfo {
  readonly abi: number;
  /** Bits M3IPC_FEATURE_*. */
  readonly features: number;
  readonly release: string;
}

export interface DrvsInfo {
  readonly running: boolean;
  /** -1 while not running. */
  readonly nodeId: number;
  readonly source: NodeIdSource;
  /** nodeid of the boot line, -1 when it names none. */
  readonly bootNodeId: number;
  readonly name: string;
  /** UUID of the DRVS, undefined when it was started without one. */
  readonly uuid: string | undefined;
  readonly vms: number;
  readonly bound: number;
  /** Limits in effect: nodeids, VMs on this node, VMs per ordinary user, bytes per vcopy. */
  readonly maxNodes: number;
  readonly maxVms: number;
  readonly userVms: number;
  readonly maxCopy: number;
  /** Sizes of a VM that does not say. */
  readonly procs: number;
  readonly tasks: number;
  readonly sysProcs: number;
  /** When it was started, milliseconds since the epoch; 0 while not running. */
  readonly sinceMs: number;
}

export interface VmInfo {
  readonly vmId: number;
  readonly name: string;
  readonly procs: number;
  readonly tasks: number;
  readonly sysProcs: number;
  readonly uid: number;
  readonly gid: number;
  readonly mode: number;
  readonly level: Level;
  readonly abi: Abi;
  readonly policy: Policy;
  /** Endpoint told of each death, NONE = nobody, and the type of that message. */
  readonly warnTo: number;
  readonly warnType: number;
  /** 16 bytes: the mark of who owns the VM. */
  readonly tag: Buffer;
  /** nodeids spanned, ascending. */
  readonly nodes: readonly number[];
  readonly bound: number;
  /** Reserved slots. */
  readonly reserved: number;
  /** Made when, milliseconds since the epoch. */
  readonly sinceMs: number;
  /** Differs for every vmInit of this boot. */
  readonly incarnation: number;
  /** Delivered on this node. */
  readonly messages: number;
  /** Sent by its processes, past ones too, to others on this node, and on other nodes. */
  readonly sent: number;
  readonly sentRemote: number;
  /** Bytes moved by vcopy on this node, and from or to others. */
  readonly copied: number;
  readonly copiedRemote: number;
}

/** A slot that is bound, reserved or both. */
export interface ProcessInfo {
  readonly nr: number;
  readonly endpoint: number;
  readonly bound: boolean;
  readonly reserved: boolean;
  /** `running` or what it is blocked in. */
  readonly activity: Activity;
  /** tid in our pid namespace, 0 when not there. */
  readonly pid: number;
  readonly tgid: number;
  readonly nodeId: number;
  /** Bound: uid of the thread. Free: uid reserved for, 4294967295 = nobody's. */
  readonly uid: number;
  /** Endpoint it receives from, ANY or NONE. */
  readonly getFrom: number;
  /** Endpoint it sends to, or NONE. */
  readonly sendTo: number;
  /** For how long it has been blocked, 0 = it is not. */
  readonly blockedMs: number;
  /** Bound since, milliseconds since the epoch. */
  readonly sinceMs: number;
  /** Its last sendrec was given up after it was taken: the answer will be refused. */
  readonly abandoned: boolean;
  /** A wakeup is kept for its next receive from anybody. */
  readonly wokenUp: boolean;
  readonly level: Level;
  readonly sent: number;
  readonly received: number;
  readonly copied: number;
  readonly name: string;
}

export const ACTIVITIES = ['running', 'sending', 'receiving', 'sendrec', 'copying', 'waiting'] as const;
export type Activity = (typeof ACTIVITIES)[number];

/** What a reserved slot demands, and what its occupant may do. */
export interface SlotReservation extends Privileges {
  readonly vmId: number;
  readonly nr: number;
  readonly nodeId?: number;
  readonly uid?: number;
}

/** Who somebody is: a VM and an endpoint in it. */
export interface Binding {
  readonly vmId: number;
  readonly endpoint: number;
}

export interface NodeInfo {
  readonly nodeId: number;
  readonly name: string;
  readonly local: boolean;
  readonly linked: boolean;
  readonly vms: number;
  /** Messages sent to it and received from it. */
  readonly sent: number;
  readonly received: number;
}

/** Settings of a VM; what is left out keeps its default (vmInit) or its value (vmSet). */
export interface VmParams {
  readonly vmId: number;
  readonly name?: string;
  readonly procs?: number;
  readonly tasks?: number;
  readonly sysProcs?: number;
  /** uid and gid only together. */
  readonly uid?: number;
  readonly gid?: number;
  readonly mode?: number;
  readonly level?: Level;
  readonly abi?: Abi;
  readonly policy?: Policy;
  /** Endpoint to tell of each death; the message has type `warnType`, m1.i1 = exit status or 128 + signal, m1.i2 = -1. */
  readonly warnTo?: number;
  readonly warnType?: number;
  readonly tag?: Buffer;
  readonly nodes?: readonly number[];
}

export interface DrvsParams {
  /** 0..1023; left out: that of the boot line. */
  readonly nodeId?: number;
  readonly source?: Exclude<NodeIdSource, 'none' | 'boot'>;
  /** UUID of the DRVS. */
  readonly uuid?: string;
  /** Name of this node. */
  readonly name?: string;
  /** Nodeids 0..maxNodes-1 exist; default 1024. */
  readonly maxNodes?: number;
  /** VMs at once on this node; default 4096. */
  readonly maxVms?: number;
  /** VMs per ordinary user; default 16. */
  readonly userVms?: number;
  /** Bytes per vcopy, at most; default 4 MiB. */
  readonly maxCopy?: number;
  /** Sizes of VMs that do not say. */
  readonly procs?: number;
  readonly tasks?: number;
  readonly sysProcs?: number;
}

export const EVENT_TYPES = [
  'lost',
  'drvs-up',
  'drvs-down',
  'vm-up',
  'vm-set',
  'vm-down',
  'bind',
  'unbind',
  'slot-set',
  'slot-clear',
  'link-up',
  'link-down',
] as const;
export const UNBIND_CAUSES = ['none', 'call', 'manager', 'exit', 'signal', 'exec', 'vm-end'] as const;

/** Something that happened in the kernel. A hint to look again, never the truth itself: records can be lost. */
export interface M3Event {
  readonly type: (typeof EVENT_TYPES)[number] | 'unknown';
  readonly cause: (typeof UNBIND_CAUSES)[number];
  /** -1 = none. */
  readonly vmId: number;
  readonly endpoint: number;
  readonly nr: number;
  readonly pid: number;
  readonly tgid: number;
  readonly nodeId: number;
  /** Exit status or signal number of an unbind. */
  readonly code: number;
  /** Records lost just before this one. */
  readonly lost: number;
  /** Milliseconds since the epoch. */
  readonly timeMs: number;
  /** Number of the event on this node, the same for every reader. */
  readonly sequence: number;
}

type Numbers<T, Keys extends keyof T> = Omit<T, Keys> & { readonly [Key in Keys]: number };

export type NativeDrvsInfo = Omit<Numbers<DrvsInfo, 'source'>, 'uuid'> & { readonly uuid: Buffer };
export type NativeVmInfo = Numbers<VmInfo, 'level' | 'abi' | 'policy'>;
export type NativeProcessInfo = Omit<Numbers<ProcessInfo, 'level'>, 'activity' | 'abandoned' | 'wokenUp'> & {
  readonly rtsFlags: number;
  readonly miscFlags: number;
};
export type NativeSlot = NativePrivileges & {
  readonly reserved: boolean;
  readonly nodeId?: number;
  readonly uid?: number;
};
export type NativeEvent = Numbers<M3Event, 'type' | 'cause'>;
