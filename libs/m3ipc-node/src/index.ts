// SPDX-License-Identifier: Apache-2.0
// M3-IPC for TypeScript: management and information calls, events, and endpoints for programs.
export { FOREVER, type WaitOptions } from './calls.js';
export {
  addressOf,
  type Copy,
  type CopySide,
  type Grant,
  type GrantAccess,
  type GrantInfo,
  type GrantedMemory,
  type OwnMemory,
  type TheirMemory,
} from './copy.js';
export { Endpoint } from './endpoint.js';
export { M3Error, isM3Error, type M3ErrorCode } from './error.js';
export { type EventStream } from './events.js';
export { Kernel, openKernel, type EventWatch } from './kernel.js';
export {
  PAYLOAD_BYTES_OF,
  m1,
  m2,
  m3,
  m4,
  m5,
  m6,
  m7,
  m8,
  m9,
  mA,
  mB,
  mC,
  type Given,
  type Layout,
  type MessageAbi,
  type Timespec,
  type Values,
} from './layouts.js';
export {
  ANY,
  HARDWARE,
  MESSAGE_BYTES,
  NONE,
  PAYLOAD_BYTES,
  SELF,
  isNotification,
  notificationType,
  type Message,
  type Outgoing,
} from './message.js';
export { AddonMissingError } from './native.js';
export { CALLS, peerMap, peerNumbers, type CallName, type Level, type Peers, type Privileges } from './privileges.js';
export { type Request } from './request.js';
export { openServiceManager, type ServiceManager } from './service-manager.js';
export type {
  Abi,
  Activity,
  Binding,
  DrvsInfo,
  DrvsParams,
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
