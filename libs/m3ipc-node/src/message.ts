// SPDX-License-Identifier: Apache-2.0

/** Bytes of a message between 64-bit programs: source, type and 40 bytes of the programs' own. */
export const MESSAGE_BYTES = 48;
export const PAYLOAD_BYTES = 40;

/** A message. The kernel looks at nothing in it but writes the source. */
export interface Message {
  /** Endpoint of the sender, by the kernel; ignored when sending. */
  readonly source: number;
  /** -2147483648..2147483647, by agreement of the programs. */
  readonly type: number;
  /** At most 40 bytes; shorter ones are filled with zeros. */
  readonly payload: Buffer;
}

/** What a program sends: all of a message but its source. */
export type Outgoing = Pick<Message, 'type'> & Partial<Pick<Message, 'payload'>>;

/** Lays a message out for the kernel. Throws RangeError if the payload or the type does not fit. */
export function encodeMessage(message: Outgoing): Buffer {
  const payload = message.payload ?? Buffer.alloc(0);
  if (payload.length > PAYLOAD_BYTES) {
    throw new RangeError(`a payload has at most ${PAYLOAD_BYTES} bytes, this one ${payload.length}`);
  }
  const bytes = Buffer.alloc(MESSAGE_BYTES);
  bytes.writeInt32LE(message.type, 4);
  payload.copy(bytes, 8);
  return bytes;
}

export function decodeMessage(bytes: Buffer): Message {
  return { source: bytes.readInt32LE(0), type: bytes.readInt32LE(4), payload: bytes.subarray(8, MESSAGE_BYTES) };
}
