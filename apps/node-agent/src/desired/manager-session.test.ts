// SPDX-License-Identifier: Apache-2.0
// The session against a manager that is a real WebSocket server with a script.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  agentFrameSchema,
  decodeLinkCredentials,
  type AgentFrame,
  type ManagerFrame,
  type PlacedDocument,
} from '@drvs/contracts';
import { WebSocketServer, type WebSocket } from 'ws';
import type { AgentError } from '../agent-error.js';
import { nodeDocument } from '../plan/fixtures.js';
import { ManagerSession, linkUrl, type ManagerRequest } from './manager-session.js';

const DN = 'cn=node1,ou=nodes,ou=drvs,dc=x';
const EPOCH = { counter: 1, uuid: 'u' };
const WELCOME: ManagerFrame = {
  type: 'welcome',
  linkVersion: 1,
  sessionToken: 't'.repeat(43),
  leaseSeconds: 15,
  epoch: EPOCH,
  revision: '5',
};
const PLACED: PlacedDocument = { epoch: EPOCH, revision: '5', digest: 'd'.repeat(64), document: nodeDocument() };

/** Things that happened, to be waited for in order. */
class Happenings<T> {
  private readonly items: T[] = [];
  private wake: () => void = () => undefined;

  push(item: T): void {
    this.items.push(item);
    this.wake();
  }

  async next(): Promise<T> {
    while (this.items.length === 0) await new Promise<void>((resolve) => (this.wake = resolve));
    return this.items.shift() as T;
  }
}

class ScriptedManager {
  readonly frames = new Happenings<AgentFrame>();
  readonly requests: IncomingMessage[] = [];
  /** Statuses with which the next handshakes are refused. */
  readonly refusals: number[] = [];
  socket: WebSocket | undefined;
  private readonly server: Server;
  private readonly sockets = new WebSocketServer({ noServer: true });

  constructor() {
    this.server = createServer();
    this.server.on('upgrade', (request, stream, head) => {
      this.requests.push(request);
      const status = this.refusals.shift();
      if (status) return void stream.end(`HTTP/1.1 ${status} No\r\nConnection: close\r\n\r\n`);
      this.sockets.handleUpgrade(request, stream, head, (socket) => {
        this.socket = socket;
        socket.on('message', (data) =>
          this.frames.push(agentFrameSchema.parse(JSON.parse((data as Buffer).toString()))),
        );
      });
    });
  }

  async listen(): Promise<string> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    return `ws://127.0.0.1:${(this.server.address() as AddressInfo).port}/agent/v1/lab`;
  }

  say(frame: unknown): void {
    this.socket?.send(JSON.stringify(frame));
  }

  authorization(attempt: number): string {
    return this.requests[attempt]?.headers.authorization ?? '';
  }

  close(): void {
    for (const socket of this.sockets.clients) socket.terminate();
    this.server.close();
  }
}

describe('the manager session', () => {
  let manager: ScriptedManager;
  let session: ManagerSession;
  const heard = new Happenings<PlacedDocument>();
  const requests = new Happenings<ManagerRequest>();
  const welcomes = new Happenings<true>();
  const ends = new Happenings<[AgentError, boolean]>();

  beforeEach(async () => {
    manager = new ScriptedManager();
    const url = await manager.listen();
    session = new ManagerSession({
      nodeDn: DN,
      password: async () => 'se:cret',
      insecure: true,
      places: () => ({ urls: [url], cas: [] }),
      hello: () => ({
        machineId: 'm',
        bootId: 'b',
        agentVersion: '0',
        moduleVersion: null,
        applied: null,
        capabilities: [],
      }),
      applied: () => ({ epoch: EPOCH, revision: '5', digest: PLACED.digest }),
      onWelcome: () => welcomes.push(true),
      onDesired: (placed) => heard.push(placed),
      onRequest: (request) => requests.push(request),
      onEnd: (why, lived) => ends.push([why, lived]),
      random: () => 0,
    });
    session.start();
  });
  afterEach(() => {
    session.close();
    manager.close();
  });

  const begin = async (): Promise<void> => {
    expect((await manager.frames.next()).type).toBe('hello');
    manager.say(WELCOME);
    await welcomes.next();
  };

  test('greets with DN and password, is welcomed, hears documents and may answer', async () => {
    expect(session.send({ type: 'resync', reason: 'too early' })).toBe(false);
    await begin();
    expect(decodeLinkCredentials(manager.authorization(0))).toEqual({ dn: DN, password: 'se:cret' });
    manager.say({ type: 'desired', ...PLACED });
    expect((await heard.next()).document).toEqual(PLACED.document);
    expect(session.send({ type: 'resync', reason: 'now' })).toBe(true);
    expect(await manager.frames.next()).toEqual({ type: 'resync', reason: 'now' });
  });

  test('a document before the welcome is not heard', async () => {
    await manager.frames.next();
    manager.say({ type: 'desired', ...PLACED });
    manager.say(WELCOME);
    await welcomes.next();
    manager.say({ type: 'desired', ...PLACED, revision: '6' });
    expect((await heard.next()).revision).toBe('6');
  });

  test('answers pings with what it has applied, and a resync with hello', async () => {
    await begin();
    manager.say({ type: 'ping', epoch: EPOCH, revision: '9' });
    expect(await manager.frames.next()).toEqual({ type: 'pong', epoch: EPOCH, revision: '5' });
    manager.say({ type: 'resync', reason: 'digest' });
    expect((await manager.frames.next()).type).toBe('hello');
  });

  test('comes back with its token; a token that is refused gives way to the password', async () => {
    await begin();
    manager.refusals.push(401);
    manager.socket?.terminate();
    expect((await ends.next())[1]).toBe(true);
    expect((await ends.next())[0].code).toBe('ManagerRefused');
    await begin();
    expect(manager.authorization(1)).toBe(`Bearer ${'t'.repeat(43)}`);
    expect(manager.authorization(2)).toMatch(/^Basic /);
  });

  test.each([
    ['GoingAway', /^Bearer /],
    ['TokenOfAnotherMachine', /^Basic /],
  ])('after the refusal %s it comes with %s', async (code, authorization) => {
    await begin();
    manager.say({ type: 'refused', code, message: 'as scripted' });
    expect((await ends.next())[0].code).toBe(code);
    await begin();
    expect(manager.authorization(1)).toMatch(authorization);
  });

  test('a wrong password names the remedy', async () => {
    manager.refusals.push(401, 401);
    const [why, lived] = await ends.next();
    expect([why.code, lived]).toEqual(['ManagerRefused', false]);
    expect(why.sentence).toContain('/etc/drvs/ldap-password');
  });

  test('a refusal is told with the code of the manager', async () => {
    await manager.frames.next();
    manager.say({ type: 'refused', code: 'DuplicateIdentity', message: 'a cloned disk' });
    expect((await ends.next())[0]).toMatchObject({ code: 'DuplicateIdentity' });
  });

  test.each([['{'], ['{"type":"desired"}'], ['{"type":"surprise"}'], ['[]']])(
    'a frame like %s ends the session, not the agent',
    async (text) => {
      await begin();
      manager.socket?.send(text);
      expect((await ends.next())[0].code).toBe('BadFrame');
      await begin();
    },
  );
});

describe('manager URLs', () => {
  test('become WebSocket URLs; plain ones need insecure', () => {
    expect(linkUrl('https://m:8443/agent/v1/lab', false).href).toBe('wss://m:8443/agent/v1/lab');
    expect(linkUrl('http://m/agent/v1/lab', true).protocol).toBe('ws:');
    expect(() => linkUrl('http://m/agent/v1/lab', false)).toThrow(/not encrypted/);
    expect(() => linkUrl('https://m:8443', false)).toThrow(/does not name a system/);
    expect(() => linkUrl('nonsense', true)).toThrow(/no URL/);
  });
});
