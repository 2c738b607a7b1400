// SPDX-License-Identifier: Apache-2.0
// BER (X.690) as LDAP uses it: fields one after the other, never trusting a length.
import asn1 from '@ldapjs/asn1';
import { DirectoryError } from '../client/errors.js';

export const { BerWriter } = asn1;
export type BerWriter = asn1.BerWriter;

/** Universal tags that LDAP messages use. */
export const TAG = { boolean: 0x01, integer: 0x02, octets: 0x04, enumerated: 0x0a, sequence: 0x30, set: 0x31 } as const;

export interface BerField {
  readonly tag: number;
  readonly value: Buffer;
}

export function malformed(what: string): DirectoryError {
  return new DirectoryError(
    'ProtocolError',
    `The server sent ${what}, which is no LDAP message of RFC 4511.`,
    'Check that the URL leads to an LDAP server, and ldaps:// or ldap:// as that port speaks it.',
  );
}

/** Reads the fields of a constructed value in order. Every method throws a `ProtocolError` when the bytes do not fit. */
export class BerFields {
  private readonly reader: asn1.BerReader;
  constructor(bytes: Buffer) {
    this.reader = new asn1.BerReader(bytes);
  }

  get more(): boolean {
    return this.reader.remain > 0;
  }

  /** Tag of the next field, undefined at the end. */
  get tag(): number | undefined {
    return this.reader.peek() ?? undefined;
  }

  next(): BerField {
    const tag = this.reader.peek();
    if (tag === null) throw malformed('a message that ends too early');
    let value: Buffer | null;
    try {
      value = this.reader.readString(tag, true);
    } catch (error) {
      throw Object.assign(malformed('a field of impossible length'), { cause: error });
    }
    // A length of 2^31 or more comes out negative and leads backwards.
    if (value === null || this.reader.length < 0) throw malformed('a field longer than its message');
    return { tag, value };
  }

  expect(tag: number): Buffer {
    const field = this.next();
    if (field.tag !== tag) throw malformed(`tag 0x${field.tag.toString(16)} instead of 0x${tag.toString(16)}`);
    return field.value;
  }

  /** The next field if it has this tag. */
  optional(tag: number): Buffer | undefined {
    return this.tag === tag ? this.next().value : undefined;
  }

  nested(tag: number): BerFields {
    return new BerFields(this.expect(tag));
  }

  integer(tag: number = TAG.integer): number {
    return toInteger(this.expect(tag));
  }

  text(tag: number = TAG.octets): string {
    return this.expect(tag).toString('utf8');
  }
}

export function toInteger(bytes: Buffer): number {
  if (bytes.length < 1 || bytes.length > 4) throw malformed('an integer of impossible length');
  return bytes.readIntBE(0, bytes.length);
}

/** BER booleans: any value but zero is true. */
export function toBoolean(bytes: Buffer): boolean {
  if (bytes.length !== 1) throw malformed('a boolean of impossible length');
  return bytes[0] !== 0;
}
