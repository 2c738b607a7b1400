// SPDX-License-Identifier: Apache-2.0
// Documents and states for tests of plans; everything that a test does not name is ordinary.
import type { NodeDocument, ProcessDocument, VmDocument } from '@drvs/contracts';
import type {
  Actual,
  ActualUnit,
  ActualVm,
  BoundProcess,
  HostFacts,
  SlotReservation,
  VmSettings,
} from '../actual/actual.js';
import type { Desired } from './plan.js';
import { unitName, unitSpec } from './unit-spec.js';

export const PROGRAM = '/usr/bin/m3ipc';
export const UID = 990;

export function processDocument(nr: number, more: Partial<ProcessDocument> = {}): ProcessDocument {
  return {
    name: `p${nr}`,
    nr,
    exec: [PROGRAM, 'serve'],
    environment: [],
    credentials: [],
    restart: 'on-failure',
    allowedCalls: [],
    allowedPeers: [],
    after: [],
    ...more,
  };
}

export function vmDocument(
  vmId: number,
  processes: ProcessDocument[] = [],
  more: Partial<VmDocument> = {},
): VmDocument {
  return {
    vmId,
    name: `vm${vmId}`,
    adminState: 'running',
    spans: [1, 2],
    procs: 221,
    tasks: 35,
    mode: 0o750,
    defaultLevel: 'server',
    copyPolicy: 'consent',
    messageAbi: 'native',
    processes,
    ...more,
  };
}

export function nodeDocument(vms: VmDocument[] = [], node: Partial<NodeDocument['node']> = {}): NodeDocument {
  return {
    systemId: '6f4f0f5e-9f0e-4c53-9d0b-2f6a3a3a7c10',
    node: { name: 'node1', nodeId: 1, adminState: 'active', ...node },
    limits: { maxCopyBytes: 4_194_304 },
    managers: { urls: [], cas: [] },
    peers: [],
    vms,
    losers: [],
  };
}

export function desired(
  document: NodeDocument,
  mode: Desired['mode'] = 'full',
  bounds: Partial<Desired['bounds']> = {},
): Desired {
  return {
    document,
    mode,
    bounds: {
      allowUsers: ['drvs'],
      allowRoot: false,
      allowPaths: ['/usr/bin'],
      allowCredentials: ['/etc/drvs/credentials'],
      ...bounds,
    },
  };
}

export const HOST: HostFacts = {
  accounts: new Map([
    ['drvs', { name: 'drvs', uid: UID, gid: UID, groups: [UID] }],
    ['root', { name: 'root', uid: 0, gid: 0, groups: [0] }],
    ['toor', { name: 'toor', uid: 0, gid: 12, groups: [12] }],
    ['wheel', { name: 'wheel', uid: 501, gid: 501, groups: [501, 0] }],
    ['shop', { name: 'shop', uid: 600, gid: 600, groups: [600] }],
  ]),
  groups: new Map([['shop', 600]]),
  realPaths: new Map([
    [PROGRAM, PROGRAM],
    ['/usr/bin/link', '/opt/evil'],
    ['/etc/shadow', '/etc/shadow'],
  ]),
};

/** What the kernel says of a VM that was made from `vmDocument(vmId)`. */
export function settings(vmId: number, more: Partial<VmSettings> = {}): VmSettings {
  return {
    vmId,
    name: `vm${vmId}`,
    spans: [1, 2],
    procs: 221,
    tasks: 35,
    uid: 0,
    gid: 0,
    mode: 0o750,
    defaultLevel: 'server',
    copyPolicy: 'consent',
    messageAbi: 'native',
    ...more,
  };
}

export function bound(nr: number, pid = 1000 + nr): BoundProcess {
  return { nr, endpoint: nr, pid, name: 'm3ipc', activity: 'receiving', messagesSent: 0, bytesCopied: 0 };
}

/** A slot that demands nothing. */
export const OPEN_SLOT: SlotReservation = { uid: null, level: null, calls: null, peers: null };

export interface VmParts {
  readonly bound?: number[];
  /** Numbers reserved for {@link UID}. */
  readonly reserved?: number[];
  /** Numbers reserved for anybody. */
  readonly open?: number[];
  readonly managed?: boolean;
  readonly settings?: Partial<VmSettings>;
}

export function actualVm(vmId: number, parts: VmParts = {}): ActualVm {
  return {
    settings: settings(vmId, parts.settings),
    managed: parts.managed ?? true,
    bound: (parts.bound ?? []).map((nr) => bound(nr)),
    reserved: new Map<number, SlotReservation>([
      ...(parts.reserved ?? []).map((nr) => [nr, { ...OPEN_SLOT, uid: UID }] as const),
      ...(parts.open ?? []).map((nr) => [nr, OPEN_SLOT] as const),
    ]),
  };
}

/** The unit that was started from `process` in `vm`. */
export function unitOf(vm: VmDocument, process: ProcessDocument, state: ActualUnit['state'] = 'running'): ActualUnit {
  const { fingerprint } = unitSpec(vm, process, process.exec ?? [], process.user ?? 'drvs');
  return { name: unitName(vm.vmId, process.nr), vmId: vm.vmId, nr: process.nr, state, fingerprint };
}

export function actual(parts: Partial<Actual> = {}): Actual {
  return {
    module: { ready: true, version: '0.1.0' },
    drvs: { nodeId: 1, source: 'directory' },
    bootNodeId: null,
    vms: [],
    units: [],
    host: HOST,
    ...parts,
  };
}
