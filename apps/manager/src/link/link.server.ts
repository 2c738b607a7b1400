// SPDX-License-Identifier: Apache-2.0
// The door of the agent link: /agent/v1/<system> on every listener. Refuses by HTTP status before any WebSocket exists.
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { Inject, Injectable } from '@nestjs/common';
import { MAX_FRAME_BYTES } from '@drvs/contracts';
import { WebSocketServer } from 'ws';
import { Clock } from '../common/clock.js';
import { LOGGER, errorText } from '../common/logger.js';
import type { Logger } from '../common/logger.js';
import { Gate } from './gate.js';
import { AgentSession } from './agent-session.js';
import { AgentSessions } from './agent-sessions.js';
import { LinkAuthenticator } from './link-authenticator.js';
import type { LinkIdentity, LinkRefusal } from './link-authenticator.js';

const PATH = /^\/agent\/v1\/([a-z][a-z0-9-]{0,62})\/?(?:\?.*)?$/;
/** Handshakes examined at once: each may cost a bind. The rest wait their turn. */
const CONCURRENT_HANDSHAKES = 32;

const STATUS_TEXT: Readonly<Record<LinkRefusal['status'], string>> = {
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  429: 'Too Many Requests',
  503: 'Service Unavailable',
};

@Injectable()
export class LinkServer {
  private readonly gate = new Gate(CONCURRENT_HANDSHAKES);
  private readonly sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_FRAME_BYTES,
    perMessageDeflate: false,
    clientTracking: false,
  });

  constructor(
    private readonly authenticator: LinkAuthenticator,
    private readonly sessions: AgentSessions,
    private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Answers the upgrade requests of one listener. */
  attach(server: Server): void {
    server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      socket.on('error', (error) => this.logger.debug({ error: error.message }, 'a handshake broke'));
      this.upgrade(request, socket, head).catch((error: unknown) => {
        this.logger.error({ error: errorText(error) }, 'a handshake failed');
        refuse(socket, { status: 503, code: 'TryAgain', message: 'the manager could not examine the handshake' });
      });
    });
  }

  private async upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const system = PATH.exec(request.url ?? '')?.[1];
    if (system === undefined) {
      return refuse(socket, { status: 404, code: 'NotFound', message: 'agents connect to /agent/v1/<system>' });
    }
    const address = request.socket.remoteAddress ?? 'unix';
    const { authorization } = request.headers;
    const answer = await this.gate.pass(() => this.authenticator.authenticate(system, authorization, address));
    if (socket.destroyed) return;
    if ('refusal' in answer) return refuse(socket, answer.refusal);
    this.sockets.handleUpgrade(request, socket, head, (webSocket) => this.begin(webSocket, answer.identity));
  }

  private begin(socket: ConstructorParameters<typeof AgentSession>[0], identity: LinkIdentity): void {
    this.sessions.admit(new AgentSession(socket, identity, this.sessions, this.clock, this.logger));
  }
}

function refuse(socket: Duplex, refusal: LinkRefusal): void {
  const body = JSON.stringify({ code: refusal.code, detail: refusal.message, status: refusal.status });
  const headers = [
    `HTTP/1.1 ${refusal.status} ${STATUS_TEXT[refusal.status]}`,
    'Connection: close',
    'Content-Type: application/problem+json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    ...(refusal.status === 401 ? ['WWW-Authenticate: Basic realm="drvs", Bearer realm="drvs"'] : []),
    ...(refusal.retryAfterSeconds === undefined ? [] : [`Retry-After: ${refusal.retryAfterSeconds}`]),
  ];
  socket.end(`${headers.join('\r\n')}\r\n\r\n${body}`);
}
