// SPDX-License-Identifier: Apache-2.0
// LDAP messages (RFC 4511) that following a directory needs: bind, search, and what comes back.
import { BerFields, BerWriter, TAG, toBoolean } from './ber.js';
import type { Filter } from './types.js';

/** Application tags of protocol operations. */
export const OP = {
  bindRequest: 0x60,
  bindResponse: 0x61,
  unbindRequest: 0x42,
  searchRequest: 0x63,
  searchEntry: 0x64,
  searchDone: 0x65,
  searchReference: 0x73,
  extendedResponse: 0x78,
  intermediate: 0x79,
} as const;
const CONTROLS = 0xa0;
const REFERRALS = 0xa3;
const SIMPLE_PASSWORD = 0x80;
const SCOPE = { base: 0, one: 1, sub: 2 } as const;
const FILTER = { and: 0xa0, or: 0xa1, not: 0xa2, equal: 0xa3, present: 0x87 } as const;

export interface Control {
  readonly oid: string;
  readonly critical?: boolean;
  readonly value?: Buffer;
}

export interface LdapMessage {
  readonly id: number;
  readonly op: number;
  /** Content of the operation. */
  readonly body: Buffer;
  readonly controls: readonly Control[];
}

export interface LdapResult {
  readonly code: number;
  readonly message: string;
  /** Where else to ask, as URLs. */
  readonly referrals: readonly string[];
}

export interface SearchRequest {
  readonly base: string;
  readonly scope: keyof typeof SCOPE;
  readonly filter: Filter;
  readonly attributes: readonly string[];
}

/** @param bytes one message without its outer header */
export function decodeMessage(bytes: Buffer): LdapMessage {
  const fields = new BerFields(bytes);
  const id = fields.integer();
  const { tag, value } = fields.next();
  const controls = fields.optional(CONTROLS);
  return { id, op: tag, body: value, controls: controls ? decodeControls(controls) : [] };
}

function decodeControls(bytes: Buffer): Control[] {
  const list = new BerFields(bytes);
  const controls: Control[] = [];
  while (list.more) {
    const fields = list.nested(TAG.sequence);
    const oid = fields.text();
    const critical = fields.optional(TAG.boolean);
    const value = fields.optional(TAG.octets);
    controls.push({ oid, critical: critical !== undefined && toBoolean(critical), ...(value && { value }) });
  }
  return controls;
}

/** Result code and diagnostic message of a bind response, a search done or an extended response. */
export function decodeResult(body: Buffer): LdapResult {
  const fields = new BerFields(body);
  const code = fields.integer(TAG.enumerated);
  fields.text();
  const message = fields.text();
  const referrals = fields.optional(REFERRALS);
  return { code, message, referrals: referrals ? decodeReference(referrals) : [] };
}

/** URLs of a referral. */
export function decodeReference(body: Buffer): string[] {
  const fields = new BerFields(body);
  const urls: string[] = [];
  while (fields.more) urls.push(fields.text());
  return urls;
}

export interface RawAttribute {
  readonly name: string;
  readonly values: readonly Buffer[];
}

export function decodeSearchEntry(body: Buffer): { dn: string; attributes: RawAttribute[] } {
  const fields = new BerFields(body);
  const dn = fields.text();
  const list = fields.nested(TAG.sequence);
  const attributes: RawAttribute[] = [];
  while (list.more) {
    const attribute = list.nested(TAG.sequence);
    const name = attribute.text();
    const set = attribute.nested(TAG.set);
    const values: Buffer[] = [];
    while (set.more) values.push(set.expect(TAG.octets));
    attributes.push({ name, values });
  }
  return { dn, attributes };
}

/** Name and value of an intermediate response. */
export function decodeIntermediate(body: Buffer): { name: string; value: Buffer } {
  const fields = new BerFields(body);
  const name = fields.optional(0x80)?.toString('latin1') ?? '';
  return { name, value: fields.optional(0x81) ?? Buffer.alloc(0) };
}

function encodeMessage(id: number, write: (writer: BerWriter) => void, controls: readonly Control[] = []): Buffer {
  const writer = new BerWriter();
  writer.startSequence();
  writer.writeInt(id);
  write(writer);
  if (controls.length > 0) {
    writer.startSequence(CONTROLS);
    for (const control of controls) writeControl(writer, control);
    writer.endSequence();
  }
  writer.endSequence();
  return writer.buffer;
}

function writeControl(writer: BerWriter, { oid, critical, value }: Control): void {
  writer.startSequence();
  writer.writeString(oid);
  if (critical) writer.writeBoolean(true);
  if (value) writer.writeBuffer(value, TAG.octets);
  writer.endSequence();
}

export function encodeBind(id: number, dn: string, password: string): Buffer {
  return encodeMessage(id, (writer) => {
    writer.startSequence(OP.bindRequest);
    writer.writeInt(3);
    writer.writeString(dn);
    writer.writeString(password, SIMPLE_PASSWORD);
    writer.endSequence();
  });
}

export function encodeUnbind(id: number): Buffer {
  return encodeMessage(id, (writer) => writer.writeBuffer(Buffer.alloc(0), OP.unbindRequest));
}

export function encodeSearch(id: number, request: SearchRequest, controls: readonly Control[] = []): Buffer {
  const write = (writer: BerWriter): void => {
    writer.startSequence(OP.searchRequest);
    writer.writeString(request.base);
    writer.writeEnumeration(SCOPE[request.scope]);
    writer.writeEnumeration(0); // never dereference aliases
    writer.writeInt(0); // no size limit asked
    writer.writeInt(0); // no time limit asked
    writer.writeBoolean(false);
    writeFilter(writer, request.filter);
    writer.startSequence();
    for (const attribute of request.attributes) writer.writeString(attribute);
    writer.endSequence();
    writer.endSequence();
  };
  return encodeMessage(id, write, controls);
}

function writeFilter(writer: BerWriter, filter: Filter): void {
  const list = (tag: number, filters: readonly Filter[]): void => {
    writer.startSequence(tag);
    for (const item of filters) writeFilter(writer, item);
    writer.endSequence();
  };
  if ('and' in filter) list(FILTER.and, filter.and);
  else if ('or' in filter) list(FILTER.or, filter.or);
  else if ('not' in filter) list(FILTER.not, [filter.not]);
  else if ('present' in filter) writer.writeString(filter.present, FILTER.present);
  else {
    writer.startSequence(FILTER.equal);
    for (const word of filter.equal) writer.writeString(word);
    writer.endSequence();
  }
}
