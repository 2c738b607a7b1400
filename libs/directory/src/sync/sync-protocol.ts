// SPDX-License-Identifier: Apache-2.0
// Controls and intermediate responses of RFC 4533.
import { BerFields, BerWriter, malformed, TAG, toBoolean } from './ber.js';
import type { Control } from './messages.js';

const ARC = '1.3.6.1.4.1.4203.1.9.1';
export const SYNC_OID = { request: `${ARC}.1`, state: `${ARC}.2`, done: `${ARC}.3`, info: `${ARC}.4` } as const;
const MODES = { refreshOnly: 1, refreshAndPersist: 3 } as const;

export const ENTRY_STATES = ['present', 'add', 'modify', 'delete'] as const;
export type EntryState = (typeof ENTRY_STATES)[number];

export interface SyncState {
  readonly state: EntryState;
  readonly uuid: string;
  readonly cookie?: Buffer;
}

export type SyncInfo =
  | { readonly kind: 'newCookie'; readonly cookie: Buffer }
  | { readonly kind: 'refreshDelete' | 'refreshPresent'; readonly cookie?: Buffer; readonly refreshDone: boolean }
  | { readonly kind: 'idSet'; readonly cookie?: Buffer; readonly deleted: boolean; readonly uuids: readonly string[] };

/** Referral objects come as entries, not as places to go on searching at (RFC 3296). */
export const MANAGE_DSA_IT: Control = { oid: '2.16.840.1.113730.3.4.2' };

export interface SyncDone {
  readonly cookie?: Buffer;
  readonly refreshDeletes: boolean;
}

export function syncRequest(mode: keyof typeof MODES, cookie: Buffer | undefined): Control {
  const writer = new BerWriter();
  writer.startSequence();
  writer.writeEnumeration(MODES[mode]);
  if (cookie) writer.writeBuffer(cookie, TAG.octets);
  writer.endSequence();
  return { oid: SYNC_OID.request, critical: true, value: writer.buffer };
}

/** 16 bytes as a UUID in its usual spelling. */
function toUuid(bytes: Buffer): string {
  if (bytes.length !== 16) throw malformed(`an entryUUID of ${bytes.length} bytes`);
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** The sync state of an entry, undefined when the message carries none. */
export function syncStateOf(controls: readonly Control[]): SyncState | undefined {
  const value = controls.find(({ oid }) => oid === SYNC_OID.state)?.value;
  if (value === undefined) return undefined;
  const fields = new BerFields(value).nested(TAG.sequence);
  const state = ENTRY_STATES[fields.integer(TAG.enumerated)];
  if (state === undefined) throw malformed('an unknown state of an entry');
  const uuid = toUuid(fields.expect(TAG.octets));
  const cookie = fields.optional(TAG.octets);
  return { state, uuid, ...(cookie && { cookie }) };
}

/** What the end of a search says of the refresh, undefined when the message carries nothing. */
export function syncDoneOf(controls: readonly Control[]): SyncDone | undefined {
  const value = controls.find(({ oid }) => oid === SYNC_OID.done)?.value;
  if (value === undefined) return undefined;
  const fields = new BerFields(value).nested(TAG.sequence);
  const cookie = fields.optional(TAG.octets);
  const deletes = fields.optional(TAG.boolean);
  return { ...(cookie && { cookie }), refreshDeletes: deletes !== undefined && toBoolean(deletes) };
}

/** Undefined for a choice that this version of us does not know: RFC 4533 lets it be ignored. */
export function decodeSyncInfo(value: Buffer): SyncInfo | undefined {
  const { tag, value: body } = new BerFields(value).next();
  if (tag === 0x80) return { kind: 'newCookie', cookie: body };
  const fields = new BerFields(body);
  const cookie = { ...(fields.tag === TAG.octets && { cookie: fields.expect(TAG.octets) }) };
  if (tag === 0xa1 || tag === 0xa2) {
    const done = fields.optional(TAG.boolean);
    const kind = tag === 0xa1 ? 'refreshDelete' : 'refreshPresent';
    return { kind, ...cookie, refreshDone: done === undefined || toBoolean(done) };
  }
  if (tag !== 0xa3) return undefined;
  const deletes = fields.optional(TAG.boolean);
  const set = fields.nested(TAG.set);
  const uuids: string[] = [];
  while (set.more) uuids.push(toUuid(set.expect(TAG.octets)));
  return { kind: 'idSet', ...cookie, deleted: deletes !== undefined && toBoolean(deletes), uuids };
}
