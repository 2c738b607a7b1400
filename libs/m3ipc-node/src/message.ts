// SPDX-License-Identifier: Apache-2.0

/** Bytes of a message between 64-bit programs: source, type and 40 bytes of the programs' own. */
export const MESSAGE_BYTES = 48;
export const PAYLOAD_BYTES = 40;

/** Receive from anybody. */
export const ANY = 0x7ace;
/** Nobody. */
export const NONE = 0x6ace;
/** The caller's own endpoint. */
export const SELF = 0x8ace;
/** Source of a notification of the kernel, or of oneself. */
export const HARDWARE = -1;

const NOTIFY_BASE = 0x1000;
/** NR_TASKS of the M3-IPC headers, whatever the VM's own. */
const NOTIFY_TASKS = 35;
const NOTIFY_LAST = NOTIFY_BASE + NOTIFY_TASKS + 16_000;
const NOTIFY_FIRST = NOTIFY_BASE + NOTIFY_TASKS - 250;

/** A message. The kernel looks at nothing in it but writes the source. */
export interface Message {
  /** Endpoint of the sender, by the kernel; ignored when sending, but for relay. */
  readonly source: number;
  /** -2147483648..2147483647, by agreement of the programs. */
  readonly type: number;
  /** At most 40 bytes; shorter ones are filled with zeros. */
  readonly payload: Buffer;
}

/** What a program sends: all of a message but its source. */
export interface Outgoing {
  readonly type: number;
  readonly payload?: Uint8Array;
  /** Buffers whose addresses the payload holds: they are kept until the call is over. */
  readonly buffers?: readonly Uint8Array[];
}

/** The type of a notification from process number `nr`. */
export function notificationType(nr: number): number {
  return NOTIFY_BASE + nr + NOTIFY_TASKS;
}

/**
 * Whether a received message is a notification: its type is that of its source. The source is the kernel's word, the type
 * is not: a process can make its own messages look like its own notifications, never like another's.
 */
export function isNotification({ source, type }: Pick<Message, 'source' | 'type'>): boolean {
  const nr = source < 0 ? source : source & 0xffff;
  return type >= NOTIFY_FIRST && type <= NOTIFY_LAST && type === notificationType(nr);
}

/**
 * Lays a message out for the kernel.
 * @throws RangeError if the payload or the type does not fit
 */
export function encodeMessage({ type, payload }: Outgoing, source = 0): Buffer {
  if (payload && payload.length > PAYLOAD_BYTES) {
    throw new RangeError(`a payload has at most ${PAYLOAD_BYTES} bytes, this one ${payload.length}`);
  }
  if (!Number.isInteger(type) || type < -(2 ** 31) || type >= 2 ** 31) {
    throw new RangeError(`a message's type is a whole number, -2147483648..2147483647, not ${type}`);
  }
  const bytes = Buffer.alloc(MESSAGE_BYTES);
  bytes.writeInt32LE(source, 0);
  bytes.writeInt32LE(type, 4);
  if (payload) bytes.set(payload, 8);
  return bytes;
}

export function decodeMessage(bytes: Buffer): Message {
  return { source: bytes.readInt32LE(0), type: bytes.readInt32LE(4), payload: bytes.subarray(8, MESSAGE_BYTES) };
}
