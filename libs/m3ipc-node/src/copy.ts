// SPDX-License-Identifier: Apache-2.0
// One side and the other of a vcopy, and memory granted to others.
import { timeoutOf, type WaitOptions } from './calls.js';
import { SELF } from './message.js';
import { loadAddon, type NativeAddon } from './native.js';

/** Memory of this program. */
export interface OwnMemory {
  readonly buffer: Uint8Array;
}

/** Memory of a process, as its message or its grant told. */
export interface TheirMemory {
  readonly endpoint: number;
  readonly address: bigint;
  /** The id of the grant that covers it, in a VM of policy `grants`. */
  readonly grant?: number;
}

/** From where to where. Without `bytes`, as many as the shortest buffer has. */
export interface Copy extends WaitOptions {
  readonly from: OwnMemory | TheirMemory;
  readonly to: OwnMemory | TheirMemory;
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
  const side = (one: OwnMemory | TheirMemory) =>
    'buffer' in one
      ? [SELF, native.addressOf(one.buffer), NO_GRANT]
      : [one.endpoint, one.address, one.grant ?? NO_GRANT];
  return [...side(copy.from), ...side(copy.to), bytesOf(copy), timeoutOf(copy)];
}

/** What the holder of a grant may do. */
export type GrantAccess = 'read' | 'write' | 'readwrite';

/** Bits M3IPC_GRANT_*. */
export const GRANT_ACCESS: Readonly<Record<GrantAccess, number>> = { read: 1, write: 2, readwrite: 3 };

/** Memory that another process, or ANY, may reach until it is revoked. */
export interface Grant {
  /** What to tell the other process, with the address. */
  readonly id: number;
  readonly address: bigint;
  /** Takes it back. */
  revoke(): Promise<void>;
}
