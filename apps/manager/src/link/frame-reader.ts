// SPDX-License-Identifier: Apache-2.0
// Bytes from an agent to a frame of the link, or to why there is none. The peer may be hostile: depth is judged before
// the text is parsed, and nothing passes that the schema does not describe.
import { MAX_FRAME_DEPTH, agentFrameSchema } from '@drvs/contracts';
import type { AgentFrame } from '@drvs/contracts';
import type { RawData } from 'ws';

export interface ReadFrame {
  readonly frame: AgentFrame;
  readonly bytes: number;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPENING = new Set([0x5b, 0x7b]);
const CLOSING = new Set([0x5d, 0x7d]);

/** The frame, or what is wrong with it. */
export function readFrame(data: RawData, isBinary: boolean): ReadFrame | string {
  if (isBinary) return 'a binary frame';
  const bytes = Buffer.isBuffer(data) ? data : Buffer.concat([data].flat() as Buffer[]);
  if (isDeeper(bytes, MAX_FRAME_DEPTH)) return `nested deeper than ${MAX_FRAME_DEPTH} levels`;
  let json: unknown;
  try {
    json = JSON.parse(bytes.toString('utf8'));
  } catch {
    return 'not JSON';
  }
  const parsed = agentFrameSchema.safeParse(json);
  if (parsed.success) return { frame: parsed.data, bytes: bytes.length };
  const issue = parsed.error.issues[0];
  return issue === undefined ? 'unknown' : `${issue.path.join('.') || 'frame'}: ${issue.message}`;
}

/** Whether arrays and objects of a JSON text are nested more than `limit` deep. Brackets within strings are text. */
export function isDeeper(json: Uint8Array, limit: number): boolean {
  let depth = 0;
  let inString = false;
  for (let at = 0; at < json.length; at++) {
    const byte = json[at] ?? 0;
    if (inString) {
      if (byte === BACKSLASH) at++;
      else if (byte === QUOTE) inString = false;
    } else if (byte === QUOTE) inString = true;
    else if (CLOSING.has(byte)) depth--;
    else if (OPENING.has(byte) && ++depth > limit) return true;
  }
  return false;
}
