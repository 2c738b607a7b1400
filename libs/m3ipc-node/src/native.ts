// SPDX-License-Identifier: Apache-2.0
// The addon as it is, and where it lies. Every number below zero is -errno.
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { GrantInfo } from './copy.js';
import type { NativePrivileges } from './privileges.js';
import type {
  Binding,
  NativeDrvsInfo,
  NativeProcessInfo,
  NativeSlot,
  NativeVmInfo,
  NodeInfo,
  VersionInfo,
} from './types.js';

type Result<T> = T | number;

/** Kinds of calls that a thread carries out. */
export type Operation =
  | 'send'
  | 'receive'
  | 'sendrec'
  | 'rcvrqst'
  | 'reply'
  | 'relay'
  | 'replyrec'
  | 'notify'
  | 'bind'
  | 'wait'
  | 'getPrivileges'
  | 'setPrivileges'
  | 'wakeup'
  | 'copy'
  | 'grant'
  | 'revoke'
  | 'events'
  | 'readable';

export type NativeGrant = Omit<GrantInfo, 'access'> & { readonly access: number };

export interface NativeCallThread {
  /** Starts the thread; its tid. */
  open(callback: (id: number, result: number, value: unknown) => void): number;
  submit(id: number, operation: number, ...parameters: unknown[]): void;
  /** True: it had not begun and never will. False: its result comes. */
  cancel(id: number): boolean;
  /** Whether results to come keep the program alive. */
  hold(whether: boolean): void;
  close(): void;
}

export interface NativeDescriptor {
  openEvents(): number;
  openEndpoint(vmId: number, endpoint: number): number;
  close(): void;
}

export interface NativeAddon {
  readonly operations: Readonly<Record<Operation, number>>;
  CallThread: new () => NativeCallThread;
  Descriptor: new () => NativeDescriptor;
  addressOf(buffer: Uint8Array): bigint;
  version(): Result<VersionInfo>;
  drvs(): Result<NativeDrvsInfo>;
  vm(vmId: number): Result<NativeVmInfo>;
  vms(): Result<NativeVmInfo[]>;
  process(vmId: number, nr: number): Result<NativeProcessInfo>;
  processes(vmId: number, firstNr: number): Result<NativeProcessInfo[]>;
  slot(vmId: number, nr: number): Result<NativeSlot>;
  node(nodeId: number): Result<NodeInfo>;
  nodes(): Result<NodeInfo[]>;
  endpointOf(pid: number): Result<Binding>;
  privileges(vmId: number, endpoint: number): Result<NativePrivileges>;
  grants(vmId: number, endpoint: number): Result<NativeGrant[]>;
  drvsInit(params: object): number;
  drvsEnd(): number;
  vmInit(params: object): number;
  vmSet(params: object): number;
  vmEnd(vmId: number): number;
  slotSet(params: object): number;
  slotClear(vmId: number, nr: number): number;
  bindThread(vmId: number, nr: number, pid: number): Result<[endpoint: number]>;
  unbind(vmId: number, endpoint: number): number;
  setPrivileges(vmId: number, endpoint: number, privileges: object): number;
  wakeup(vmId: number, endpoint: number): number;
  hardwareNotify(vmId: number, endpoint: number): number;
  notifyServiceManager(socket: string, state: string): number;
}

/** The addon of the packaged agent lies beside its bundle; that of a working copy where its Makefile leaves it. */
const PLACES = ['./m3ipc_node.node', '../../../build/lib/m3ipc_node.node'];

/** The addon could not be loaded. */
export class AddonMissingError extends Error {
  override readonly name = 'AddonMissingError';
  readonly code = 'AddonMissing';
}

/**
 * Loads the addon from `DRVS_M3IPC_ADDON`, from beside the program, or from the build folder.
 * @throws AddonMissingError when it is in none of them or does not fit this Node
 */
export function loadAddon(explicit = process.env['DRVS_M3IPC_ADDON']): NativeAddon {
  const places = explicit ? [explicit] : PLACES.map((place) => fileURLToPath(new URL(place, import.meta.url)));
  const require = createRequire(import.meta.url);
  const failures: string[] = [];
  for (const place of places) {
    try {
      return require(place) as NativeAddon;
    } catch (error) {
      failures.push(`${place}: ${(error as Error).message.split('\n')[0]}`);
    }
  }
  throw new AddonMissingError(
    `the m3ipc addon cannot be loaded (${failures.join('; ')}); build it with: make -C libs/m3ipc-node`,
  );
}
