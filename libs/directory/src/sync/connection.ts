// SPDX-License-Identifier: Apache-2.0
// One LDAP connection: requests out, messages back to whoever asked, one end for everybody.
import type { Socket } from 'node:net';
import { DirectoryError } from '../client/errors.js';
import { connectionError, emptyPasswordError, resultError, timeoutError } from '../client/result-errors.js';
import { malformed } from './ber.js';
import { Frames } from './frames.js';
import {
  type Control,
  decodeMessage,
  decodeResult,
  encodeBind,
  encodeSearch,
  encodeUnbind,
  type LdapMessage,
  OP,
  type SearchRequest,
} from './messages.js';
import { openSocket } from './transport.js';
import type { ServerOptions } from './types.js';

/** The server's way to say that it closes the connection: message id 0. */
const NOTICE = 0;
const DEFAULT_CONNECT_MS = 10_000;

type Listener = (message: LdapMessage) => void;

/** Message ids are positive 31-bit numbers; no connection lives long enough to need one twice. */
const LAST_ID = 0x7fffffff;

export class LdapConnection {
  private readonly frames = new Frames();
  private readonly listeners = new Map<number, Listener>();
  private lastId = 0;
  private ended: DirectoryError | undefined;
  private endWaiters: ((error: DirectoryError) => void)[] = [];
  /** When bytes last came (ms since 1970). */
  heardAt = Date.now();

  private constructor(
    private readonly socket: Socket,
    readonly url: string,
  ) {
    socket.on('data', (chunk: Buffer) => this.receive(chunk));
    socket.on('error', (error) => this.end(connectionError(url, error)));
    socket.on('close', () => this.end(connectionError(url, new Error('the server closed the connection'))));
  }

  /** Connects and binds. */
  static async open(url: string, server: Omit<ServerOptions, 'urls'>): Promise<LdapConnection> {
    const password = await server.password();
    if (password === '') throw emptyPasswordError(server.bindDn);
    const timeoutMs = server.connectTimeoutMs ?? DEFAULT_CONNECT_MS;
    const started = Date.now();
    const connection = new LdapConnection(await openSocket(url, server.ca, timeoutMs), url);
    try {
      await connection.bind(server.bindDn, password, Math.max(1, timeoutMs - (Date.now() - started)));
      return connection;
    } catch (error) {
      connection.close();
      throw error;
    }
  }

  /** Resolves with the reason when the connection is over. */
  whenEnded(): Promise<DirectoryError> {
    if (this.ended) return Promise.resolve(this.ended);
    return new Promise((resolve) => this.endWaiters.push(resolve));
  }

  /** Starts a search; every message for it goes to `listener` until its end or that of the connection. */
  search(request: SearchRequest, controls: readonly Control[], listener: Listener): void {
    const id = this.nextId();
    this.listeners.set(id, (message) => {
      if (message.op === OP.searchDone) this.listeners.delete(id);
      listener(message);
    });
    this.socket.write(encodeSearch(id, request, controls));
  }

  /** Reads the root DSE: the least that only a living server can answer. */
  ping(): void {
    const request = { base: '', scope: 'base', filter: { present: 'objectClass' }, attributes: ['1.1'] } as const;
    const id = this.nextId();
    this.listeners.set(id, (message) => {
      if (message.op === OP.searchDone) this.listeners.delete(id);
    });
    this.socket.write(encodeSearch(id, request));
  }

  /** Stops reading until `resume()`: the sender then has to wait. */
  pause(): void {
    this.socket.pause();
  }

  resume(): void {
    this.heardAt = Date.now();
    this.socket.resume();
  }

  get paused(): boolean {
    return this.socket.isPaused();
  }

  /** Ends the connection for a reason of ours. */
  fail(error: DirectoryError): void {
    this.end(error);
  }

  /** Says goodbye and ends. */
  close(): void {
    if (!this.ended) this.socket.write(encodeUnbind(this.nextId()));
    this.end(new DirectoryError('Closed', `The connection to ${this.url} was closed by us.`, 'Nothing.'), true);
  }

  private nextId(): number {
    this.lastId = this.lastId >= LAST_ID ? 1 : this.lastId + 1;
    return this.lastId;
  }

  private bind(dn: string, password: string, timeoutMs: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const what = `Binding to ${this.url} as ${dn}`;
      const timer = setTimeout(() => reject(timeoutError(what, timeoutMs)), timeoutMs);
      const settle = (error?: DirectoryError): void => {
        clearTimeout(timer);
        if (error) reject(error);
        else resolve();
      };
      void this.whenEnded().then(settle);
      const id = this.nextId();
      this.listeners.set(id, ({ op, body }) => {
        this.listeners.delete(id);
        if (op !== OP.bindResponse) throw malformed('something else than the answer to a bind');
        const result = decodeResult(body);
        settle(result.code === 0 ? undefined : resultError(what, result));
      });
      this.socket.write(encodeBind(id, dn, password));
    });
  }

  private receive(chunk: Buffer): void {
    this.heardAt = Date.now();
    try {
      for (const bytes of this.frames.push(chunk)) {
        if (this.ended) return;
        this.dispatch(decodeMessage(bytes));
      }
    } catch (error) {
      this.end(error instanceof DirectoryError ? error : connectionError(this.url, error));
    }
  }

  private dispatch(message: LdapMessage): void {
    if (message.id === NOTICE) {
      throw resultError(`The connection to ${this.url}`, decodeResult(message.body));
    }
    this.listeners.get(message.id)?.(message);
  }

  /** @param flush let what is written reach the server first */
  private end(error: DirectoryError, flush = false): void {
    if (this.ended) return;
    this.ended = error;
    this.listeners.clear();
    if (flush) this.socket.destroySoon();
    else this.socket.destroy();
    const waiters = this.endWaiters;
    this.endWaiters = [];
    for (const wake of waiters) wake(error);
  }
}
