// SPDX-License-Identifier: Apache-2.0
// The addon as it is, and where it lies. Every number below zero is -errno.
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type {
  NativeDrvsInfo,
  NativeEvent,
  NativeProcessInfo,
  NativeVmInfo,
  NodeInfo,
  SlotInfo,
  VersionInfo,
} from './types.js';

type Result<T> = T | number;

export interface NativeEvents {
  open(callback: (events: NativeEvent[]) => void): number;
  close(): void;
}

export interface NativeEndpointThread {
  submit(id: number, operation: number, a: number, b: number, message?: Buffer): void;
  interrupt(): void;
  close(): void;
}

export interface NativeAddon {
  openDevice(): number;
  version(): Result<VersionInfo>;
  drvs(): Result<NativeDrvsInfo>;
  vms(): Result<NativeVmInfo[]>;
  processes(vmId: number, firstNr: number): Result<NativeProcessInfo[]>;
  slot(vmId: number, nr: number): Result<SlotInfo>;
  nodes(): Result<NodeInfo[]>;
  drvsInit(params: object): number;
  drvsEnd(): number;
  vmInit(params: object): number;
  vmSet(params: object): number;
  vmEnd(vmId: number): number;
  slotSet(params: object): number;
  slotClear(vmId: number, nr: number): number;
  unbind(vmId: number, endpoint: number): number;
  notifyServiceManager(socket: string, state: string): number;
  Events: new () => NativeEvents;
  EndpointThread: new (
    callback: (id: number, result: number, endpoint: number, message: Buffer) => void,
  ) => NativeEndpointThread;
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
