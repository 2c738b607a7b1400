// SPDX-License-Identifier: Apache-2.0
// The message types of MINIX 3.1.2 and those that M3-IPC adds: m1..m9, mA..mC (libs/m3ipc-c/include/m3ipc/message.h).
import { loadAddon } from './native.js';
import { PAYLOAD_BYTES, type Message, type Outgoing } from './message.js';

/** Whose layout: `native` = 64-bit programs (longs and pointers of 8 bytes), `compat` = 32-bit ones (4 bytes). */
export type MessageAbi = 'native' | 'compat';

/** Bytes of a payload in each layout. */
export const PAYLOAD_BYTES_OF: Readonly<Record<MessageAbi, number>> = { native: PAYLOAD_BYTES, compat: 28 };

/** Seconds and nanoseconds: when a notification was delivered (m9). */
export interface Timespec {
  readonly sec: bigint;
  readonly nsec: bigint;
}

/** What a field is in C. */
type Kind =
  | 'short'
  | 'int'
  | 'long'
  | 'pointer'
  | 'timespec'
  | { readonly chars: number; readonly compatChars?: number }
  | { readonly bytes: number }
  | { readonly ints: number };

/** What a decoded field is. */
type Decoded<K> = K extends 'short' | 'int'
  ? number
  : K extends 'long' | 'pointer'
    ? bigint
    : K extends 'timespec'
      ? Timespec
      : K extends { chars: number }
        ? string
        : K extends { bytes: number }
          ? Buffer
          : readonly number[];

/** What may be given for it: longs may be numbers, pointers the buffers they are to point to. */
type Encodable<K> = K extends 'long'
  ? bigint | number
  : K extends 'pointer'
    ? bigint | number | Uint8Array
    : K extends { bytes: number }
      ? Uint8Array
      : Decoded<K>;

type Fields = Readonly<Record<string, Kind>>;
/** The fields of a message of layout `F`, as `decode` gives them. */
export type Values<F extends Fields> = { readonly [Name in keyof F]: Decoded<F[Name]> };
/** The same as `encode` takes them: what is left out is zero. */
export type Given<F extends Fields> = { readonly [Name in keyof F]?: Encodable<F[Name]> };

/** One message type: how its fields lie in the payload. */
export interface Layout<F extends Fields> {
  /** E.g. `m1`. */
  readonly name: string;
  /** Bytes of the payload that it uses. */
  size(abi?: MessageAbi): number;
  /**
   * A message of this type. A buffer given for a pointer is kept until the call that sends it is over.
   * @throws RangeError naming the field whose value does not fit
   */
  encode(type: number, fields: Given<F>, abi?: MessageAbi): Outgoing;
  /** The fields of a received message. @throws RangeError if its payload is too short */
  decode(message: Pick<Message, 'payload'>, abi?: MessageAbi): Values<F>;
}

interface Place {
  readonly name: string;
  readonly kind: Kind;
  readonly offset: number;
  readonly size: number;
}

const WORD: Readonly<Record<MessageAbi, number>> = { native: 8, compat: 4 };

function sizeOf(kind: Kind, word: number): number {
  if (typeof kind === 'string') return { short: 2, int: 4, long: word, pointer: word, timespec: 2 * word }[kind];
  if ('chars' in kind) return word === WORD.compat ? (kind.compatChars ?? kind.chars) : kind.chars;
  return 'bytes' in kind ? kind.bytes : kind.ints * 4;
}

function alignmentOf(kind: Kind, word: number): number {
  if (typeof kind !== 'string') return 'ints' in kind ? 4 : 1;
  return kind === 'timespec' ? word : sizeOf(kind, word);
}

/** Where C puts the fields. */
function place(fields: Fields, abi: MessageAbi): { readonly places: readonly Place[]; readonly size: number } {
  const word = WORD[abi];
  let offset = 0;
  let widest = 1;
  const places = Object.entries(fields).map(([name, kind]) => {
    const alignment = alignmentOf(kind, word);
    widest = Math.max(widest, alignment);
    offset = Math.ceil(offset / alignment) * alignment;
    const one = { name, kind, offset, size: sizeOf(kind, word) };
    offset += one.size;
    return one;
  });
  return { places, size: Math.ceil(offset / widest) * widest };
}

/** `value` as a bigint if a signed (or, for pointers, unsigned) integer of that many bytes can be it. */
function integer(what: string, value: unknown, bytes: number, unsigned = false): bigint {
  const whole = typeof value === 'bigint' || (typeof value === 'number' && Number.isSafeInteger(value));
  const bits = BigInt(bytes * 8);
  const [least, most] = unsigned ? [0n, (1n << bits) - 1n] : [-(1n << (bits - 1n)), (1n << (bits - 1n)) - 1n];
  const given = whole ? BigInt(value) : least - 1n;
  if (given < least || given > most) {
    throw new RangeError(`${what} is ${String(value)}; it must be a whole number, ${least}..${most}`);
  }
  return given;
}

function writeInteger(payload: Buffer, at: number, bytes: number, value: bigint): void {
  for (let i = 0; i < bytes; i++) payload[at + i] = Number((value >> BigInt(8 * i)) & 0xffn);
}

function readInteger(payload: Buffer, at: number, bytes: number, unsigned = false): bigint {
  let value = 0n;
  for (let i = bytes - 1; i >= 0; i--) value = (value << 8n) | BigInt(payload[at + i] ?? 0);
  return unsigned ? value : BigInt.asIntN(8 * bytes, value);
}

/** Text as the bytes of a char array; one that fills it has no NUL, as in C. */
function textBytes(what: string, value: unknown, room: number): Buffer {
  const bytes = typeof value === 'string' ? Buffer.from(value) : undefined;
  if (bytes && bytes.length <= room && !bytes.includes(0)) return bytes;
  throw new RangeError(`${what} must be text of at most ${room} bytes without NUL`);
}

class FieldWriter {
  readonly buffers: Uint8Array[] = [];

  constructor(
    private readonly layout: string,
    private readonly payload: Buffer,
    private readonly word: number,
  ) {}

  write({ name, kind, offset, size }: Place, value: unknown): void {
    const what = `${this.layout}.${name}`;
    const put = (at: number, bytes: number, one: unknown, unsigned = false) =>
      writeInteger(this.payload, at, bytes, integer(what, one, bytes, unsigned));
    if (kind === 'timespec') {
      const { sec, nsec } = value as Timespec;
      put(offset, this.word, sec);
      put(offset + this.word, this.word, nsec);
    } else if (kind === 'pointer') put(offset, this.word, this.addressOf(value), true);
    else if (typeof kind === 'string') put(offset, size, value);
    else if ('chars' in kind) this.payload.set(textBytes(what, value, size), offset);
    else if ('bytes' in kind) this.payload.set(this.exactly(what, value as Uint8Array, size), offset);
    else this.exactly(what, value as number[], kind.ints).forEach((one, i) => put(offset + 4 * i, 4, one));
  }

  private addressOf(value: unknown): unknown {
    if (!(value instanceof Uint8Array)) return value;
    this.buffers.push(value);
    return loadAddon().addressOf(value);
  }

  private exactly<T extends { readonly length: number }>(what: string, value: T, length: number): T {
    if (value.length === length) return value;
    throw new RangeError(`${what} has ${value.length} elements; it must have ${length}`);
  }
}

function readField(payload: Buffer, { kind, offset, size }: Place, word: number): unknown {
  if (kind === 'timespec') {
    return { sec: readInteger(payload, offset, word), nsec: readInteger(payload, offset + word, word) };
  }
  if (kind === 'long' || kind === 'pointer') return readInteger(payload, offset, word, kind === 'pointer');
  if (typeof kind === 'string') return Number(readInteger(payload, offset, size));
  if ('bytes' in kind) return Buffer.from(payload.subarray(offset, offset + size));
  if ('ints' in kind) return Array.from({ length: kind.ints }, (_, i) => payload.readInt32LE(offset + 4 * i));
  const bytes = payload.subarray(offset, offset + size);
  const end = bytes.indexOf(0);
  return bytes.toString('utf8', 0, end < 0 ? bytes.length : end);
}

/** Makes a message type from its fields, in C's order. */
function layout<const F extends Fields>(name: string, fields: F): Layout<F> {
  const placed = { native: place(fields, 'native'), compat: place(fields, 'compat') };
  return {
    name,
    size: (abi = 'native') => placed[abi].size,
    encode(type, given, abi = 'native') {
      const payload = Buffer.alloc(PAYLOAD_BYTES_OF[abi]);
      const writer = new FieldWriter(name, payload, WORD[abi]);
      for (const one of placed[abi].places) {
        const value = given[one.name];
        if (value !== undefined) writer.write(one, value);
      }
      return { type: Number(integer(`${name} type`, type, 4)), payload, buffers: writer.buffers };
    },
    decode({ payload }, abi = 'native') {
      const { places, size } = placed[abi];
      if (payload.length < size) {
        throw new RangeError(`a payload of ${name} (${abi}) has ${size} bytes, this one ${payload.length}`);
      }
      const values = places.map((one) => [one.name, readField(payload, one, WORD[abi])] as const);
      return Object.fromEntries(values) as Values<F>;
    },
  };
}

/** Three integers and three pointers. */
export const m1 = layout('m1', { i1: 'int', i2: 'int', i3: 'int', p1: 'pointer', p2: 'pointer', p3: 'pointer' });
/** Three integers, two longs and a pointer. */
export const m2 = layout('m2', { i1: 'int', i2: 'int', i3: 'int', l1: 'long', l2: 'long', p1: 'pointer' });
/** Two integers, a pointer and text of 14 bytes. */
export const m3 = layout('m3', { i1: 'int', i2: 'int', p1: 'pointer', ca1: { chars: 14 } });
/** Five longs. */
export const m4 = layout('m4', { l1: 'long', l2: 'long', l3: 'long', l4: 'long', l5: 'long' });
/** Two shorts, two integers and three longs. */
export const m5 = layout('m5', {
  c1: 'short',
  c2: 'short',
  i1: 'int',
  i2: 'int',
  l1: 'long',
  l2: 'long',
  l3: 'long',
});
/** Text as long as m3 is: 32 bytes, 28 in 32-bit programs. */
export const m6 = layout('m6', { ca1: { chars: 32, compatChars: 28 } });
/** Four integers and two pointers. */
export const m7 = layout('m7', { i1: 'int', i2: 'int', i3: 'int', i4: 'int', p1: 'pointer', p2: 'pointer' });
/** Two integers and four pointers. */
export const m8 = layout('m8', { i1: 'int', i2: 'int', p1: 'pointer', p2: 'pointer', p3: 'pointer', p4: 'pointer' });
/** A notification: `l1` its argument, `t1` when it was delivered. */
export const m9 = layout('m9', { i1: 'int', l1: 'int', t1: 'timespec' });
/** Destination, number and four integers. */
export const mA = layout('mA', { dst: 'int', nr: 'int', ia: { ints: 4 } });
/** A number and 16 bytes. */
export const mB = layout('mB', { nr: 'long', md5: { bytes: 16 } });
/** Four integers and text of 10 bytes. */
export const mC = layout('mC', { i1: 'int', i2: 'int', i3: 'int', i4: 'int', ca1: { chars: 10 } });
