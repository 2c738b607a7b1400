// SPDX-License-Identifier: Apache-2.0
// Cuts the byte stream of a connection into LDAP messages.
import { malformed, TAG } from './ber.js';

/** Larger messages are refused: nothing a directory holds is near it. */
const MAX_MESSAGE_BYTES = 64 * 1024 * 1024;

/** Bytes of the message at the start of `bytes` with its header, undefined while the header is incomplete. */
function messageLength(bytes: Buffer): number | undefined {
  if (bytes.length > 0 && bytes[0] !== TAG.sequence) throw malformed(`a byte 0x${bytes.toString('hex', 0, 1)} first`);
  const first = bytes[1];
  if (first === undefined) return undefined;
  if (first < 0x80) return 2 + first;
  const count = first & 0x7f;
  if (count === 0 || count > 4) throw malformed('a length that is not of RFC 4511');
  if (bytes.length < 2 + count) return undefined;
  const length = bytes.readUIntBE(2, count);
  if (length > MAX_MESSAGE_BYTES) throw malformed(`a message of ${length} bytes`);
  return 2 + count + length;
}

export class Frames {
  private chunks: Buffer[] = [];
  private size = 0;
  /** Bytes needed before looking again is worth while. */
  private wanted = 2;

  /** Adds bytes; gives the complete messages, without their outer header. */
  push(chunk: Buffer): Buffer[] {
    this.chunks.push(chunk);
    this.size += chunk.length;
    if (this.size < this.wanted) return [];
    let bytes = this.chunks.length === 1 ? chunk : Buffer.concat(this.chunks);
    const messages: Buffer[] = [];
    let length = messageLength(bytes);
    while (length !== undefined && bytes.length >= length) {
      messages.push(bytes.subarray(headerLength(bytes), length));
      bytes = bytes.subarray(length);
      length = messageLength(bytes);
    }
    this.chunks = bytes.length > 0 ? [bytes] : [];
    this.size = bytes.length;
    this.wanted = length ?? bytes.length + 1;
    return messages;
  }
}

function headerLength(bytes: Buffer): number {
  const first = bytes[1] ?? 0;
  return first < 0x80 ? 2 : 2 + (first & 0x7f);
}
