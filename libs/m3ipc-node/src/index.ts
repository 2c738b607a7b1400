// SPDX-License-Identifier: Apache-2.0
// M3-IPC for TypeScript: management and information calls, events, and endpoints for programs.
export { ANY, Endpoint, FOREVER } from './endpoint.js';
export { M3Error } from './error.js';
export { Kernel, openKernel, type EventWatch } from './kernel.js';
export { MESSAGE_BYTES, PAYLOAD_BYTES, type Message, type Outgoing } from './message.js';
export { AddonMissingError } from './native.js';
export { openServiceManager, type ServiceManager } from './service-manager.js';
export type {
  Abi,
  Activity,
  DrvsInfo,
  DrvsParams,
  Level,
  M3Event,
  NodeIdSource,
  NodeInfo,
  Policy,
  ProcessInfo,
  SlotReservation,
  VersionInfo,
  VmInfo,
  VmParams,
} from './types.js';
