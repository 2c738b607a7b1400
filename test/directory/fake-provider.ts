// SPDX-License-Identifier: Apache-2.0
// A directory server that says what a test tells it to: for what real ones say only when they are broken.
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';

const SYNC = '1.3.6.1.4.1.4203.1.9.1';
const OP = { bind: 0x60, unbind: 0x42, search: 0x63 } as const;

/** A search that asks for synchronisation. */
export interface SyncRequest {
  readonly mode: 'refreshOnly' | 'refreshAndPersist';
  readonly cookie: string | undefined;
}

export interface FakeEntry {
  readonly dn: string;
  readonly uuid: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** One BER field of definite length. */
function field(tag: number, ...contents: readonly (Buffer | string)[]): Buffer {
  const body = Buffer.concat(contents.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)));
  const long = Buffer.from([0x82, body.length >> 8, body.length & 0xff]);
  return Buffer.concat([Buffer.from([tag]), body.length < 0x80 ? Buffer.from([body.length]) : long, body]);
}

const sequence = (...contents: readonly (Buffer | string)[]): Buffer => field(0x30, ...contents);
const octets = (text: Buffer | string): Buffer => field(0x04, text);

function integer(tag: number, value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return field(tag, bytes);
}

/** One message; `op` is a whole BER field. */
function message(id: number, op: Buffer, controls: readonly (readonly [oid: string, value: Buffer])[] = []): Buffer {
  const list = controls.map(([oid, value]) => sequence(octets(oid), octets(value)));
  return sequence(integer(0x02, id), op, ...(list.length > 0 ? [field(0xa0, ...list)] : []));
}

function result(tag: number, code: number, text = ''): Buffer {
  return field(tag, integer(0x0a, code), octets(''), octets(text));
}

function entryOp({ dn, attributes, uuid }: FakeEntry): Buffer {
  const all = Object.entries({ ...attributes, entryUUID: uuid });
  const list = all.map(([name, value]) => sequence(octets(name), field(0x31, octets(value))));
  return field(0x64, octets(dn), sequence(...list));
}

/** Tag and content of the field at the beginning, and what follows it; undefined while it is not all there. */
function take(bytes: Buffer): { tag: number; body: Buffer; rest: Buffer } | undefined {
  const [tag, first] = [bytes[0], bytes[1]];
  if (tag === undefined || first === undefined) return undefined;
  const more = first < 0x80 ? 0 : first & 0x7f;
  if (bytes.length < 2 + more) return undefined;
  const length = more === 0 ? first : bytes.readUIntBE(2, more);
  const end = 2 + more + length;
  if (bytes.length < end) return undefined;
  return { tag, body: bytes.subarray(2 + more, end), rest: bytes.subarray(end) };
}

/** The fields of a constructed value. */
function fields(body: Buffer): { tag: number; body: Buffer }[] {
  const next = take(body);
  return next === undefined ? [] : [next, ...fields(next.rest)];
}

/** What is said in answer to one search. */
export class Answer {
  constructor(
    private readonly socket: Socket,
    private readonly id: number,
  ) {}

  /** An entry as `add`. */
  entry(entry: FakeEntry): void {
    this.raw(this.encodeEntry(entry));
  }

  encodeEntry(entry: FakeEntry): Buffer {
    const state = sequence(integer(0x0a, 1), octets(Buffer.from(entry.uuid.replaceAll('-', ''), 'hex')));
    return message(this.id, entryOp(entry), [[`${SYNC}.2`, state]]);
  }

  /** The refresh is over: refreshDelete (who is not named stays) or refreshPresent (who is not named is gone). */
  refreshed(phase: 'delete' | 'present', cookie: string): void {
    const value = field(phase === 'delete' ? 0xa1 : 0xa2, octets(cookie));
    this.raw(message(this.id, field(0x79, field(0x80, `${SYNC}.4`), field(0x81, value))));
  }

  /** The search is over, with a result code of RFC 4511 or RFC 4533. */
  end(code: number, text = ''): void {
    this.raw(message(this.id, result(0x65, code, text)));
  }

  raw(bytes: Buffer): void {
    this.socket.write(bytes);
  }

  cut(): void {
    this.socket.destroySoon();
  }
}

export class FakeProvider {
  /** Searches in the order they came. */
  readonly requests: SyncRequest[] = [];
  private readonly sockets = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    private readonly script: (request: SyncRequest, answer: Answer) => void,
  ) {
    server.on('connection', (socket) => this.serve(socket));
  }

  static async start(script: (request: SyncRequest, answer: Answer) => void): Promise<FakeProvider> {
    const server = createServer();
    const provider = new FakeProvider(server, script);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return provider;
  }

  get url(): string {
    return `ldap://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  private serve(socket: Socket): void {
    this.sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => this.sockets.delete(socket));
    let pending = Buffer.alloc(0);
    socket.on('data', (chunk: Buffer) => {
      pending = Buffer.concat([pending, chunk]);
      for (let next = take(pending); next !== undefined; next = take(pending)) {
        pending = Buffer.from(next.rest);
        this.hear(socket, next.body);
      }
    });
  }

  private hear(socket: Socket, body: Buffer): void {
    const [idField, op, controls] = fields(body);
    const id = idField?.body.readUIntBE(0, idField.body.length) ?? 0;
    if (op?.tag === OP.bind) socket.write(message(id, result(0x61, 0)));
    else if (op?.tag === OP.unbind) socket.end();
    else if (op?.tag === OP.search) this.search(new Answer(socket, id), controls?.body);
  }

  /** A search without the control of RFC 4533 is the question whether this server lives. */
  private search(answer: Answer, controls: Buffer | undefined): void {
    const request = controls && syncRequest(controls);
    if (request === undefined) {
      answer.end(0);
      return;
    }
    this.requests.push(request);
    this.script(request, answer);
  }
}

function syncRequest(controls: Buffer): SyncRequest | undefined {
  for (const { body } of fields(controls)) {
    const parts = fields(body);
    if (parts[0]?.body.toString() !== `${SYNC}.1`) continue;
    const [mode, cookie] = fields(fields(parts.at(-1)?.body ?? Buffer.alloc(0))[0]?.body ?? Buffer.alloc(0));
    return {
      mode: mode?.body[0] === 3 ? 'refreshAndPersist' : 'refreshOnly',
      cookie: cookie?.tag === 0x04 ? cookie.body.toString() : undefined,
    };
  }
  return undefined;
}
