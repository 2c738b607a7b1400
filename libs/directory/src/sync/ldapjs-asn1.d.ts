// SPDX-License-Identifier: Apache-2.0
// The part of @ldapjs/asn1 that is used here; the package brings no types.
declare module '@ldapjs/asn1' {
  export class BerReader {
    constructor(buffer: Buffer);
    readonly offset: number;
    readonly remain: number;
    /** Of the field read last; negative for 2^31 and more. */
    readonly length: number;
    peek(): number | null;
    readString(tag: number, asBuffer: true): Buffer | null;
  }
  export class BerWriter {
    readonly buffer: Buffer;
    startSequence(tag?: number): void;
    endSequence(): void;
    writeInt(value: number, tag?: number): void;
    writeEnumeration(value: number, tag?: number): void;
    writeBoolean(value: boolean, tag?: number): void;
    writeString(value: string, tag?: number): void;
    writeBuffer(value: Buffer, tag: number): void;
  }
}
