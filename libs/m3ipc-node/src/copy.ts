// SPDX-License-Identifier: Apache-2.0
// One side and the other of a vcopy, and memory granted to others.
import { timeoutOf, type WaitOptions } from './calls.js';
import { SELF } from './message.js';
import { loadAddon, type NativeAddon } from './native.js';

/** Memory of this program. */
export interface OwnMemory {
  readonly buffer: Uint8Array;
}

/** Memory of a process, as its message told. In a VM of policy `grants`, any grant of it will do. */
export interface TheirMemory {
  readonly endpoint: number;
  readonly address: bigint;
}

/** Memory that a process has granted, by the id that it told. */
export interface GrantedMemory {
  readonly endpoint: number;
  readonly grant: number;
  /** Bytes into what is granted; left out: 0. */
  readonly offset?: number;
}

export type CopySide = OwnMemory | TheirMemory | GrantedMemory;

/** From where to where. Without `bytes`, as many as the shortest buffer has. */
export interface Copy extends WaitOptions {
  readonly from: CopySide;
  readonly to: CopySide;
  /** 0..4 MiB, unless the DRVS has another limit. */
  readonly bytes?: number;
}

const NO_GRANT = -1;

/**
 * The address of a buffer's memory, for messages made by hand: list the buffer in `Outgoing.buffers`, or the memory may
 * be collected while another process copies. It holds until the buffer is collected or transferred.
 */
export function addressOf(buffer: Uint8Array): bigint {
  return loadAddon().addressOf(buffer);
}

function bytesOf({ from, to, bytes }: Copy): bigint {
  const rooms = [from, to].flatMap((side) => ('buffer' in side ? [side.buffer.length] : []));
  const room = Math.min(...rooms);
  if (bytes === undefined && rooms.length === 0) {
    throw new RangeError('bytes must be given where both sides are memory of others');
  }
  const wanted = bytes ?? room;
  if (!Number.isSafeInteger(wanted) || wanted < 0 || wanted > room) {
    throw new RangeError(`bytes is ${wanted}; it must be a whole number, 0..${room} (the shortest buffer)`);
  }
  return BigInt(wanted);
}

/** What the native call takes. @throws RangeError if the bytes do not fit the buffers */
export function copyParameters(copy: Copy, native: NativeAddon): unknown[] {
  const side = (one: CopySide) => {
    if ('buffer' in one) return [SELF, native.addressOf(one.buffer), NO_GRANT];
    if ('grant' in one) return [one.endpoint, BigInt(one.offset ?? 0), one.grant];
    return [one.endpoint, one.address, NO_GRANT];
  };
  return [...side(copy.from), ...side(copy.to), bytesOf(copy), timeoutOf(copy)];
}

export const GRANT_ACCESSES = ['read', 'write', 'readwrite'] as const;
/** What the holder of a grant may do. */
export type GrantAccess = (typeof GRANT_ACCESSES)[number];

/** Memory that another process, or ANY, may reach until it is revoked. */
export interface Grant {
  /** What to tell the other process. */
  readonly id: number;
  /** Takes it back: once it resolves no copy by it runs or will run. EBADVALUE: it has ended. */
  revoke(): Promise<void>;
}

/** A grant as the kernel has it. */
export interface GrantInfo {
  readonly id: number;
  /** Whose it is, an endpoint or ANY. */
  readonly to: number;
  readonly address: bigint;
  readonly bytes: number;
  readonly access: GrantAccess;
}

/** Bits M3IPC_GRANT_*. */
export const GRANT_ACCESS: Readonly<Record<GrantAccess, number>> = { read: 1, write: 2, readwrite: 3 };
